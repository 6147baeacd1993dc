"""`make run` in a process of its own: one order, and many at once."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from infra.bench.customers import fulfil
from infra.bench.served import HOST, Served, free_port, serving


def many_to_alone(many: int, times: int) -> float:
    """Orders a second with so many submitted at once, to orders a second one after the other."""
    with local_run() as served:
        fulfil(served.url, 1)
        alone = median(fulfil(served.url, 1) for _ in range(times))
        return many / fulfil(served.url, many) * alone


def crowd_to_many(crowd: int, many: int) -> float:
    """Orders a second with a crowd of them submitted at once, to orders a second with many."""
    with local_run() as served:
        fulfil(served.url, 1)
        return _a_second(served.url, crowd) / _a_second(served.url, many)


def _a_second(url: str, number: int) -> float:
    return number / fulfil(url, number)


@contextmanager
def local_run(*options: str) -> Iterator[Served]:
    port = free_port()
    url = f"http://{HOST}:{port}"
    with serving([sys.executable, "-m", "infra.local", "run", *options, "--port", str(port)], url) as process:
        yield Served(url, process)
