"""The sample order, and every event about it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

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
EMITTED: dict[str, tuple[Payload, ...]] = {
    "order": (PLACED, OrderCancellationRequested()),
    "payment": (
        CAPTURED,
        PaymentDeclined(reason="card_declined"),
        PaymentRefunded(payment_id="pi_sample", refund_id="re_sample", **MONEY),
        PaymentVoided(),
    ),
    "shipping": (
        DISPATCHED,
        ShipmentDelivered(tracking_number="SBX000000001", delivered_at=START),
        ShipmentFailed(reason="no service to AQ"),
        ShipmentCancelled(),
    ),
}
STATES = {"order": Order(), "payment": Payment(), "shipping": Shipment()}
ARRIVING: dict[str, tuple[tuple[str, Payload], tuple[str, Payload]]] = {
    "order": (("payment", CAPTURED), ("shipping", DISPATCHED)),
    "payment": (("order", PLACED), ("shipping", ShipmentCancelled())),
    "shipping": (("order", PLACED), ("payment", CAPTURED)),
}
"""For each consumer, two events about one order, in causal order."""


def event(source: str, payload: Payload, order_id: str = ORDER_ID) -> Event[Any]:
    """The event that the service `source` emits with this payload."""
    cause = None if payload.type == "order.placed" else derived_id(order_id, "order.placed")
    origin = Origin(f"/services/{source}", order_id, "sample-request", cause)
    return events((payload,), origin, START)[0]
