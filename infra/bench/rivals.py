"""Compares `make run` with other emulators, in turns and in one run: ratios of ours to theirs."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import perf_counter

from infra.bench.customers import fulfil
from infra.bench.local_run import local_run
from infra.bench.ministack import ministack
from infra.bench.offline import Settings, offline
from infra.bench.pairs import ratio
from infra.bench.processes import cost_of
from infra.bench.served import Served

FEWER = 3
"""Many orders at once are measured this many times less often than one: they take longer and vary less."""

Run = Callable[[], AbstractContextManager[Served]]


@dataclass(frozen=True)
class Spent:
    """The cost of orders until all are shipped: the customers' time, and the server's CPU time."""

    seconds: float
    cpu_seconds: float


Pairs = Sequence[tuple[Spent, Spent]]
"""Ours and theirs."""


def to_ministack(many: int, times: int, parameters: dict[str, str]) -> Iterator[tuple[str, float]]:
    """Each measurement with its ratio. The template's `parameters` are for ministack only."""
    theirs = partial(ministack, parameters)
    starts = [(_start(local_run), _start(theirs)) for _ in range(times)]
    yield "start to first order shipped, time", _time(starts)
    yield "CPU time of that", _cpu_time(starts)
    with local_run() as ours, theirs() as rival:
        both = ours, rival
        alone = ratio(lambda: fulfil(ours.url, 1), lambda: fulfil(rival.url, 1), times)
        yield "an order alone, time", alone
        yield "memory then", _memory(*both)
        yield f"orders a second, the first {many} at once", 1 / _time([_crowd(*both, many)])
        warm = [_crowd(*both, many) for _ in range(max(1, times // FEWER))]
        yield f"orders a second, the next {many} at once", 1 / _time(warm)
        yield "CPU time of these", _cpu_time(warm)
        yield "memory after these", _memory(*both)
        yield "processes", cost_of(ours.process_id).processes / cost_of(rival.process_id).processes


def to_offline(times: int, settings: Settings) -> float:
    """The time of one order."""
    with local_run() as ours, offline(settings) as rival:
        return ratio(lambda: fulfil(ours.url, 1), lambda: fulfil(rival.url, 1), times)


def _start(run: Run) -> Spent:
    began = perf_counter()
    with run() as served:
        fulfil(served.url, 1)
        return Spent(perf_counter() - began, cost_of(served.process_id).cpu_seconds)


def _crowd(ours: Served, rival: Served, many: int) -> tuple[Spent, Spent]:
    return _orders(ours, many), _orders(rival, many)


def _orders(served: Served, number: int) -> Spent:
    before = cost_of(served.process_id).cpu_seconds
    seconds = fulfil(served.url, number)
    return Spent(seconds, cost_of(served.process_id).cpu_seconds - before)


def _time(pairs: Pairs) -> float:
    return median(our.seconds / their.seconds for our, their in pairs)


def _cpu_time(pairs: Pairs) -> float:
    return median(our.cpu_seconds / their.cpu_seconds for our, their in pairs)


def _memory(ours: Served, rival: Served) -> float:
    return cost_of(ours.process_id).memory_kilobytes / cost_of(rival.process_id).memory_kilobytes
