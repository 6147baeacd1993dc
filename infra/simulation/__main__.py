"""`choreo simulate`: runs many seeds with injected faults, checks each run, and shrinks the first failure."""

import argparse
import os
import sys
import time
from pathlib import Path

from rich.console import Console

from infra.shared.arguments import Parser, positive
from infra.shared.display import print_json
from infra.simulation.faults import KINDS, UNLIMITED, Scenario
from infra.simulation.parallel import parallel_runs, with_progress
from infra.simulation.report import Totals, violation
from infra.simulation.run import Result, run
from infra.simulation.shrink import shrink

VIOLATED, INCOMPLETE = 1, 3
ROUNDS = 12
"""The most rounds: random seeds, then runs that crash at call sites without a crash. Each may reach new ones.
"""


def main(argv: list[str] | None = None) -> int:
    """Exit codes.

    0 no violation, 1 a violation, 2 wrong arguments, 3 `--complete` did not reach everything.
    """
    arguments = parser().parse_args(argv)
    console = Console(stderr=True)
    if arguments.seed is not None:
        return _run_one(_scenario(arguments, arguments.seed), arguments.trace, as_json=arguments.json)
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    totals, began = Totals(), time.monotonic()
    scenarios = [_scenario(arguments, seed) for seed in seeds]
    with parallel_runs(arguments.jobs) as runs:
        for _ in range(ROUNDS):
            for result in with_progress(runs(scenarios), len(scenarios), console):
                if result.wrong:
                    console.print(f"Seed {result.scenario.seed}: {result.wrong[0]}", highlight=False)
                    console.print("Searching for a shorter run with a violation …")
                    _print_violation(shrink(result), as_json=arguments.json)
                    return VIOLATED
                totals.add(result)
            scenarios = totals.coverage.aimed()
            if not (arguments.complete and totals.coverage.never_reached()):
                break
    if arguments.json:
        print_json(totals.to_json())
    else:
        totals.print(console, time.monotonic() - began)
    return _report_coverage(totals, console, arguments.complete)


def _run_one(scenario: Scenario, trace: Path | None, *, as_json: bool) -> int:
    result = run(scenario)
    if trace is not None:
        trace.write_text("\n".join([*result.lines, *result.wrong, ""]))
    if result.wrong:
        _print_violation(result, as_json=as_json)
        return VIOLATED
    if as_json:
        print_json(result.to_json())
    else:
        outcomes = ", ".join(f"{count} {status}" for status, count in sorted(result.outcomes.items()))
        print(f"seed {scenario.seed}: {outcomes}; {result.faults.total()} faults; digest {result.digest}")
    return 0


def _print_violation(result: Result, *, as_json: bool) -> None:
    if as_json:
        print_json(result.to_json())
    else:
        print(violation(result))


def _report_coverage(totals: Totals, console: Console, complete: bool) -> int:
    missing = totals.coverage.never_reached()
    for line in missing:
        console.print(f"never reached: {line}", style="yellow", highlight=False)
    return INCOMPLETE if missing and complete else 0


def _scenario(arguments: argparse.Namespace, seed: int) -> Scenario:
    return Scenario(
        seed,
        arguments.orders,
        arguments.faults,
        arguments.limit,
        not arguments.no_interventions,
        tuple(arguments.crash_at),
        tuple(arguments.delay),
    )


def parser() -> Parser:
    """The parser of `choreo simulate`, also for the completion in shells."""
    made = Parser(
        prog="choreo simulate",
        description="Run the real handlers on moto in one process, inject faults, and check every invariant.",
    )
    made.add_argument("--seeds", type=positive, default=100, metavar="N", help="number of runs (default 100)")
    made.add_argument("--first", type=int, default=0, metavar="N", help="the first seed (default 0)")
    made.add_argument("--seed", type=int, metavar="N", help="run only this seed")
    made.add_argument(
        "--orders", type=positive, default=4, metavar="K", help="orders in each run (default 4)"
    )
    made.add_argument(
        "--faults",
        type=_kinds,
        default=frozenset(KINDS),
        metavar="KIND,…",
        help=f"kinds of fault: all (default), none, or any of {', '.join(KINDS)}",
    )
    made.add_argument(
        "--limit", type=int, default=UNLIMITED, metavar="N", help="the maximum number of faults in a run"
    )
    made.add_argument(
        "--no-interventions",
        action="store_true",
        help="no customer cancels, and the carrier reports no delivery",
    )
    made.add_argument(
        "--crash-at",
        action="append",
        default=[],
        metavar="SITE",
        help="crash a function at this call site, written as a violation prints it",
    )
    made.add_argument(
        "--delay", action="append", default=[], metavar="'SERVICE TYPE'", help="delay these messages"
    )
    made.add_argument(
        "--jobs", type=positive, default=os.cpu_count() or 1, metavar="N", help="number of processes"
    )
    made.add_argument(
        "--complete",
        action="store_true",
        help="also crash at every call site that no random crash reached; fail if anything was not reached",
    )
    made.add_argument(
        "--trace", type=Path, metavar="FILE", help="with --seed: write the run to this file as text"
    )
    made.add_argument("--json", action="store_true", help="print the result as a line of JSON")
    return made


def _kinds(text: str) -> frozenset[str]:
    if text == "all":
        return frozenset(KINDS)
    kinds = frozenset(text.split(",")) - {"none", ""}
    if unknown := kinds - KINDS.keys():
        raise argparse.ArgumentTypeError(f"unknown kinds of fault: {', '.join(sorted(unknown))}")
    return kinds


if __name__ == "__main__":
    sys.exit(main())
