"""The sample order, and every event about it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from choreography.decisions import State
from choreography.outbox import Origin, derived_id, events
from contracts.envelope import Event, Payload
from contracts.orders import OrderCancellationRequested, OrderPlaced
from contracts.payments import PaymentCaptured, PaymentDeclined, PaymentRefunded, PaymentVoided
from contracts.shipments import ShipmentCancelled, ShipmentDelivered, ShipmentDispatched, ShipmentFailed
from contracts.values import Address, Item
from infra.shared.order_kinds import request
from order.state import Order
from payment.state import Payment
from shipping.state import Shipment

KEY = "sample-1"
ORDER_ID = derived_id(json.dumps(["ada", KEY]), "order")
"""The id of the order that order/api/place.json places."""
OTHER_KEY = "sample-2"
OTHER_ID = derived_id(json.dumps(["ada", OTHER_KEY]), "order")
"""The id of the order that order/api/place_other.json places; in order/expiry/one.json it is overdue."""
START = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
ORDER = request("shipped", "ada")
MONEY = {"amount_minor": 2500, "currency": "EUR"}
PLACED = OrderPlaced(
    customer_id="ada",
    items=tuple(map(Item.model_validate, ORDER["items"])),
    payment_method=ORDER["payment_method"],
    shipping_address=Address(**ORDER["shipping_address"]),
    expires_at=START + timedelta(hours=1),
    **MONEY,
)
CAPTURED = PaymentCaptured(payment_id="pi_sample", **MONEY)
DISPATCHED = ShipmentDispatched(tracking_number="SBX000000001")
EMITTED: dict[str, list[Payload]] = {
    "order": [
        PLACED,
        OrderCancellationRequested(),
    ],
    "payment": [
        CAPTURED,
        PaymentDeclined(reason="card_declined"),
        PaymentRefunded(payment_id="pi_sample", refund_id="re_sample", **MONEY),
        PaymentVoided(),
    ],
    "shipping": [
        DISPATCHED,
        ShipmentDelivered(tracking_number="SBX000000001", delivered_at=START),
        ShipmentFailed(reason="no service to AQ"),
        ShipmentCancelled(),
    ],
}
STATES: dict[str, State] = {
    "order": Order(),
    "payment": Payment(),
    "shipping": Shipment(),
}
ARRIVING: dict[str, tuple[str, ...]] = {
    "order": ("payment.captured", "shipment.dispatched"),
    "payment": ("order.placed", "shipment.cancelled"),
    "shipping": ("order.placed", "payment.captured"),
}
"""For each consumer, types of events about one order, in causal order."""
SECOND_QUEUES: dict[str, dict[str, str]] = {
    "order": {"expiry": "order.placed"},
}
"""By service: each module that consumes a further queue, with the type of an event that it gets.

The event is about OTHER_ID.
"""
PAYLOADS = {payload.type: payload for payloads in EMITTED.values() for payload in payloads}
PRODUCERS = {payload.type: service for service, payloads in EMITTED.items() for payload in payloads}


def arriving(kind: str, order_id: str = ORDER_ID) -> Event[Any]:
    """An event of this type, as a consumer gets it. It does not age.

    `order.placed` has no deadline, which the contract allows: a date in the sample would pass, and Payment
    charges no expired order (docs/decisions/0032-samples-without-a-deadline.md).
    """
    payload = PAYLOADS[kind]
    if isinstance(payload, OrderPlaced):
        payload = payload.model_copy(update={"expires_at": None})
    return event(PRODUCERS[kind], payload, order_id)


def event(source: str, payload: Payload, order_id: str = ORDER_ID) -> Event[Any]:
    """The event that the service `source` emits with this payload."""
    cause = None if payload.type == "order.placed" else derived_id(order_id, "order.placed")
    origin = Origin(f"/services/{source}", order_id, "sample-request", cause)
    return events((payload,), origin, START)[0]
