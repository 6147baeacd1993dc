"""The API's answers about an order: its summary and its history."""

from typing import Any

from choreography.causality import in_causal_order
from choreography.stored import Record, known_events
from order.state import Order, placed_order, status


def summary(record: Record[Order]) -> dict[str, Any]:
    """An order as `GET /orders/{order_id}` answers it; amounts in minor units."""
    order, placed = record.state, placed_order(record)
    view = {
        "order_id": record.order_id,
        "status": status(order.event_types),
        "customer_id": placed.customer_id,
        "items": [item.model_dump() for item in placed.items],
        "total": placed.amount_minor,
        "currency": placed.currency,
        "placed_at": order.placed_at,
        "tracking_number": order.tracking_number,
        "delivered_at": order.delivered_at,
        "reason": order.reason,
    }
    return {name: value for name, value in view.items() if value is not None}


def history(record: Record[Order]) -> list[dict[str, str]]:
    """The events that Order published and received: each after its cause, otherwise by time."""
    shown = ("id", "type", "source", "time", "causationid")
    seen = [{name: event[name] for name in shown if name in event} for event in known_events(record)]
    return in_causal_order(seen)
