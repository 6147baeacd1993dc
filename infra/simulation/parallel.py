"""Runs of many scenarios in several processes, with a progress bar."""

import gc
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from threading import Thread

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from infra.simulation.faults import Scenario
from infra.simulation.run import Result, run

Runs = Callable[[Iterable[Scenario]], Iterable[Result]]


@contextmanager
def parallel_runs(jobs: int) -> Iterator[Runs]:
    """A function that runs scenarios in `jobs` processes. Its results come in the order of the scenarios.

    The processes are forked from one that has imported the simulation, which takes as long as several runs.
    """
    if jobs == 1:
        yield lambda scenarios: map(run, scenarios)
        return
    forks = get_context("forkserver")
    forks.set_forkserver_preload([run.__module__])
    with ProcessPoolExecutor(jobs, forks, initializer=_begin) as pool:
        yield lambda scenarios: pool.map(run, scenarios, chunksize=1)
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Begins a process. It ends with the one that started the runs, also if a signal ends that one."""
    gc.freeze()  # otherwise collections of garbage visit all that was imported, in a twentieth of the time
    Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None  # multiprocessing started this process
    parent.join()
    os._exit(1)


def with_progress(results: Iterable[Result], total: int, console: Console) -> Iterator[Result]:
    """The same results, while a progress bar on the terminal counts them."""
    columns = (TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not total) as progress:
        task = progress.add_task("", total=total)
        for result in results:
            progress.advance(task)
            yield result
