"""Compares `make run` with ministack, another emulator of AWS: ratios of the local run to it."""

from collections.abc import Callable, Iterator, Sequence
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
from infra.bench.server_process import Server

FEWER = 3
"""A measurement of many orders runs this many times less often: it takes longer and varies less."""

Run = Callable[[], AbstractContextManager[Server]]


@dataclass(frozen=True)
class Spent:
    """The time until all orders are shipped, and the server's CPU time."""

    seconds: float
    cpu_seconds: float


Pairs = Sequence[tuple[Spent, Spent]]
"""The local run's measurement and the other emulator's."""


def to_ministack(many: int, times: int, parameters: dict[str, str]) -> Iterator[tuple[str, float]]:
    """The name and ratio of each measurement. Only ministack's stack gets these template parameters."""
    return compared(local_run, partial(ministack, parameters), many, times)


def compared(run: Run, theirs: Run, many: int, times: int) -> Iterator[tuple[str, float]]:
    """The name of each measurement, and the ratio of `run` to `theirs`."""
    starts = [(_start(run), _start(theirs)) for _ in range(times)]
    yield "time from start to the first shipped order", _time(starts)
    yield "CPU time from start to the first shipped order", _cpu_time(starts)
    with run() as ours, theirs() as other:
        both = ours, other
        alone = ratio(lambda: fulfil(ours.url, 1), lambda: fulfil(other.url, 1), times)
        yield "time of an order alone", alone
        yield "memory after single orders", _memory(*both)
        yield f"orders a second, first {many} at once", 1 / _time([_many_orders(*both, many)])
        warm = [_many_orders(*both, many) for _ in range(max(1, times // FEWER))]
        yield f"orders a second, next {many} at once", 1 / _time(warm)
        yield f"CPU time of the next {many}", _cpu_time(warm)
        yield f"memory after the next {many}", _memory(*both)
        yield "processes", cost_of(ours.process_id).processes / cost_of(other.process_id).processes


def _start(run: Run) -> Spent:
    began = perf_counter()
    with run() as served:
        fulfil(served.url, 1)
        return Spent(perf_counter() - began, cost_of(served.process_id).cpu_seconds)


def _many_orders(ours: Server, other: Server, many: int) -> tuple[Spent, Spent]:
    return _orders(ours, many), _orders(other, many)


def _orders(served: Server, number: int) -> Spent:
    return spent(served, lambda: fulfil(served.url, number))


def spent(served: Server, work: Callable[[], float]) -> Spent:
    """The seconds that `work` returns, and the server's CPU time meanwhile."""
    before = cost_of(served.process_id).cpu_seconds
    seconds = work()
    return Spent(seconds, cost_of(served.process_id).cpu_seconds - before)


def _time(pairs: Pairs) -> float:
    return median(our.seconds / their.seconds for our, their in pairs)


def _cpu_time(pairs: Pairs) -> float:
    return median(our.cpu_seconds / their.cpu_seconds for our, their in pairs)


def _memory(ours: Server, other: Server) -> float:
    return cost_of(ours.process_id).memory_kilobytes / cost_of(other.process_id).memory_kilobytes
