"""Runs of many scenarios in several processes, with a progress bar."""

import gc
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from infra.simulation.faults import Scenario
from infra.simulation.run import Result, run

Runs = Callable[[Iterable[Scenario]], Iterable[Result]]


@contextmanager
def parallel_runs(jobs: int) -> Iterator[Runs]:
    """A function that runs scenarios in `jobs` processes. Its results come in the order of the scenarios.

    The processes are forked from one that has imported the simulation, which takes as long as several runs.
    They freeze what it imported: otherwise collections of garbage visit it, in a twentieth of the time.
    """
    if jobs == 1:
        yield lambda scenarios: map(run, scenarios)
        return
    forks = get_context("forkserver")
    forks.set_forkserver_preload([run.__module__])
    with ProcessPoolExecutor(jobs, forks, initializer=gc.freeze) as pool:
        yield lambda scenarios: pool.map(run, scenarios, chunksize=1)
        pool.shutdown(cancel_futures=True)


def with_progress(results: Iterable[Result], total: int, console: Console) -> Iterator[Result]:
    """The same results, while a progress bar on the terminal counts them."""
    columns = (TextColumn("simulating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not total) as progress:
        task = progress.add_task("", total=total)
        for result in results:
            progress.advance(task)
            yield result
