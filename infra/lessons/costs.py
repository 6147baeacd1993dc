"""What a safeguard costs, in the currency of the price list for a million shipped orders.

`python -m infra.lessons.costs` prints the prices, for programs whose own moto must stay as it is.
"""

from collections import Counter
from functools import cache

from infra.cost.__main__ import bill_of  # not later: moto has to come before the first session of boto3
from infra.cost.prices import LIST, MILLION, Prices
from infra.lessons.lesson import Safeguard
from infra.shared.display import print_json

BATCH = 10
"""Messages in each batch, as `choreo cost` assumes."""


def cost_of(safeguard: Safeguard) -> str:
    """The price of a safeguard, and `0` if it shares a call that is needed anyway."""
    return prices()[safeguard.cost] if safeguard.cost else "0"


@cache
def prices() -> dict[str, str]:
    """The price of each row of `choreo cost`."""
    listed = Prices.model_validate_json(LIST.read_bytes())
    by: dict[str, float] = {}
    for item, number in bill_of("shipped", BATCH, listed).items():
        by[item.purpose] = by.get(item.purpose, 0) + listed.of(Counter({item: number}))
    return {purpose: f"{price * MILLION:.2f} {listed.currency}" for purpose, price in by.items()}


if __name__ == "__main__":
    print_json(prices())
