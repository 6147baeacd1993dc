"""Consumers on moto: batches, poison, waiting messages, races, and ignored events."""

import json
from typing import Any

import pytest

from choreography import table
from infra.local.aws.clients import client
from tests.conftest import MakeEvent
from tests.world import ORDER_ID, World


def test_a_poison_message_is_dead_lettered_and_its_batch_continues(
    world: World, make_event: MakeEvent
) -> None:
    good = [make_event("order.placed", order_id=str(number)) for number in range(3)]
    failed = world.deliver("PaymentConsumer", good[0], "not json", good[1], '{"specversion": "1.0"}', good[2])
    assert failed == []
    assert len(world.items("PaymentTable")) == 3
    dead = world.messages("PaymentDeadLetters")
    assert {message["Body"] for message in dead} == {"not json", '{"specversion": "1.0"}'}
    assert all("PoisonMessage" in m["MessageAttributes"]["reason"]["StringValue"] for m in dead)


def test_a_poison_message_is_dead_lettered_at_once_unchanged_with_its_reason(world: World) -> None:
    poison = '{"specversion": "1.0",  "id": '
    world.send("PaymentQueue", poison, type="order.placed")
    world.step("PaymentConsumerQueue")
    world.wake_hidden("PaymentQueue")
    assert world.messages("PaymentQueue") == []
    (dead,) = world.messages("PaymentDeadLetters")
    said = {name: value["StringValue"] for name, value in dead["MessageAttributes"].items()}
    assert dead["Body"] == poison
    assert said["type"] == "order.placed"
    assert said["reason"].startswith("PoisonMessage: message: Invalid JSON")


def test_a_long_reason_is_cut_to_the_limit_of_an_attribute(world: World, make_event: MakeEvent) -> None:
    message = json.loads(make_event("order.placed").to_json())
    message["data"]["items"] = [{"sku": "", "quantity": 0, "unit_price": 0}] * 50
    assert world.deliver("PaymentConsumer", json.dumps(message)) == []
    (dead,) = world.messages("PaymentDeadLetters")
    assert len(dead["MessageAttributes"]["reason"]["StringValue"]) == 1024


def test_an_unexpected_error_fails_one_message_alone(
    world: World, make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = make_event("order.placed"), make_event("order.placed", order_id="bad")
    read = table.Table.read

    def read_all_but_one(self: Any, order_id: str) -> Any:
        if order_id == "bad":
            raise ConnectionError("no table today")
        return read(self, order_id)

    monkeypatch.setattr(table.Table, "read", read_all_but_one)
    assert world.deliver("PaymentConsumer", bad, good) == [bad.to_json()]
    assert [item["order_id"] for item in world.items("PaymentTable")] == [ORDER_ID]
    assert world.messages("PaymentDeadLetters") == []


def test_a_newer_major_is_dead_lettered(world: World, make_event: MakeEvent) -> None:
    world.deliver("PaymentConsumer", make_event("order.placed").to_json().replace("placed/1.1", "placed/2.0"))
    (dead,) = world.messages("PaymentDeadLetters")
    assert "major version" in dead["MessageAttributes"]["reason"]["StringValue"]


@pytest.mark.parametrize("kind", ["order.unknown", "payment.captured"])
def test_unknown_and_unneeded_event_types_are_ignored(world: World, make_event: MakeEvent, kind: str) -> None:
    message = json.loads(make_event("payment.captured").to_json()) | {"type": kind}
    assert world.deliver("PaymentConsumer", json.dumps(message)) == []
    assert world.messages("PaymentDeadLetters") == []
    assert world.items("PaymentTable") == []


def test_order_dead_letters_an_event_about_an_unknown_order(world: World, make_event: MakeEvent) -> None:
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


@pytest.mark.three_services
def test_a_queue_receives_only_event_types_of_its_filter_policy(world: World) -> None:
    world.place()
    world.place(country="AQ")
    received: dict[str, set[str]] = {"OrderQueue": set(), "PaymentQueue": set(), "ShippingQueue": set()}
    for name in list(world.mappings) * 6:
        world.step(name)
        for queue, kinds in received.items():
            kinds |= set(world.kinds(queue))
    assert received == {
        "OrderQueue": {"payment.captured", "payment.refunded", "shipment.dispatched", "shipment.failed"},
        "PaymentQueue": {"order.placed", "shipment.failed"},
        "ShippingQueue": {"order.placed", "payment.captured"},
    }


@pytest.mark.three_services
@pytest.mark.parametrize(
    ("topic", "kind", "receivers"),
    [
        ("OrderTopic", "order.placed", {"PaymentQueue", "ShippingQueue"}),
        ("OrderTopic", "order.cancellation_requested", {"ShippingQueue"}),
        ("PaymentTopic", "payment.captured", {"OrderQueue", "ShippingQueue"}),
        ("PaymentTopic", "payment.refunded", {"OrderQueue"}),
        ("ShippingTopic", "shipment.dispatched", {"OrderQueue"}),
        ("ShippingTopic", "shipment.cancelled", {"OrderQueue", "PaymentQueue"}),
        ("OrderTopic", "order.unknown", set()),
    ],
)
def test_an_event_reaches_only_the_services_that_react_to_it(
    world: World, topic: str, kind: str, receivers: set[str]
) -> None:
    kind_attribute = {"type": {"DataType": "String", "StringValue": kind}}
    message = json.dumps({"type": kind})
    client("sns").publish(
        TopicArn=world.stack.topics[topic], Message=message, MessageAttributes=kind_attribute
    )
    queues = ("OrderQueue", "PaymentQueue", "ShippingQueue")
    assert {queue for queue in queues if world.kinds(queue) == [kind]} == receivers


def test_the_gateway_refuses_a_key_used_for_another_charge(world: World, make_event: MakeEvent) -> None:
    world.deliver("PaymentConsumer", make_event("order.placed"))
    key = {"order_id": {"S": ORDER_ID}}
    client("dynamodb").delete_item(TableName=world.stack.tables["PaymentTable"], Key=key)
    world.deliver("PaymentConsumer", make_event("order.placed", amount_minor=1))
    (dead,) = world.messages("PaymentDeadLetters")
    assert "KeyReused" in dead["MessageAttributes"]["reason"]["StringValue"]
