"""The kinds of sample orders, and the expected final statuses of each kind."""

import argparse
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of order: its payment method and country, whether the customer cancels it, and its outcome."""

    final_statuses: frozenset[str]
    payment_method: str = "pm_card_visa"
    country: str = "GB"
    cancelled: bool = False


KINDS = {
    "shipped": Kind(frozenset({"shipped"})),
    "declined": Kind(frozenset({"rejected"}), payment_method="pm_card_chargeDeclined"),
    "unserviceable": Kind(frozenset({"cancelled"}), country="AQ"),
    # Shipping decides whether the cancellation is in time, so there are two possible outcomes.
    "cancelled": Kind(frozenset({"cancelled", "shipped"}), cancelled=True),
}
Mix = dict[str, int]


def mix(text: str) -> Mix:
    """Parses kinds and their weights, such as `shipped=8,declined=1`."""
    read: Mix = {}
    for part in text.split(","):
        kind, _, weight = part.strip().partition("=")
        if kind not in KINDS:
            raise argparse.ArgumentTypeError(
                f"{kind!r} is not a kind of order: choose from {', '.join(KINDS)}"
            )
        if not (weight.isascii() and weight.isdigit() and int(weight) <= 1000) or kind in read:
            raise argparse.ArgumentTypeError(f"{part!r} needs one weight from 0 to 1000, such as {kind}=8")
        read[kind] = int(weight)
    if not sum(read.values()):
        raise argparse.ArgumentTypeError("at least one weight must be above 0")
    return read


def kinds(mix: Mix, orders: int) -> list[str]:
    """The kinds of `orders` orders, in the proportions of the mix. The order of kinds is fixed."""
    return list(islice(cycle([kind for kind, weight in mix.items() for _ in range(weight)]), orders))


def request(kind: str, customer_id: str) -> dict[str, Any]:
    """The body of `POST /orders`."""
    chosen = KINDS[kind]
    return {
        "customer_id": customer_id,
        "items": [{"sku": "tea", "quantity": 2, "unit_price": 1250}],
        "currency": "EUR",
        "payment_method": chosen.payment_method,
        "shipping_address": {
            "name": "Ada Lovelace",
            "line1": "12 St James Square",
            "city": "London",
            "postal_code": "SW1Y 4JH",
            "country": chosen.country,
        },
    }
