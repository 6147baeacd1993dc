"""The throughput of `make run` in another process: one order at a time, and many at once."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median

from infra.bench.customers import fulfil
from infra.bench.server_process import HOST, Server, free_port, serving


def throughput_of_many_to_one(many: int, times: int) -> float:
    """Orders a second with this many placed at once, to orders a second placed one after the other."""
    with local_run() as served:
        fulfil(served.url, 1)
        alone = median(fulfil(served.url, 1) for _ in range(times))
        return many / fulfil(served.url, many) * alone


def throughput_of_more_to_many(more: int, many: int) -> float:
    """Orders a second with `more` orders placed at once, to orders a second with `many`."""
    with local_run() as served:
        fulfil(served.url, 1)
        return _a_second(served.url, more) / _a_second(served.url, many)


def _a_second(url: str, number: int) -> float:
    return number / fulfil(url, number)


@contextmanager
def local_run(*options: str) -> Iterator[Server]:
    """Starts a local run with these options of `choreo run`, and waits until it answers."""
    port = free_port()
    url = f"http://{HOST}:{port}"
    with serving([sys.executable, "-m", "infra.run", "run", *options, "--port", str(port)], url) as process:
        yield Server(url, process)
