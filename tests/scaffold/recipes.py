"""A recipe of each kind, as docs/recipes.md shows them."""

import shlex

RECIPES = {
    "service": "service loyalty --on shipment.dispatched payment.captured --publishes loyalty.points_granted",
    "event": "event payment.disputed --by payment --to order",
    "field": "field shipment.dispatched carrier_name text",
    "queue": "queue payment audit --on order.placed",
    "subscription": "subscription shipping payment.refunded",
}


def arguments(name: str) -> list[str]:
    return shlex.split(RECIPES[name])
