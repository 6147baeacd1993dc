"""Order cancels an order that is not paid and dispatched before its deadline."""

import json
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.conftest import Printed
from tests.world import World, crash

CHARGED, REFUNDED, DISPATCHED = "charge captured", "refund refunded", "dispatch dispatched"


def reminder(world: World, order_id: str, seconds_left: float = -1) -> str:
    """The order.placed event of an order whose deadline is this many seconds from now."""
    placed = world.published("OrderTable", order_id)[0]
    placed["data"]["expires_at"] = (datetime.now(UTC) + timedelta(seconds=seconds_left)).isoformat()
    return json.dumps(placed)


def expire(world: World, order_id: str) -> None:
    assert world.deliver("OrderExpiry", reminder(world, order_id)) == []


@pytest.mark.three_services
def test_after_an_outage_of_payment_beyond_the_time_limit_nothing_is_charged(world: World) -> None:
    world.time_limit(1)
    order_id = world.place()
    world.drain("payment")
    time.sleep(1)
    world.wake_hidden("OrderExpiryQueue")
    world.drain("payment")
    shown = world.get(f"/orders/{order_id}")
    assert (shown["status"], shown["reason"]) == ("cancelling", "not paid and dispatched in time")
    assert world.kinds("PaymentQueue") == [
        "order.placed",
        "shipment.cancelled",
    ]  # Payment runs again after this
    world.drain()
    assert world.status(order_id) == "cancelled"
    assert world.history(order_id)[-1] == "payment.voided"
    assert (world.ledger("Payment", order_id), world.ledger("Shipping", order_id)) == ([], [])


def test_after_an_outage_of_shipping_beyond_the_time_limit_the_money_is_refunded(world: World) -> None:
    order_id = world.place()
    world.drain("shipping")
    assert world.status(order_id) == "paid"
    expire(world, order_id)
    world.step("OrderRelayOutbox")
    (requested,) = world.take("ShippingQueue", "order.cancellation_requested")
    assert json.loads(requested)["data"] == {"reason": "expired"}
    world.deliver("ShippingConsumer", requested)
    world.drain()
    assert world.status(order_id) == "cancelled"
    assert (world.ledger("Payment", order_id), world.ledger("Shipping", order_id)) == (
        [CHARGED, REFUNDED],
        [],
    )


def test_a_dispatch_that_order_has_not_seen_yet_stays_shipped(world: World) -> None:
    order_id = world.place()
    world.step("OrderRelayOutbox")
    world.drain("order")
    expire(world, order_id)
    assert world.status(order_id) == "cancelling"
    world.drain()
    shown = world.get(f"/orders/{order_id}")
    assert (shown["status"], "reason" in shown) == ("shipped", False)
    assert (world.ledger("Payment", order_id), world.ledger("Shipping", order_id)) == (
        [CHARGED],
        [DISPATCHED],
    )


@pytest.mark.parametrize("customer_first", [True, False])
def test_customer_and_time_limit_together_request_one_cancellation(
    world: World, customer_first: bool
) -> None:
    order_id = world.place()
    if customer_first:
        world.cancel(order_id)
    expire(world, order_id)
    assert world.cancel(order_id) == 202
    world.drain()
    assert world.status(order_id) == "cancelled"
    assert world.history(order_id).count("order.cancellation_requested") == 1


@pytest.mark.parametrize(
    "order", [{}, {"country": "AQ"}, {"payment_method": "pm_card_chargeDeclined"}], ids=str
)
def test_a_decided_order_is_not_checked_again(world: World, order: dict[str, str], printed: Printed) -> None:
    order_id = world.place(**order)
    world.drain()
    before = world.item("OrderTable", order_id)
    printed()
    expire(world, order_id)
    assert world.item("OrderTable", order_id) == before
    assert [line["message"] for line in printed() if "_aws" not in line] == ["nothing to do"]
    assert len(world.hidden_until("OrderExpiryQueue")) == 1  # the reminder of the placed order


@pytest.mark.parametrize(("seconds_left", "waits"), [(30, 30), (3600, 900)])
def test_an_order_with_time_left_is_checked_again_at_its_time_limit(
    world: World, seconds_left: int, waits: int
) -> None:
    order_id = world.place()
    world.deliver("OrderExpiry", reminder(world, order_id, seconds_left))
    assert world.status(order_id) == "placed"
    (until,) = world.hidden_until("OrderExpiryQueue")
    assert until == pytest.approx(time.time() + waits, abs=2)


def test_the_write_that_places_an_order_starts_its_timer(world: World) -> None:
    world.place()
    world.step("OrderRelayOutbox")
    (until,) = world.hidden_until("OrderExpiryQueue")
    assert until == pytest.approx(time.time() + 60, abs=2)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_crash_at_the_write_the_next_delivery_completes_it(world: World, moment: str) -> None:
    order_id = world.place()
    with crash(moment, "PutItem"):
        expire(world, order_id)
    expire(world, order_id)
    assert world.history(order_id) == ["order.placed", "order.cancellation_requested"]


@pytest.mark.parametrize(
    ("moment", "ends", "ledger"),
    [("before", "rejected", ["charge declined"]), ("after", "cancelled", [CHARGED, REFUNDED])],
)
def test_a_charge_that_began_before_the_deadline_is_settled(
    world: World, moment: str, ends: str, ledger: list[str]
) -> None:
    """Payment asks the gateway whether it made the charge before the crash.

    If the gateway did not, Payment starts no charge.
    """
    order_id = world.place()
    with crash(moment, "PutItem", 2):
        world.deliver("PaymentConsumer", reminder(world, order_id, 1))
    expire(world, order_id)
    world.deliver("PaymentConsumer", reminder(world, order_id, -1))
    world.drain()
    assert world.status(order_id) == ends
    assert world.ledger("Payment", order_id) == ledger


def test_an_unknown_order_is_dead_lettered(world: World) -> None:
    order_id = world.place()
    world.deliver("OrderExpiry", reminder(world, order_id).replace(order_id, "unknown"))
    (dead,) = world.messages("OrderExpiryDeadLetters")
    assert dead["MessageAttributes"]["reason"]["StringValue"].startswith("UnknownOrder")


def test_an_order_without_a_time_limit_never_expires(world: World) -> None:
    order_id = world.place()
    old = json.loads(reminder(world, order_id))
    del old["data"]["expires_at"]
    world.deliver("OrderExpiry", json.dumps(old))
    assert world.status(order_id) == "placed"
    world.deliver("PaymentConsumer", json.dumps(old))
    assert world.ledger("Payment", order_id) == [CHARGED]


def test_an_expired_order_is_counted(world: World, printed: Printed) -> None:
    order_id = world.place()
    for _ in range(2):
        expire(world, order_id)
    assert sum(document.get("OrdersExpired", [0])[0] for document in printed()) == 1
