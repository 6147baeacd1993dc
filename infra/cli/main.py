"""What `choreo` was asked for: the local run's commands are handed over, all others are done here."""

import os
import sys
from collections.abc import Callable
from importlib import import_module

RUN = {
    "run": "the choreography on this machine, or one service of it in this terminal",
    "join": "add a stack to the running choreography, and run its functions here",
    "leave": "remove a stack that joined",
}
SIMULATE = "explore faults and interleavings, and check the invariants"
INTERRUPTED = 130


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 done, 1 not found or not ended, 2 a mistake that the caller can mend, 130 Ctrl-C."""
    given = sys.argv[1:] if argv is None else argv
    try:
        return _command(given)(given)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has enough of it; what is still buffered must not raise again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _command(given: list[str]) -> Callable[[list[str]], int]:
    # Imported late: the local run should not wait for the clients of the other commands.
    if given and given[0] in RUN:
        from infra.local.cli import main as local

        return local
    if given and given[0] == "simulate":
        return _simulate
    from infra.cli.commands import run

    return run


def _simulate(given: list[str]) -> int:
    try:
        simulation = import_module("infra.simulation.__main__")
    except ModuleNotFoundError as missing:
        print(f"choreo simulate: {missing}: it is not part of this copy", file=sys.stderr)
        return 2
    return int(simulation.main(given[1:]))
