"""`make run` beside ministack, in turns and in one run: ratios of ours to theirs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter

from infra.bench.customers import fulfil
from infra.bench.local_run import local_run
from infra.bench.ministack import ministack
from infra.bench.pairs import ratio
from infra.bench.processes import cost_of
from infra.bench.served import Served

FEWER = 3
"""Many orders at once are placed so many times less often than one alone: they take longer, and vary less."""


@dataclass(frozen=True)
class Crowd:
    """Orders that were submitted at once."""

    a_second: float
    cpu_seconds_each: float


def to_ministack(many: int, times: int, parameters: dict[str, str]) -> Iterator[tuple[str, float]]:
    """What is measured, and its ratio; the template's `parameters` are for ministack alone."""
    theirs = partial(ministack, parameters)
    yield "start to first order shipped", ratio(lambda: _first(local_run), lambda: _first(theirs), times)
    with local_run() as ours, theirs() as rival:
        both = ours, rival
        alone = ratio(lambda: fulfil(ours.url, 1), lambda: fulfil(rival.url, 1), times)
        yield "an order alone, time", alone
        yield "memory then", _memory(*both)
        cold = [_crowd(served, many) for served in both]
        yield f"orders a second, the first {many} at once", cold[0].a_second / cold[1].a_second
        warm = [[_crowd(served, many) for served in both] for _ in range(max(1, times // FEWER))]
        yield f"orders a second, {many} at once", median(our.a_second / their.a_second for our, their in warm)
        yield (
            "CPU time an order, then",
            median(our.cpu_seconds_each / their.cpu_seconds_each for our, their in warm),
        )
        yield "memory after these", _memory(*both)
        yield "processes", cost_of(ours.process_id).processes / cost_of(rival.process_id).processes


def _first(run: Callable[[], AbstractContextManager[Served]]) -> float:
    began = perf_counter()
    with run() as served:
        fulfil(served.url, 1)
        return perf_counter() - began


def _crowd(served: Served, many: int) -> Crowd:
    before = cost_of(served.process_id).cpu_seconds
    seconds = fulfil(served.url, many)
    return Crowd(many / seconds, (cost_of(served.process_id).cpu_seconds - before) / many)


def _memory(ours: Served, rival: Served) -> float:
    return cost_of(ours.process_id).memory_kilobytes / cost_of(rival.process_id).memory_kilobytes
