"""Events that are delivered twice and in any order have the same result as events delivered once in order."""

from itertools import permutations
from typing import Any

import pytest

from choreography import aws
from choreography.stored import published
from choreography.table import to_attributes
from infra.local.aws.clients import client
from infra.local.in_process import environment
from tests.world import World

CHARGED, REFUNDED, DISPATCHED = "charge captured", "refund refunded", "dispatch dispatched"


class PublishesTwice:
    """A topic client that publishes each batch twice. The second messages have new message ids."""

    def __init__(self) -> None:
        with environment({}):
            self._topics: Any = aws.sns()

    def publish_batch(self, **request: Any) -> Any:
        self._topics.publish_batch(**request)
        return self._topics.publish_batch(**request)


@pytest.mark.parametrize(
    ("order", "status", "payments", "parcels"),
    [
        ({}, "shipped", [CHARGED], [DISPATCHED]),
        ({"payment_method": "pm_card_chargeDeclined"}, "rejected", ["charge declined"], []),
        ({"country": "AQ"}, "cancelled", [CHARGED, REFUNDED], ["dispatch refused"]),
    ],
)
def test_every_event_delivered_twice_takes_effect_once(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    order: dict[str, str],
    status: str,
    payments: list[str],
    parcels: list[str],
) -> None:
    topics = PublishesTwice()
    monkeypatch.setattr(aws, "sns", lambda: topics)
    order_id = world.place(**order)
    world.step("OrderRelayOutbox")
    assert world.kinds("PaymentQueue") == ["order.placed"] * 2
    world.drain()
    assert world.status(order_id) == status
    assert (world.ledger("Payment", order_id), world.ledger("Shipping", order_id)) == (payments, parcels)
    assert len(world.history(order_id)) == len(set(world.history(order_id)))


@pytest.mark.three_services
@pytest.mark.parametrize("stopped", ["payment", "shipping"])
def test_a_cancellation_delivered_twice_takes_effect_once(
    world: World, monkeypatch: pytest.MonkeyPatch, stopped: str
) -> None:
    topics = PublishesTwice()
    monkeypatch.setattr(aws, "sns", lambda: topics)
    order_id = world.place()
    world.cancel(order_id)
    world.drain(stopped)
    early = world.take(f"{stopped.capitalize()}Queue", "shipment.cancelled", "order.cancellation_requested")
    assert len(early) == 2
    assert world.deliver(f"{stopped.capitalize()}Consumer", *early) == []
    world.drain()
    assert world.status(order_id) == "cancelled"
    assert world.ledger("Payment", order_id) == ([] if stopped == "payment" else [CHARGED, REFUNDED])
    assert world.ledger("Shipping", order_id) == []


# For a service and an order: the event types that the service receives.
RECEIVED: list[tuple[str, dict[str, str], list[str]]] = [
    ("Order", {}, ["payment.captured", "shipment.dispatched"]),
    ("Order", {"country": "AQ"}, ["payment.captured", "shipment.failed", "payment.refunded"]),
    ("Order", {"payment_method": "pm_card_chargeDeclined"}, ["payment.declined"]),
    ("Shipping", {}, ["order.placed", "payment.captured"]),
    ("Shipping", {"country": "AQ"}, ["order.placed", "payment.captured"]),
    ("Shipping", {"payment_method": "pm_card_chargeDeclined"}, ["order.placed", "payment.declined"]),
]


@pytest.mark.three_services
@pytest.mark.parametrize(("service", "order", "kinds"), RECEIVED)
def test_the_final_state_is_the_same_for_every_order_of_arrival(
    world: World, service: str, order: dict[str, str], kinds: list[str]
) -> None:
    order_id = world.place(**order)
    start = [item for item in world.items(f"{service}Table") if item["order_id"] == order_id]
    bodies = received_messages(world, f"{service}Queue", kinds)
    expected = comparable(world.item(f"{service}Table", order_id))
    for arrival in permutations(bodies):
        restart(world, service, order_id, start)
        for kind in arrival:
            assert world.deliver(f"{service}Consumer", bodies[kind], bodies[kind]) == []
        assert comparable(world.item(f"{service}Table", order_id)) == expected


@pytest.mark.parametrize(("kind", "country"), [("shipment.cancelled", "GB"), ("shipment.failed", "AQ")])
def test_payment_refunds_or_voids_in_either_order_of_arrival(world: World, kind: str, country: str) -> None:
    order_id = world.place(country=country)
    world.drain("payment")
    (placed,) = world.take("PaymentQueue", "order.placed")
    stop = placed.replace("order.placed", kind)
    stop = stop.replace('"id":"', '"id":"other-').replace('"data":{', '"data":{"reason":"no service",')
    for arrival in permutations([placed, stop]):
        restart(world, "Payment", order_id, [])
        for body in arrival:
            assert world.deliver("PaymentConsumer", body, body) == []
        ends = "refunded" if arrival[0] == placed else "voided"
        assert world.item("PaymentTable", order_id)["status"] == ends
        assert world.ledger("Payment", order_id) == ([CHARGED, REFUNDED] if ends == "refunded" else [])


def received_messages(world: World, queue: str, kinds: list[str]) -> dict[str, str]:
    """Run the order to its end. Return the messages that the service's queue received, by event type."""
    bodies: dict[str, str] = {}
    for kind in kinds:
        world.run_until(queue, kind)
        bodies[kind] = next(m["Body"] for m in world.messages(queue) if f'"type":"{kind}"' in m["Body"])
    world.drain()
    return bodies


def restart(world: World, service: str, order_id: str, start: list[dict[str, Any]]) -> None:
    """Reset a service and the ledger of its external system to the state when the order was placed."""
    tables = world.stack.tables
    database = client("dynamodb")
    database.delete_item(TableName=tables[f"{service}Table"], Key=to_attributes({"order_id": order_id}))
    for item in start:
        database.put_item(TableName=tables[f"{service}Table"], Item=to_attributes(item))
    if service != "Order":
        for entry in world.items(f"{service}Ledger"):
            key = {name: entry[name] for name in ("order_id", "idempotency_key")}
            database.delete_item(TableName=tables[f"{service}Ledger"], Key=to_attributes(key))


def comparable(item: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an item that do not depend on time or on the order of arrival."""
    emitted = sorted(event["id"] for event in published(item["order_id"], item["outbox"]))
    varies = {"version", "inbox", "outbox", "emits", "intent_by"}
    rest = {name: value for name, value in item.items() if name not in varies}
    return rest | {"inbox": sorted(item["inbox"]), "emitted": emitted}
