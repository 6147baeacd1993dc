"""Consumers on moto: batches, poison, waiting, races, and whom they never hear."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from choreography import table
from contracts.envelope import Event
from tests.world import ORDER_ID, World

MakeEvent = Callable[..., Event[Any]]


def test_a_poison_message_is_dead_lettered_and_its_batch_goes_on(world: World, make_event: MakeEvent) -> None:
    good = [make_event("order.placed", order_id=str(number)) for number in range(3)]
    failed = world.deliver("PaymentConsumer", good[0], "not json", good[1], '{"specversion": "1.0"}', good[2])
    assert failed == []
    assert len(world.items("PaymentTable")) == 3
    dead = world.messages("PaymentDeadLetters")
    assert {message["Body"] for message in dead} == {"not json", '{"specversion": "1.0"}'}
    assert all("PoisonMessage" in m["MessageAttributes"]["reason"]["StringValue"] for m in dead)


def test_a_newer_major_is_dead_lettered(world: World, make_event: MakeEvent) -> None:
    world.deliver("PaymentConsumer", make_event("order.placed").to_json().replace("placed/1.0", "placed/2.0"))
    (dead,) = world.messages("PaymentDeadLetters")
    assert "major version" in dead["MessageAttributes"]["reason"]["StringValue"]


@pytest.mark.parametrize("kind", ["order.gifted", "payment.captured"])
def test_what_a_service_does_not_know_or_care_about_is_ignored(
    world: World, make_event: MakeEvent, kind: str
) -> None:
    message = json.loads(make_event("payment.captured").to_json()) | {"type": kind}
    assert world.deliver("PaymentConsumer", json.dumps(message)) == []
    assert world.messages("PaymentDeadLetters") == []
    assert world.items("PaymentTable") == []


def test_news_of_an_unknown_order_is_dead_lettered_by_order(world: World, make_event: MakeEvent) -> None:
    assert world.deliver("OrderConsumer", make_event("payment.captured")) == []
    (dead,) = world.messages("OrderDeadLetters")
    assert "UnknownOrder" in dead["MessageAttributes"]["reason"]["StringValue"]


def test_a_duplicate_in_the_same_batch_takes_effect_once(world: World, make_event: MakeEvent) -> None:
    placed = make_event("order.placed")
    assert world.deliver("PaymentConsumer", placed, placed) == []
    assert world.ledger("Payment", ORDER_ID) == ["charge captured"]
    assert world.item("PaymentTable", ORDER_ID)["version"] == 2  # the intent's write, and the outcome's


def test_a_duplicate_under_another_message_id_takes_effect_once(world: World, make_event: MakeEvent) -> None:
    for _ in range(3):
        world.send("PaymentQueue", make_event("order.placed").to_json())
    world.drain()
    assert world.ledger("Payment", ORDER_ID) == ["charge captured"]


def test_two_workers_with_the_same_message_charge_once(
    world: World, make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    placed = make_event("order.placed")
    read, calls = table.Table.read, []

    def read_then_be_overtaken(self: Any, order_id: str) -> Any:
        found = read(self, order_id)
        calls.append(order_id)
        if len(calls) == 1:
            world.deliver("PaymentConsumer", placed)
        return found

    monkeypatch.setattr(table.Table, "read", read_then_be_overtaken)
    assert world.deliver("PaymentConsumer", placed) == []
    assert world.ledger("Payment", ORDER_ID) == ["charge captured"]
    assert len(world.item("PaymentTable", ORDER_ID)["outbox"]) == 1


def hold_the_intent(world: World, make_event: MakeEvent) -> None:
    """Payment crashed while it charged: its intent stands."""
    from choreography import aws
    from choreography.table import to_attributes

    item = {
        "order_id": ORDER_ID,
        "version": 1,
        "inbox": {},
        "outbox": [],
        "emits": False,
        "status": "charging",
    }
    aws.dynamodb().put_item(TableName=world.stack.tables["PaymentTable"], Item=to_attributes(item))


def test_what_must_wait_comes_back_soon(world: World, make_event: MakeEvent) -> None:
    hold_the_intent(world, make_event)
    world.send("PaymentQueue", make_event("shipment.cancelled").to_json())
    world.step("PaymentConsumerQueue")
    assert world.messages("PaymentDeadLetters") == []
    world.wake_hidden("PaymentQueue")
    (waiting,) = world.messages("PaymentQueue")
    assert "shipment.cancelled" in waiting["Body"]


def test_what_waited_long_is_sent_anew_and_never_dead_lettered(world: World, make_event: MakeEvent) -> None:
    hold_the_intent(world, make_event)
    waiting = make_event("shipment.cancelled")
    assert world.deliver("PaymentConsumer", waiting, receive_count=5) == []
    world.wake_hidden("PaymentQueue")
    (again,) = world.messages("PaymentQueue")
    assert again["Body"] == waiting.to_json()


def test_once_the_intent_is_resolved_what_waited_goes_on(world: World, make_event: MakeEvent) -> None:
    hold_the_intent(world, make_event)
    world.deliver("PaymentConsumer", make_event("order.placed"))
    world.deliver("PaymentConsumer", make_event("shipment.cancelled"))
    assert world.ledger("Payment", ORDER_ID) == ["charge captured", "refund refunded"]


def test_filter_policies_keep_others_events_out(world: World) -> None:
    world.place()
    world.place(country="AQ")
    heard: dict[str, set[str]] = {"OrderQueue": set(), "PaymentQueue": set(), "ShippingQueue": set()}
    for name in list(world.mappings) * 6:
        world.step(name)
        for queue, kinds in heard.items():
            kinds |= {json.loads(message["Body"])["type"] for message in world.messages(queue)}
    assert heard == {
        "OrderQueue": {"payment.captured", "payment.refunded", "shipment.dispatched", "shipment.failed"},
        "PaymentQueue": {"order.placed", "shipment.failed"},
        "ShippingQueue": {"order.placed", "payment.captured"},
    }


def test_the_gateway_refuses_a_key_used_for_another_charge(world: World, make_event: MakeEvent) -> None:
    world.deliver("PaymentConsumer", make_event("order.placed"))
    from choreography import aws

    key = {"order_id": {"S": ORDER_ID}}
    aws.dynamodb().delete_item(TableName=world.stack.tables["PaymentTable"], Key=key)
    world.deliver("PaymentConsumer", make_event("order.placed", amount_minor=1))
    (dead,) = world.messages("PaymentDeadLetters")
    assert "KeyReused" in dead["MessageAttributes"]["reason"]["StringValue"]
