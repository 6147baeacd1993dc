"""Compares the local run of this folder with that of another folder, such as a clone of an older commit."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from infra.bench.comparison import Spent, compared, spent
from infra.bench.customers import fulfil
from infra.bench.local_run import local_run
from infra.bench.pairs import ratio
from infra.bench.server_process import Server

ONE_AFTER_THE_OTHER = 20
FEW = 100


def to_tree(old: Path, many: int, times: int) -> Iterator[tuple[str, float]]:
    """The name of each measurement, and the ratio of this folder's local run to that of `old`."""
    theirs = partial(_local_run_of, old.resolve())
    yield from compared(local_run, theirs, many, times)
    with local_run() as ours, theirs() as other:
        yield (
            "CPU time of an order alone",
            ratio(partial(_cpu_alone, ours), partial(_cpu_alone, other), times),
        )


def growth(held: int, waiting: int, times: int) -> Iterator[tuple[str, float]]:
    """The time of an order in a run with many orders, to the time in a run with FEW."""
    with local_run() as crowded, local_run() as quiet:
        for served in (crowded, quiet):
            fulfil(served.url, FEW)  # the first orders import and connect
        at_once = fulfil(crowded.url, waiting) / waiting
        yield f"{waiting} orders at once, to {FEW} at once", at_once / (fulfil(quiet.url, FEW) / FEW)
        fulfil(crowded.url, held - waiting)
        alone = ratio(partial(_seconds_alone, crowded), partial(_seconds_alone, quiet), times)
        yield f"with {held} orders stored, to {FEW} stored", alone


@contextmanager
def _local_run_of(folder: Path) -> Iterator[Server]:
    """The local run of a folder, with this Python and its packages."""
    path = os.pathsep.join(map(str, (folder, folder / "functions")))
    with local_run(environment={**os.environ, "PYTHONPATH": path}, folder=folder) as served:
        yield served


def _alone(served: Server) -> Spent:
    return spent(served, lambda: sum(fulfil(served.url, 1) for _ in range(ONE_AFTER_THE_OTHER)))


def _cpu_alone(served: Server) -> float:
    return _alone(served).cpu_seconds


def _seconds_alone(served: Server) -> float:
    return _alone(served).seconds
