"""The carrier's webhook: the messages that it accepts, rejects, or answers with 503."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.shared.carrier_messages import message
from tests.world import World, crash, fields, problem

DELIVERED = datetime(2026, 1, 2, tzinfo=UTC)


def shipped(world: World) -> str:
    order_id = world.place()
    world.drain()
    assert world.status(order_id) == "shipped"
    return order_id


def deliveries(world: World, order_id: str) -> int:
    emitted = [event["type"] for event in world.published("ShippingTable", order_id)]
    return emitted.count("shipment.delivered")


def test_a_repeated_message_takes_effect_once(world: World) -> None:
    order_id = shipped(world)
    assert [world.parcel_delivered(order_id).status for _ in range(2)] == [204, 204]
    assert deliveries(world, order_id) == 1


def test_a_delivery_that_is_reported_under_another_id_takes_effect_once(world: World) -> None:
    order_id = shipped(world)
    body = message(order_id, "SBX1", DELIVERED)
    assert [world.send_webhook(name, body).status for name in ("one", "two")] == [204, 204]
    assert deliveries(world, order_id) == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"webhook_signature": "v1,AAAA"},
        {"webhook_id": "msg_other"},
        {"age_seconds": 3600},
    ],
)
def test_a_message_without_a_valid_and_recent_signature_is_refused(
    world: World, forged: dict[str, Any]
) -> None:
    order_id = shipped(world)
    answer = world.send_webhook(order_id, message(order_id, "SBX1", DELIVERED), **forged)
    assert (answer.status, problem(answer)["status"]) == (401, 401)
    world.drain()
    assert world.status(order_id) == "shipped"


@pytest.mark.parametrize("country", ["GB", "AQ"])
def test_a_delivery_without_a_dispatch_is_refused(world: World, country: str) -> None:
    order_id = world.place(country)
    world.drain("payment" if country == "GB" else "")
    before = world.status(order_id)
    assert world.parcel_delivered(order_id).status == 404
    world.drain("payment")
    assert world.status(order_id) == before


def test_a_delivery_of_an_unknown_order_is_refused(world: World) -> None:
    assert world.parcel_delivered("no-such-order").status == 404


def test_a_message_of_an_unknown_type_is_accepted_and_ignored(world: World) -> None:
    assert world.send_webhook("msg_1", b'{"type": "shipment.in_transit", "data": {}}').status == 204


@pytest.mark.parametrize(
    ("body", "status", "wrong"),
    [
        (b"{", 400, {"body"}),
        (b"{}", 422, {"type"}),
        (b'{"type": "shipment.delivered"}', 422, {"data"}),
        (message("", "SBX1", DELIVERED.replace(tzinfo=None)), 422, {"data.reference", "data.delivered_at"}),
    ],
)
def test_an_invalid_message_is_refused_and_its_fields_are_named(
    world: World, body: bytes, status: int, wrong: set[str]
) -> None:
    answer = world.send_webhook("msg_1", body)
    assert (answer.status, fields(answer)) == (status, wrong)


def test_a_message_that_is_too_large_is_refused(world: World) -> None:
    assert world.send_webhook("msg_1", b'{"type": "' + b"x" * 70_000 + b'"}').status == 413


# Shipping's writes: order.placed, the intent, the carrier's ledger, the outcome.
@pytest.mark.three_services
@pytest.mark.parametrize(("moment", "write"), [("after", 3), ("before", 4)])
def test_a_delivery_reported_during_the_dispatch_waits_for_its_outcome(
    world: World, moment: str, write: int
) -> None:
    """Shipping crashed after the dispatch and before it wrote the outcome."""
    order_id = world.place()
    world.run_until("ShippingQueue", "payment.captured")
    with crash(moment, "PutItem", write):
        world.step("ShippingConsumerQueue")
    assert world.item("ShippingTable", order_id)["status"] == "dispatching"
    assert world.parcel_delivered(order_id).status == 204
    assert deliveries(world, order_id) == 0
    world.wake_hidden("ShippingQueue")
    world.drain()
    assert world.status(order_id) == "completed"
    assert world.history(order_id)[-2:] == ["shipment.dispatched", "shipment.delivered"]
    assert world.ledger("Shipping", order_id) == ["dispatch dispatched"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_after_a_crash_at_the_write_a_repeated_message_completes_it(world: World, moment: str) -> None:
    order_id = shipped(world)
    with crash(moment, "PutItem"):
        world.parcel_delivered(order_id)
    assert world.parcel_delivered(order_id).status == 204
    assert deliveries(world, order_id) == 1
    world.drain()
    assert world.status(order_id) == "completed"


def test_if_the_table_cannot_be_read_the_carrier_gets_503_and_retries(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = shipped(world)
    with monkeypatch.context() as patched:
        patched.setattr("choreography.table.Table.read", lambda *_: 1 / 0)
        answer = world.parcel_delivered(order_id)
    assert (answer.status, dict(answer.headers)["retry-after"]) == (503, "1")


def test_order_may_receive_the_delivery_before_the_dispatch(world: World) -> None:
    order_id = shipped(world)
    world.parcel_delivered(order_id)
    events = world.published("ShippingTable", order_id)
    other = world.place()
    world.drain("payment")
    early, late = (json.dumps(event | {"subject": other}) for event in reversed(events))
    world.deliver("OrderConsumer", early)
    assert world.status(other) == "completed"
    world.deliver("OrderConsumer", late)
    assert world.status(other) == "completed"
