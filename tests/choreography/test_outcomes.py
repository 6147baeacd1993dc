"""Whole orders, from the HTTP request to the ledgers of gateway and carrier."""

import pytest

from tests.world import World

CHARGED, REFUNDED, DISPATCHED = "charge captured", "refund refunded", "dispatch dispatched"


@pytest.mark.three_services
def test_an_order_is_charged_and_shipped(world: World) -> None:
    order_id = world.place()
    world.drain()
    assert world.status(order_id) == "shipped"
    assert world.history(order_id) == ["order.placed", "payment.captured", "shipment.dispatched"]
    assert world.ledger("Payment", order_id) == [CHARGED]
    assert world.ledger("Shipping", order_id) == [DISPATCHED]


@pytest.mark.three_services
def test_a_delivered_order_is_completed(world: World) -> None:
    order_id = world.place()
    world.drain()
    assert world.parcel_delivered(order_id).status == 204
    world.drain()
    shown = world.get(f"/orders/{order_id}")
    assert (shown["status"], shown["delivered_at"]) == ("completed", "2026-01-02T00:00:00Z")
    assert world.history(order_id)[-2:] == ["shipment.dispatched", "shipment.delivered"]
    assert world.cancel(order_id) == 409


def test_a_declined_order_is_rejected_and_not_shipped(world: World) -> None:
    order_id = world.place(payment_method="pm_card_chargeDeclined")
    world.drain()
    assert world.status(order_id) == "rejected"
    assert world.get(f"/orders/{order_id}")["reason"] == "card_declined"
    assert world.ledger("Payment", order_id) == ["charge declined"]
    assert world.ledger("Shipping", order_id) == []


def test_an_order_that_cannot_be_shipped_is_refunded(world: World) -> None:
    order_id = world.place(country="AQ")
    world.drain()
    assert world.status(order_id) == "cancelled"
    assert world.ledger("Payment", order_id) == [CHARGED, REFUNDED]
    assert world.ledger("Shipping", order_id) == ["dispatch refused"]


@pytest.mark.three_services
def test_an_order_cancelled_before_payment_is_never_charged(world: World) -> None:
    order_id = world.place()
    assert world.cancel(order_id) == 202
    world.drain("payment")
    assert world.status(order_id) == "cancelling"
    payment_queue = world.messages("PaymentQueue")
    assert len(payment_queue) == 2
    cancelled = next(m["Body"] for m in payment_queue if "shipment.cancelled" in m["Body"])
    world.deliver("PaymentConsumer", cancelled)
    world.drain()
    assert world.status(order_id) == "cancelled"
    assert world.history(order_id)[-1] == "payment.voided"
    assert world.ledger("Payment", order_id) == []


def test_an_order_cancelled_between_payment_and_dispatch_is_refunded(world: World) -> None:
    order_id = world.place()
    world.drain("shipping")
    assert world.status(order_id) == "paid"
    assert world.cancel(order_id) == 202
    world.step("OrderRelayOutbox")
    bodies = [m["Body"] for m in world.messages("ShippingQueue")]
    world.deliver("ShippingConsumer", *[b for b in bodies if "cancellation" in b])
    world.drain()
    assert world.status(order_id) == "cancelled"
    assert world.ledger("Payment", order_id) == [CHARGED, REFUNDED]
    assert world.ledger("Shipping", order_id) == []


def test_a_dispatched_order_cannot_be_cancelled(world: World) -> None:
    order_id = world.place()
    world.drain("order")
    world.step("OrderRelayOutbox")
    world.drain("order")
    assert world.cancel(order_id) == 202  # Order has not received the dispatch yet
    world.drain()
    assert world.status(order_id) == "shipped"
    assert world.ledger("Payment", order_id) == [CHARGED]
    assert world.cancel(order_id) == 409


@pytest.mark.parametrize("stopped", ["payment", "shipping"])
def test_while_a_service_is_down_its_messages_wait(world: World, stopped: str) -> None:
    order_ids = [world.place() for _ in range(3)]
    world.drain(stopped)
    assert not any(world.status(order_id) == "shipped" for order_id in order_ids)
    world.drain()
    assert all(world.status(order_id) == "shipped" for order_id in order_ids)


def test_a_redriven_message_completes_the_order(world: World) -> None:
    order_id = world.place()
    world.step("OrderRelayOutbox")
    (placed,) = [m["Body"] for m in world.messages("PaymentQueue")]
    world.deliver("PaymentConsumer", placed.replace("order.placed/1.1", "order.placed/9.0"))
    (dead,) = world.messages("PaymentDeadLetters")
    assert dead["MessageAttributes"]["reason"]["StringValue"].startswith("PoisonMessage: dataschema")
    world.send("PaymentQueue", dead["Body"].replace("order.placed/9.0", "order.placed/1.1"))
    world.drain()
    assert world.status(order_id) == "shipped"
