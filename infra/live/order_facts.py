"""The facts of an order for its card, read from the events about it: customer, items, reason, parcel."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.reporting.journal import HttpRequest

REASONS = ("payment.declined", "shipment.failed", "order.cancellation_requested")
"""The events that say why an order was not shipped. The first of them that was published counts."""


def facts(events: Iterable[Mapping[str, Any]], requests: Iterable[HttpRequest]) -> dict[str, Any]:
    """The facts that are known so far. Until `order.placed` is published, the request gives its data."""
    data = {event["type"]: event["data"] for event in events if isinstance(event.get("data"), dict)}
    placed = data.get("order.placed") or _requested(requests)
    parcel = data.get("shipment.dispatched") or data.get("shipment.delivered") or {}
    return {
        **{name: placed.get(name) for name in ("customer_id", "amount_minor", "currency", "expires_at")},
        "items": placed.get("items") or [],
        "shipping_address": placed.get("shipping_address"),
        "reason": next((data[kind].get("reason") for kind in REASONS if kind in data), None),
        "tracking_number": parcel.get("tracking_number"),
        "delivered_at": data.get("shipment.delivered", {}).get("delivered_at"),
    }


def _requested(requests: Iterable[HttpRequest]) -> dict[str, Any]:
    """The data of the request that placed the order, with its total; empty if there is none."""
    for exchange in requests:
        try:
            body = json.loads(exchange.request.body)
            total = sum(item["quantity"] * item["unit_price"] for item in body["items"])
        except (ValueError, KeyError, TypeError):
            continue
        return {**body, "amount_minor": total}
    return {}
