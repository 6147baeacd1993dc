"""Measures ratios side by side, some eight minutes in all; its README has results, and says what is what.

`ministack` is not among all: it takes longer, and wants an installation of its own.
"""

import argparse

from rich.table import Table

from infra.bench.cold_start import cold_starts
from infra.bench.local_run import many_to_alone
from infra.bench.rivals import to_ministack
from infra.bench.safeguards import right_to_careless
from infra.bench.work import many_waiting_to_few, ten_in_a_batch_to_ten_singles
from infra.cli.display import out, table
from infra.cli.parsing import Parser, positive

MANY, WAITING, FEW = 200, 2000, 20
LIMITS = ("ConsumerConcurrency", "PaymentConcurrency")
CONCURRENCY = ("50", "2")
"""The template's default of these, and the least: ministack starts as many processes for a queue."""


def main() -> None:
    parser = Parser(prog="make bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", "cold", "run", "ministack"), default="all")
    parser.add_argument("--times", type=positive, default=9, metavar="N", help="pairs of each (default 9)")
    parser.add_argument("--orders", type=positive, default=MANY, metavar="N", help="at once (default 200)")
    arguments = parser.parse_args()
    if arguments.what in ("all", "cold"):
        out.print(_cold(arguments.times))
    if arguments.what in ("all", "run"):
        out.print(_run(arguments))
    if arguments.what == "ministack":
        out.print(_ministack(arguments))


def _cold(times: int) -> Table:
    shown = table("cold start of", "time, to a bare function's", "modules, and its", "MB, and its")
    for start in cold_starts(times):
        modules, bundle = (" / ".join(f"{n:.0f}" for n in pair) for pair in (start.modules, start.bundle))
        shown.add_row(start.function, f"{start.seconds:.2f}", modules, bundle)
    return shown


def _run(arguments: argparse.Namespace) -> Table:
    times = arguments.times
    waiting = many_waiting_to_few(WAITING, FEW, times)
    shown = table("ratio of", "is")
    for what, found in (
        (
            "ten orders in batches of ten, to ten in batches of one (CPU)",
            ten_in_a_batch_to_ten_singles(times),
        ),
        (f"an order while {WAITING} wait, to one while {FEW} do (CPU)", waiting),
        (
            f"orders a second, {arguments.orders} at once, to one after the other",
            many_to_alone(arguments.orders, times),
        ),
        ("a shipped order's price, to one without safeguards (batches of one)", right_to_careless(1)),
        ("the same, in batches of ten", right_to_careless(10)),
    ):
        shown.add_row(what, f"{found:.2f}")
    return shown


def _ministack(arguments: argparse.Namespace) -> Table:
    shown = table("ratio of the local run to ministack", *(f"of {number} at once" for number in CONCURRENCY))
    measured = [
        to_ministack(arguments.orders, arguments.times, dict.fromkeys(LIMITS, number))
        for number in CONCURRENCY
    ]
    ratios = [dict(found) for found in measured]
    for what in ratios[0]:
        shown.add_row(what, *(f"{found[what]:.2f}" for found in ratios))
    return shown


if __name__ == "__main__":
    main()
