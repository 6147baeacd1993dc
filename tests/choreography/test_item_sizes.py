"""An order of three articles stays under 1 KB in every service's table, so each write costs one write unit.

The size of an item: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.cost.units import bill, is_sandbox_call, item_size
from infra.cost.work import Call, Work, counted
from infra.local.aws.clients import client
from infra.shared import carrier_messages
from tests.world import World, an_order

pytestmark = pytest.mark.three_services

KB = 1024
ITEMS = [
    {"sku": "tea-assam-250g", "quantity": 2, "unit_price": 1250},
    {"sku": "cup-porcelain", "quantity": 4, "unit_price": 990},
    {"sku": "kettle-1l", "quantity": 1, "unit_price": 4900},
]


def place(world: World, **changes: Any) -> str:
    return world.place(items=ITEMS, **changes)


def delivered(world: World) -> None:
    order_id = place(world)
    world.drain()
    world.parcel_delivered(order_id)


def reported_often(world: World) -> None:
    """The carrier reports one delivery in ten messages."""
    order_id = place(world)
    world.drain()
    for number in range(10):
        body = carrier_messages.message(
            order_id, "SBX000000001", datetime(2026, 1, 2, 12, number, tzinfo=UTC)
        )
        assert world.send_webhook(f"{order_id}-{number}", body).status == 204


def declined(world: World) -> None:
    place(world, payment_method="pm_card_chargeDeclined")


def refunded(world: World) -> None:
    place(world, country="AQ")


def cancelled_before_the_charge(world: World) -> None:
    world.cancel(place(world))
    world.drain("payment")
    placed = world.take("PaymentQueue", "order.placed")
    world.drain()
    world.send("PaymentQueue", *placed)


def cancelled_after_the_charge(world: World) -> None:
    order_id = place(world)
    world.drain("shipping")
    world.cancel(order_id)
    placed = world.take("ShippingQueue", "order.placed", "payment.captured")
    world.drain()
    world.send("ShippingQueue", *placed)


def cancelled_too_late(world: World) -> None:
    """The longest life: Order emits two events and receives three."""
    order_id = place(world)
    world.drain("order")
    world.step("OrderRelayOutbox")
    world.drain("order")
    world.cancel(order_id)
    world.drain("order")
    world.parcel_delivered(order_id)


def expired(world: World) -> None:
    world.time_limit(0)
    place(world)
    world.step("OrderRelayOutbox")
    world.wake_hidden("OrderExpiryQueue")


def out_of_order(world: World) -> None:
    """Order receives every effect before its cause."""
    order_id = place(world)
    world.drain("order")
    world.step("OrderRelayOutbox")
    world.drain("order")
    world.parcel_delivered(order_id)
    world.drain("order")
    for kind in ("shipment.delivered", "shipment.dispatched", "payment.captured"):
        world.deliver("OrderConsumer", *world.take("OrderQueue", kind))


OUTCOMES: dict[Callable[[World], None], str] = {
    delivered: "completed",
    reported_often: "completed",
    declined: "rejected",
    refunded: "cancelled",
    cancelled_before_the_charge: "cancelled",
    cancelled_after_the_charge: "cancelled",
    cancelled_too_late: "completed",
    expired: "cancelled",
    out_of_order: "completed",
}


@pytest.fixture(params=OUTCOMES, ids=lambda outcome: outcome.__name__)
def work(request: pytest.FixtureRequest, world: World) -> Work:
    """The work of an order with each outcome, from the request to the end."""
    with counted() as work:
        request.param(world)
        world.drain()
    (order,) = world.items("OrderTable")
    assert world.status(order["order_id"]) == OUTCOMES[request.param]
    return work


def writes(work: Work) -> Iterator[Call]:
    return (call for call in work.calls if call.operation == "PutItem" and not is_sandbox_call(call))


def test_every_item_is_under_1_kb_after_every_write(work: Work) -> None:
    sizes = [(call.by, item_size(call.request["Item"])) for call in writes(work)]
    assert len(sizes) > 5
    assert [(by, size) for by, size in sizes if size >= KB] == []


def test_every_write_is_one_unit_and_the_index_one_more(work: Work) -> None:
    units = bill(work, lambda _: 0)
    spent = sum(number for item, number in units.items() if item.unit == "dynamodb_write_units")
    assert spent == len(list(writes(work))) + 1


def test_the_record_of_an_idempotency_key_stays_under_1_kb(world: World) -> None:
    """Its larger write stores the answer, which lists the articles. TTL deletes it for free.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
    """
    assert world.post("/orders", an_order(items=ITEMS), idempotency_key="once").status == 202
    table = world.stack.tables["IdempotencyTable"]
    (record,) = client("dynamodb").scan(TableName=table)["Items"]
    assert item_size(record) < KB
