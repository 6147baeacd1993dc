"""The API's answers about an order: its summary and its history."""

import json
from typing import Any

from choreography.causality import in_causal_order
from choreography.table import Record
from order.state import Order, status


def summary(record: Record[Order]) -> dict[str, Any]:
    """An order as `GET /orders/{order_id}` answers it; amounts in minor units."""
    order, placed = record.state, record.state.placed
    assert placed is not None, "only placed orders are shown"
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
    seen = [{"id": event_id, **receipt} for event_id, receipt in record.inbox.items()]
    seen += [_published(outgoing.event) for outgoing in record.outbox]
    return in_causal_order(seen)


def _published(event: str) -> dict[str, str]:
    envelope = json.loads(event)
    return {
        name: envelope[name] for name in ("id", "type", "source", "time", "causationid") if name in envelope
    }
