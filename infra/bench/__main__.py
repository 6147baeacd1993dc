"""Measures ratios side by side, some eight minutes in all; its README has results, and says what is what."""

import argparse

from rich.table import Table

from infra.bench import safeguards
from infra.bench.bytecode import BUILT, with_bytecode_to_without
from infra.bench.cold_start import cold_starts
from infra.bench.local_run import many_to_alone
from infra.bench.work import many_waiting_to_few, ten_in_a_batch_to_ten_singles
from infra.cli.display import out, table
from infra.cli.parsing import Parser, positive

MANY, WAITING, FEW = 200, 2000, 20


def main() -> None:
    parser = Parser(prog="make bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("all", "cold", "run", "bytecode"), default="all")
    parser.add_argument("--times", type=positive, default=9, metavar="N", help="pairs of each (default 9)")
    parser.add_argument("--python", help="the Python that `make sam-build` built with, for bytecode")
    arguments = parser.parse_args()
    if arguments.what in ("all", "cold"):
        out.print(_cold(arguments.times))
    if arguments.what == "bytecode":
        if not (arguments.python and BUILT.exists()):
            parser.error("bytecode needs what `make sam-build` builds, and its Python in --python")
        out.print(_bytecode(arguments.python, arguments.times))
    if arguments.what in ("all", "run"):
        out.print(_run(arguments))


def _bytecode(python: str, times: int) -> Table:
    shown = table("start of", "with bytecode, to without")
    for function, found in with_bytecode_to_without(python, times):
        shown.add_row(function, f"{found:.2f}")
    return shown


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
        (f"orders a second, {MANY} at once, to one after the other", many_to_alone(MANY, times)),
        *(
            (f"ten shipped orders in batches of {batch}, to the same without safeguards: {what}", found)
            for batch in (1, 10)
            for what, found in (
                ("AWS calls", safeguards.calls(batch)),
                ("CPU", safeguards.cpu(batch, times)),
                ("price on AWS", safeguards.price(batch)),
            )
        ),
    ):
        shown.add_row(what, f"{found:.2f}")
    return shown


if __name__ == "__main__":
    main()
