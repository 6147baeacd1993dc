"""The price of a million orders on AWS: the billable units of a run in this process, times a price list.

It excludes monthly costs (alarms, metrics, stored data, polls of idle queues), data transfer, X-Ray, and the
fees of gateway and carrier.

  choreo cost
  choreo cost --batch 1              # batches of one message, which cost most
  choreo cost --prices my-region.json
"""

from collections import Counter
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from rich.table import Table

from infra.cost.outcomes import OUTCOMES, work_of
from infra.cost.prices import LIST, MILLION, Prices
from infra.cost.units import Bill, Item, bill
from infra.shared.arguments import Help, Parser, positive
from infra.shared.display import out, print_json, table


def parser() -> Parser:
    """The parser of `choreo cost`, also for the completion in shells."""
    made = Parser(prog="choreo cost", description=__doc__, formatter_class=Help)
    made.add_argument(
        "--batch", type=positive, default=10, metavar="N", help="messages in each batch (default 10)"
    )
    made.add_argument("--prices", type=Path, default=LIST, metavar="FILE", help="another price list")
    made.add_argument("--json", action="store_true", help="print one JSON document")
    return made


def main(argv: list[str]) -> int:
    """Exit codes: 0 success, 2 the price list cannot be used."""
    arguments = parser().parse_args(argv)
    try:
        prices = Prices.model_validate_json(arguments.prices.read_bytes())
        bills = {name: bill_of(name, arguments.batch, prices) for name in OUTCOMES}
        if arguments.json:
            print_json(_document(bills, prices))
            return 0
        out.print(_totals(bills, prices), soft_wrap=False)
        out.print(_purposes(bills["shipped"], prices), soft_wrap=False)
    except (OSError, ValidationError, KeyError) as error:
        parser().error(f"{arguments.prices}: {' '.join(str(error).split())}")
    out.print(
        f"Prices of {prices.region}, read on {prices.read_on}: {arguments.prices}. "
        f"{arguments.batch} messages in each batch, one Idempotency-Key for each order.",
        soft_wrap=False,
    )
    return 0


def bill_of(outcome: str, batch: int, prices: Prices, **options: Any) -> Bill:
    """The average units of one order with this outcome."""
    units = bill(work_of(outcome, batch, **options), prices.milliseconds)
    return Counter({item: number / batch for item, number in units.items()})


def _document(bills: dict[str, Bill], prices: Prices) -> dict[str, Any]:
    return {
        "region": prices.region,
        "read_on": str(prices.read_on),
        "currency": prices.currency,
        "per_million_orders": {name: round(prices.of(units) * MILLION, 2) for name, units in bills.items()},
    }


def _totals(bills: dict[str, Bill], prices: Prices) -> Table:
    shown = table("for one order", *bills)
    for unit in prices.prices:
        numbers = [
            sum(number for item, number in units.items() if item.unit == unit) for units in bills.values()
        ]
        shown.add_row(unit, *(f"{number:.4g}" for number in numbers))
    shown.add_row(
        f"{prices.currency} for a million", *(f"{prices.of(u) * MILLION:.2f}" for u in bills.values())
    )
    return shown


def _purposes(units: Bill, prices: Prices) -> Table:
    by: dict[str, Bill] = {}
    for item, number in units.items():
        by.setdefault(item.purpose, Counter())[item] = number
    shown = table("of a shipped order, for", f"{prices.currency} for a million", "units")
    for purpose, part in sorted(by.items(), key=lambda entry: -prices.of(entry[1])):
        amounts = ", ".join(f"{number:.3g} {_word(item)}" for item, number in part.items())
        shown.add_row(purpose, f"{prices.of(part) * MILLION:.2f}", amounts)
    return shown


def _word(item: Item) -> str:
    return item.unit.replace("_", " ")


if __name__ == "__main__":
    import sys

    sys.exit(main(sys.argv[1:]))
