"""Whole orders over HTTP on ministack, another emulator of AWS."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from typing import Any

import pytest

from infra.shared.order_kinds import KINDS, kinds, mix, request
from tests.choreography.test_outcomes import (
    test_a_declined_order_is_rejected_and_not_shipped,
    test_an_order_is_charged_and_shipped,
    test_an_order_that_cannot_be_shipped_is_refunded,
)
from tests.engines.ministack.shop import CHARGED, DISPATCHED, REFUNDED, Shop
from tests.local.conftest import eventually
from tests.world import an_order, fields

__all__ = [  # these tests also run here, with this folder's fixture `world`
    "test_a_declined_order_is_rejected_and_not_shipped",
    "test_an_order_is_charged_and_shipped",
    "test_an_order_that_cannot_be_shipped_is_refunded",
]
pytestmark = pytest.mark.ministack
CUSTOMERS = 8
"""The number of customers that place orders at the same time."""
LEDGERS: dict[str, list[tuple[list[str], list[str]]]] = {
    "shipped": [([CHARGED], [DISPATCHED])],
    "rejected": [(["charge declined"], [])],
    "cancelled": [
        ([], []),
        ([CHARGED, REFUNDED], []),
        ([CHARGED, REFUNDED], ["dispatch refused"]),
    ],
}
"""The possible entries of an order in the gateway's and the carrier's ledgers, by its final status."""


def settled(world: Shop, order_id: str) -> str:
    """Return the final status of an order. Fails if the ledgers do not agree with it."""
    status = world.status(order_id)
    ledgers = world.ledger("Payment", order_id), world.ledger("Shipping", order_id)
    assert ledgers in LEDGERS[status], (order_id, status, ledgers)
    return status


def test_a_delivered_order_is_completed(world: Shop) -> None:
    """The test ignores the webhook's status: ministack answers 500 if a function's result has no body."""
    order_id = world.place()
    world.drain()
    world.parcel_delivered(order_id)
    world.drain()
    assert world.get(f"/orders/{order_id}")["delivered_at"] == "2026-01-02T00:00:00Z"
    assert world.history(order_id)[-2:] == ["shipment.dispatched", "shipment.delivered"]
    assert world.cancel(order_id) == 409


def test_an_order_that_is_cancelled_before_it_is_paid_is_never_dispatched(world: Shop) -> None:
    with world.without("PaymentConsumer"):
        order_id = world.place()
        assert world.cancel(order_id) == 202
        eventually(lambda: "shipment.cancelled" in world.history(order_id), bool)
    world.drain()
    assert settled(world, order_id) == "cancelled"


def test_an_order_that_was_dispatched_cannot_be_cancelled(world: Shop) -> None:
    order_id = world.place()
    world.drain()
    assert world.cancel(order_id) == 409
    assert settled(world, order_id) == "shipped"


def test_a_cancellation_that_races_a_dispatch_has_one_outcome(world: Shop) -> None:
    """The cancellations are spread over the time that an order takes."""
    began = time.monotonic()
    world.place()
    world.drain()
    step_seconds = (time.monotonic() - began) / 20

    def place_and_cancel(number: int) -> str:
        order_id = world.place()
        time.sleep(number * step_seconds)
        assert world.cancel(order_id) in (202, 409)
        return order_id

    with ThreadPoolExecutor(CUSTOMERS) as customers:
        placed = list(customers.map(place_and_cancel, range(24)))
    world.drain()
    assert {settled(world, order_id) for order_id in placed} == {"cancelled", "shipped"}


def test_concurrent_requests_with_one_key_create_one_order(world: Shop) -> None:
    customer_id = f"customer-{time.time_ns()}"
    order = an_order(customer_id=customer_id)

    def place(key: str) -> tuple[int, Any]:
        answer = world.post("/orders", order, idempotency_key=key)
        return answer.status, json.loads(answer.body).get("order_id")

    with ThreadPoolExecutor(CUSTOMERS) as customers:
        answers = set(customers.map(place, repeat(customer_id, 24)))
    (listed,) = world.get(f"/orders?customer_id={customer_id}")["orders"]
    assert answers - {(409, None)} == {(202, listed["order_id"])}
    assert place(customer_id) == (202, listed["order_id"])


def test_a_key_used_for_another_body_is_refused(world: Shop) -> None:
    key = f"key-{time.time_ns()}"
    assert world.post("/orders", an_order(), idempotency_key=key).status == 202
    refused = world.post("/orders", an_order(currency="CHF"), idempotency_key=key)
    assert (refused.status, fields(refused)) == (422, {"Idempotency-Key"})


def test_each_order_of_a_burst_ends_as_its_kind_requires(world: Shop) -> None:
    burst = kinds(mix("shipped=6,declined=1,unserviceable=1,cancelled=2"), 60)

    def place(kind: str) -> str:
        order_id = world.place(**request(kind, "burst"))
        if KINDS[kind].cancelled:
            world.cancel(order_id)
        return order_id

    with ThreadPoolExecutor(CUSTOMERS) as customers:
        placed = list(customers.map(place, burst))
    world.drain()
    for kind, order_id in zip(burst, placed, strict=True):
        assert settled(world, order_id) in KINDS[kind].final_statuses
    assert world.dead_letters() == {}


def test_an_order_that_is_not_paid_in_time_is_cancelled_and_never_charged(short_deadline: Shop) -> None:
    with short_deadline.without("PaymentConsumer"):
        order_id = short_deadline.place()
        short_deadline.until(order_id, "cancelling")
        assert short_deadline.get(f"/orders/{order_id}")["reason"] == "not paid and dispatched in time"
    short_deadline.drain()
    assert settled(short_deadline, order_id) == "cancelled"
    assert short_deadline.ledger("Payment", order_id) == []
