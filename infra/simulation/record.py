"""`make record`: simulates ranges of seeds, and keeps the result in a file that any machine can continue.

  python -m infra.simulation.record run FILE --first 0 --seeds 10000 [--no-long-outages]
  python -m infra.simulation.record combine FILE... --to FILE

Each file names the hashes of the code and of the template that it is about. A command refuses files with
different hashes, and ranges of seeds that overlap: no order is counted twice.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache, reduce
from hashlib import sha256
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError
from rich.console import Console

from infra.local.in_process import ROOT
from infra.shared.arguments import Parser, positive
from infra.simulation.faults import KINDS, Scenario
from infra.simulation.parallel import parallel_runs, with_progress
from infra.simulation.report import violation
from infra.simulation.run import Result
from infra.simulation.shrink import shrink

ALL = frozenset(KINDS)
SAVE_EVERY = 100
"""Runs after which `run` writes the file, so that an interrupted command loses few."""


class DifferentRecords(ValueError):
    """The two records are not about the same code, or have seeds in common."""


class Record(BaseModel):
    """The result of the runs of some ranges of seeds."""

    model_config = ConfigDict(frozen=True)

    code: str
    """SHA-256 of the Python files of functions/ and infra/simulation/."""
    template: str
    """SHA-256 of template.yaml."""
    orders_a_run: int
    ranges: tuple[tuple[int, int], ...]
    """The first and the last seed of each range, in ascending order."""
    orders: dict[str, int]
    """Orders by their final status."""
    faults: dict[str, int]
    """Injected faults by kind."""
    violations: tuple[str, ...] = ()
    """The commands that repeat the runs with a violation."""

    @classmethod
    def of(cls, result: Result) -> Self:
        """The record of one run with the code of this folder."""
        empty = cls.without_orders(result.scenario.seed, 1, result.scenario.orders)
        return empty.model_copy(
            update={
                "orders": dict(result.outcomes),
                "faults": dict(result.faults),
                "violations": (result.scenario.command,) if result.wrong else (),
            }
        )

    @classmethod
    def without_orders(cls, first: int, seeds: int, orders_a_run: int) -> Self:
        """The record of a range with the code of this folder, before its runs."""
        return cls(
            code=code_hash(),
            template=template_hash(),
            orders_a_run=orders_a_run,
            ranges=((first, first + seeds - 1),),
            orders={},
            faults={},
        )

    def plus(self, other: Self) -> Self:
        """Both records in one. Raises DifferentRecords."""
        for name in ("code", "template", "orders_a_run"):
            if getattr(self, name) != getattr(other, name):
                raise DifferentRecords(
                    f"they differ in {name}: {getattr(self, name)}, {getattr(other, name)}"
                )
        return self.model_copy(
            update={
                "ranges": _joined([*self.ranges, *other.ranges]),
                "orders": _sum(self.orders, other.orders),
                "faults": _sum(self.faults, other.faults),
                "violations": (*self.violations, *other.violations),
            }
        )

    def summary(self) -> str:
        orders = ", ".join(f"{number:,} {status}" for status, number in self.orders.items())
        seeds = ", ".join(f"{first} to {last}" for first, last in self.ranges)
        return (
            f"{sum(self.orders.values()):,} orders ({orders}), {sum(self.faults.values()):,} faults, "
            f"{len(self.violations)} violations, seeds {seeds}"
        )


def _joined(ranges: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The ranges in ascending order, with adjacent ones joined. Raises DifferentRecords if two overlap."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1]:
            raise DifferentRecords(f"they overlap: seed {first} is in both")
        if joined and first == joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return tuple(joined)


def _sum(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return dict(sorted((Counter(one) + Counter(other)).items()))


@cache
def code_hash() -> str:
    """A hash of the code that a simulation runs, and of the simulation."""
    return _hash(
        sorted(path for folder in ("functions", "infra/simulation") for path in (ROOT / folder).rglob("*.py"))
    )


@cache
def template_hash() -> str:
    return _hash([ROOT / "template.yaml"])


def _hash(files: Iterable[Path]) -> str:
    digest = sha256()
    for path in files:
        digest.update(f"{path.relative_to(ROOT).as_posix()}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def record_range(
    first: int, seeds: int, orders: int, file: Path, jobs: int, kinds: frozenset[str] = ALL
) -> Record | None:
    """Adds the runs of these seeds to the file. Prints the first violation, shrunk; None if there is no run.

    Raises DifferentRecords if the file is about other code, or has one of these seeds.
    """
    record = Record.model_validate_json(file.read_bytes()) if file.exists() else None
    scenarios = [Scenario(seed, orders, kinds) for seed in range(first, first + seeds)]
    if record is not None:
        record.plus(Record.without_orders(first, seeds, orders))
    with parallel_runs(jobs) as runs:
        for number, result in enumerate(with_progress(runs(scenarios), seeds, Console(stderr=True)), 1):
            record = Record.of(result) if record is None else record.plus(Record.of(result))
            if number % SAVE_EVERY == 0 or number == seeds or result.wrong:
                save(record, file)
            if result.wrong:
                print(violation(shrink(result)))
                return record
    return record


def combine(files: Iterable[Path]) -> Record:
    """The records of all files in one. Raises DifferentRecords."""
    return reduce(Record.plus, [Record.model_validate_json(file.read_bytes()) for file in files])


def save(record: Record, file: Path) -> None:
    """Writes a record. An interrupt leaves the old file or the new one."""
    written = file.with_suffix(".new")
    written.write_text(record.model_dump_json(indent=2) + "\n")
    written.replace(file)


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 no violation, 1 a violation, 2 wrong arguments, or records that cannot be combined."""
    parser = Parser(
        prog="python -m infra.simulation.record",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, dest="command")
    run = commands.add_parser("run", help="simulate a range of seeds, and add it to FILE")
    run.add_argument("file", type=Path, metavar="FILE")
    run.add_argument("--first", type=int, required=True, metavar="N", help="the first seed")
    run.add_argument("--seeds", type=positive, required=True, metavar="N", help="how many seeds")
    run.add_argument("--orders", type=positive, default=4, metavar="N", help="orders of a run (default 4)")
    run.add_argument("--jobs", type=positive, default=os.cpu_count() or 1, metavar="N", help="processes")
    run.add_argument(
        "--no-long-outages",
        action="store_true",
        help="leave out long outages: one run in four has one, and they take three quarters of the CPU time",
    )
    together = commands.add_parser("combine", help="combine the records of several files")
    together.add_argument("files", type=Path, nargs="+", metavar="FILE")
    together.add_argument("--to", type=Path, required=True, metavar="FILE")
    arguments = parser.parse_args(argv)
    try:
        if arguments.command == "combine":
            record: Record | None = combine(arguments.files)
            assert record is not None  # argparse requires a file
            save(record, arguments.to)
        else:
            record = record_range(
                *(arguments.first, arguments.seeds, arguments.orders, arguments.file, arguments.jobs),
                ALL - {"long-outage"} if arguments.no_long_outages else ALL,
            )
    except (OSError, ValidationError, DifferentRecords) as error:
        parser.error(" ".join(str(error).split()))
    assert record is not None  # there is at least one seed
    print(record.summary())
    return 1 if record.violations else 0


if __name__ == "__main__":
    sys.exit(main())
