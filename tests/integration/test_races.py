"""Two workers at once: one handles its whole message between any two calls of the other."""

from collections.abc import Callable
from typing import Any

import pytest

from choreography import table
from choreography.errors import RaceLost
from tests.conftest import MakeEvent
from tests.world import ORDER_ID, World

Overtake = Callable[[str, int, Callable[[], object]], None]


@pytest.fixture
def overtake(monkeypatch: pytest.MonkeyPatch) -> Overtake:
    """Calls a function directly after the `number`th read or write of a table."""

    def arrange(operation: str, number: int, happen: Callable[[], object]) -> None:
        plain = getattr(table.Table, operation)
        calls = 0

        def overtaken(self: Any, *arguments: Any, **named: Any) -> Any:
            nonlocal calls
            done = plain(self, *arguments, **named)
            calls += 1
            if calls == number:
                happen()
            return done

        monkeypatch.setattr(table.Table, operation, overtaken)

    return arrange


@pytest.mark.parametrize("moment", ["read", "write"])
def test_two_workers_with_the_same_message_charge_once(
    world: World, make_event: MakeEvent, overtake: Overtake, moment: str
) -> None:
    """The second worker overtakes the first before the intent, or finds the intent and completes it."""
    placed = make_event("order.placed")
    overtake(moment, 1, lambda: world.deliver("PaymentConsumer", placed))
    assert world.deliver("PaymentConsumer", placed) == []
    assert world.ledger("Payment", ORDER_ID) == ["charge captured"]
    assert len(world.item("PaymentTable", ORDER_ID)["outbox"]) == 1


@pytest.mark.parametrize("moment", ["read", "write"])
def test_two_workers_with_the_same_message_send_one_parcel(
    world: World, make_event: MakeEvent, overtake: Overtake, moment: str
) -> None:
    world.deliver("ShippingConsumer", make_event("order.placed"))
    captured = make_event("payment.captured")
    overtake(moment, 1, lambda: world.deliver("ShippingConsumer", captured))
    assert world.deliver("ShippingConsumer", captured) == []
    assert world.ledger("Shipping", ORDER_ID) == ["dispatch dispatched"]
    assert len(world.item("ShippingTable", ORDER_ID)["outbox"]) == 1


def test_concurrent_workers_with_address_and_payment_send_one_parcel(
    world: World, make_event: MakeEvent, overtake: Overtake
) -> None:
    """Each worker reads an item without the data that the other worker writes.

    The worker that loses the race reads the item again and dispatches.
    """
    overtake("read", 1, lambda: world.deliver("ShippingConsumer", make_event("payment.captured")))
    assert world.deliver("ShippingConsumer", make_event("order.placed")) == []
    assert world.ledger("Shipping", ORDER_ID) == ["dispatch dispatched"]


def test_a_cancellation_between_read_and_intent_means_no_charge(
    world: World, make_event: MakeEvent, overtake: Overtake
) -> None:
    overtake("read", 1, lambda: world.deliver("PaymentConsumer", make_event("shipment.cancelled")))
    assert world.deliver("PaymentConsumer", make_event("order.placed")) == []
    assert world.item("PaymentTable", ORDER_ID)["status"] == "voided"
    assert world.ledger("Payment", ORDER_ID) == []


def test_a_cancellation_after_the_intent_waits_and_then_refunds(
    world: World, make_event: MakeEvent, overtake: Overtake
) -> None:
    world.send("PaymentQueue", make_event("shipment.cancelled").to_json())
    overtake("write", 1, lambda: world.step("PaymentConsumerQueue"))
    assert world.deliver("PaymentConsumer", make_event("order.placed")) == []
    assert world.kinds("PaymentQueue") == ["shipment.cancelled"]
    world.wake_hidden("PaymentQueue")
    world.step("PaymentConsumerQueue")
    assert world.ledger("Payment", ORDER_ID) == ["charge captured", "refund refunded"]


@pytest.mark.parametrize(("moment", "ends"), [("read", "cancelled"), ("write", "dispatched")])
def test_a_cancellation_that_races_a_dispatch_has_one_outcome(
    world: World, make_event: MakeEvent, overtake: Overtake, moment: str, ends: str
) -> None:
    """The intent to dispatch decides: a cancellation before it stops the order, a later one does not."""
    world.deliver("ShippingConsumer", make_event("order.placed"))
    stop = make_event("order.cancellation_requested")
    overtake(moment, 1, lambda: world.deliver("ShippingConsumer", stop))
    assert world.deliver("ShippingConsumer", make_event("payment.captured")) == []
    item = world.item("ShippingTable", ORDER_ID)
    assert item["status"] == ends
    assert [entry["type"] for entry in item["outbox"]] == [f"shipment.{ends}"]
    assert world.ledger("Shipping", ORDER_ID) == (["dispatch dispatched"] if ends == "dispatched" else [])


def test_a_dispatch_that_overtakes_a_cancellation_makes_it_too_late(
    world: World, make_event: MakeEvent, overtake: Overtake
) -> None:
    world.deliver("ShippingConsumer", make_event("order.placed"))
    overtake("read", 1, lambda: world.deliver("ShippingConsumer", make_event("payment.captured")))
    assert world.deliver("ShippingConsumer", make_event("order.cancellation_requested")) == []
    assert world.item("ShippingTable", ORDER_ID)["status"] == "dispatched"


def test_a_message_that_loses_every_race_is_retried(
    world: World, make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def always_late(self: Any, read: Any, *_: Any, **__: Any) -> None:
        raise RaceLost("another worker wrote")

    placed = make_event("order.placed").to_json()
    world.send("PaymentQueue", placed)
    with monkeypatch.context() as patched:
        patched.setattr(table.Table, "write", always_late)
        world.step("PaymentConsumerQueue")
    assert world.items("PaymentTable") == []
    world.wake_hidden("PaymentQueue")
    world.step("PaymentConsumerQueue")
    assert world.ledger("Payment", ORDER_ID) == ["charge captured"]


@pytest.mark.parametrize(("news", "answer"), [("payment.captured", 202), ("payment.declined", 409)])
def test_a_cancellation_that_races_an_event_is_decided_by_the_event(
    world: World, make_event: MakeEvent, overtake: Overtake, news: str, answer: int
) -> None:
    order_id = world.place()
    overtake("read", 1, lambda: world.deliver("OrderConsumer", make_event(news, order_id=order_id)))
    assert world.cancel(order_id) == answer
    assert world.status(order_id) == ("cancelling" if answer == 202 else "rejected")
    assert news in world.history(order_id)
