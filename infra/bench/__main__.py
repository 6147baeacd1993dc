"""Measures ratios side by side, in about fifteen minutes. The README has results and explains them.

`bytecode`, `ministack` and `offline` run only on request: they need something that is built or installed.
"""

import argparse

from rich.table import Table

from infra.bench import safeguards
from infra.bench.bytecode import with_bytecode_to_without
from infra.bench.cold_start import cold_starts
from infra.bench.local_run import crowd_to_many, many_to_alone
from infra.bench.offline import Settings
from infra.bench.rivals import to_ministack, to_offline
from infra.bench.scaling import two_to_one
from infra.bench.work import many_waiting_to_few, ten_in_a_batch_to_ten_singles
from infra.shared.arguments import Parser, positive
from infra.shared.display import out, table

STARTS, TIMES, SLOW_TIMES = 15, 9, 3
MANY, WAITING, FEW = 200, 2000, 20
LIMITS = ("ConsumerConcurrency", "PaymentConcurrency")
CONCURRENCY = ("50", "2")
"""The template's default concurrency, and the least: ministack starts as many processes for a queue."""


OFFLINE = {"as it comes": Settings(), "hurried": Settings(batch_size=1, read_milliseconds=20)}


def main() -> None:
    parser = Parser(prog="make bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", *BENCHMARKS), default="all")
    parser.add_argument(
        "--times", type=positive, metavar="N", help="pairs of each (default 9, cold starts 15, offline 3)"
    )
    parser.add_argument("--orders", type=positive, default=MANY, metavar="N", help="at once (default 200)")
    parser.add_argument("--python", help="the Python that `make sam-build` built with, for bytecode")
    arguments = parser.parse_args()
    for what in ("cold", "run") if arguments.what == "all" else (arguments.what,):
        try:
            out.print(BENCHMARKS[what](arguments))
        except FileNotFoundError as missing:
            parser.error(str(missing))


def _cold(arguments: argparse.Namespace) -> Table:
    shown = table("cold start of", "time, to a bare function's", "goal", "modules, and its", "MB, and its")
    for start in cold_starts(arguments.times or STARTS):
        modules, bundle = (" / ".join(f"{n:.0f}" for n in pair) for pair in (start.modules, start.bundle))
        shown.add_row(start.function, f"{start.seconds:.2f}", f"{start.goal:g}", modules, bundle)
    return shown


def _run(arguments: argparse.Namespace) -> Table:
    times = arguments.times or TIMES
    shown = table("ratio of", "is")
    for what, found in (
        (
            "ten orders in batches of ten, to ten in batches of one (CPU)",
            ten_in_a_batch_to_ten_singles(times),
        ),
        (
            f"an order while {WAITING} wait, to one while {FEW} do (CPU)",
            many_waiting_to_few(WAITING, FEW, times),
        ),
        (
            f"orders a second, {arguments.orders} at once, to one after the other",
            many_to_alone(arguments.orders, times),
        ),
        (f"orders a second, {WAITING} at once, to {MANY} at once", crowd_to_many(WAITING, MANY)),
        ("orders charged a second by Payment in two terminals, to in one", two_to_one(MANY, times)),
        *(
            (f"ten shipped orders in batches of {batch}, to the same without safeguards: {what}", found)
            for batch in (1, 10)
            for what, found in (
                ("AWS calls", safeguards.calls(batch)),
                ("CPU", safeguards.cpu(batch, times)),
                ("CPU of the functions alone", safeguards.cpu_of_functions(batch, times)),
                ("price on AWS", safeguards.price(batch)),
            )
        ),
    ):
        shown.add_row(what, f"{found:.2f}")
    return shown


def _bytecode(arguments: argparse.Namespace) -> Table:
    shown = table("start of", "with bytecode, to without")
    for function, found in with_bytecode_to_without(arguments.python, arguments.times or TIMES):
        shown.add_row(function, f"{found:.2f}")
    return shown


def _ministack(arguments: argparse.Namespace) -> Table:
    shown = table("ratio of the local run to ministack", *(f"of {number} at once" for number in CONCURRENCY))
    measured = [
        to_ministack(arguments.orders, arguments.times or TIMES, dict.fromkeys(LIMITS, number))
        for number in CONCURRENCY
    ]
    ratios = [dict(found) for found in measured]
    for what in ratios[0]:
        shown.add_row(what, *(f"{found[what]:.2f}" for found in ratios))
    return shown


def _offline(arguments: argparse.Namespace) -> Table:
    shown = table("ratio of the local run to serverless-offline", *OFFLINE)
    found = [to_offline(arguments.times or SLOW_TIMES, settings) for settings in OFFLINE.values()]
    shown.add_row("an order alone, time", *(f"{ratio:.3f}" for ratio in found))
    return shown


BENCHMARKS = {
    "cold": _cold,
    "run": _run,
    "bytecode": _bytecode,
    "ministack": _ministack,
    "offline": _offline,
}


if __name__ == "__main__":
    main()
