"""`make bench`: measures ratios, in about fifteen minutes. The README has the results and explains them.

`bytecode`, `ministack` and `trees` run only on request: they need a build, an installation or a
folder. `growth` runs only on request because it takes long.
"""

import argparse
from pathlib import Path

from rich.table import Table

from infra.bench import safeguards
from infra.bench.bytecode import with_bytecode_to_without
from infra.bench.cold_start import cold_starts
from infra.bench.comparison import to_ministack
from infra.bench.cpu_time import batches_of_ten_to_batches_of_one, long_backlog_to_short
from infra.bench.local_run import throughput_of_many_to_one, throughput_of_more_to_many
from infra.bench.scaling import throughput_of_two_environments_to_one
from infra.bench.trees import growth, to_tree
from infra.shared.arguments import Parser, positive
from infra.shared.display import out, table

STARTS, TIMES = 15, 9
MANY, WAITING, FEW, HELD = 200, 2000, 20, 5000
LIMITS = ("ConsumerConcurrency", "PaymentConcurrency")
CONCURRENCY = ("50", "2")
"""The template's default and smallest concurrency. ministack starts this many processes for a queue."""


def main() -> None:
    parser = Parser(prog="make bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", *BENCHMARKS), default="all")
    parser.add_argument(
        "--times",
        type=positive,
        metavar="N",
        help="pairs of measurements (default 9, cold starts 15)",
    )
    parser.add_argument(
        "--orders", type=positive, default=MANY, metavar="N", help="concurrent orders (default 200)"
    )
    parser.add_argument("--python", help="for bytecode: the Python of `make sam-build`")
    parser.add_argument("--old", type=Path, metavar="PATH", help="for trees: the folder to compare with")
    arguments = parser.parse_args()
    for name in ("cold", "run") if arguments.what == "all" else (arguments.what,):
        try:
            out.print(BENCHMARKS[name](arguments))
        except FileNotFoundError as missing:
            parser.error(str(missing))


def _cold(arguments: argparse.Namespace) -> Table:
    shown = table(
        "cold start of",
        "time to a bare function's",
        "goal",
        "modules / bare function's",
        "MB / bare function's",
    )
    for start in cold_starts(arguments.times or STARTS):
        modules, bundle = (" / ".join(f"{n:.0f}" for n in pair) for pair in (start.modules, start.bundle))
        shown.add_row(start.function, f"{start.seconds:.2f}", f"{start.goal:g}", modules, bundle)
    return shown


def _run(arguments: argparse.Namespace) -> Table:
    times = arguments.times or TIMES
    shown = table("ratio of", "is")
    for what, found in (
        (
            "CPU time: ten orders in batches of ten, to ten in batches of one",
            batches_of_ten_to_batches_of_one(times),
        ),
        (
            f"CPU time: an order while {WAITING} orders wait, to one while {FEW} wait",
            long_backlog_to_short(WAITING, FEW, times),
        ),
        (
            f"orders a second: {arguments.orders} at once, to one after the other",
            throughput_of_many_to_one(arguments.orders, times),
        ),
        (f"orders a second: {WAITING} at once, to {MANY} at once", throughput_of_more_to_many(WAITING, MANY)),
        (
            "charged orders a second: Payment in two terminals, to Payment in one",
            throughput_of_two_environments_to_one(MANY, times),
        ),
        *(
            (f"{what}: ten shipped orders in batches of {batch}, to the same without safeguards", found)
            for batch in (1, 10)
            for what, found in (
                ("AWS calls", safeguards.calls(batch)),
                ("CPU time", safeguards.cpu(batch, times)),
                ("CPU time of the functions alone", safeguards.cpu_of_functions(batch, times)),
                ("price on AWS", safeguards.price(batch)),
            )
        ),
    ):
        shown.add_row(what, f"{found:.2f}")
    return shown


def _bytecode(arguments: argparse.Namespace) -> Table:
    shown = table("start of", "time with bytecode, to without")
    for function, found in with_bytecode_to_without(arguments.python, arguments.times or TIMES):
        shown.add_row(function, f"{found:.2f}")
    return shown


def _ministack(arguments: argparse.Namespace) -> Table:
    shown = table("ratio of the local run to ministack", *(f"concurrency {number}" for number in CONCURRENCY))
    measured = [
        to_ministack(arguments.orders, arguments.times or TIMES, dict.fromkeys(LIMITS, number))
        for number in CONCURRENCY
    ]
    ratios = [dict(found) for found in measured]
    for what in ratios[0]:
        shown.add_row(what, *(f"{found[what]:.2f}" for found in ratios))
    return shown


def _trees(arguments: argparse.Namespace) -> Table:
    if arguments.old is None:
        raise FileNotFoundError("trees: name the folder to compare with: --old PATH")
    shown = table("ratio of this folder's local run to that of --old", "is")
    for what, found in to_tree(arguments.old, arguments.orders, arguments.times or TIMES):
        shown.add_row(what, f"{found:.2f}")
    return shown


def _growth(arguments: argparse.Namespace) -> Table:
    shown = table("time of an order", "is")
    for what, found in growth(HELD, WAITING, arguments.times or TIMES):
        shown.add_row(what, f"{found:.2f}")
    return shown


BENCHMARKS = {
    "cold": _cold,
    "run": _run,
    "bytecode": _bytecode,
    "ministack": _ministack,
    "trees": _trees,
    "growth": _growth,
}


if __name__ == "__main__":
    main()
