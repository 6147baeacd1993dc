"""The throughput of `make run` in another process: one order at a time, and many at once."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from infra.bench.customers import fulfil
from infra.bench.server_process import HOST, Server, free_port, serving
from infra.shared.root import ROOT


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
def local_run(
    *options: str, environment: Mapping[str, str] | None = None, folder: Path = ROOT
) -> Iterator[Server]:
    """Starts a folder's local run with these options of `choreo run`, and waits until it answers."""
    port = free_port()
    url = f"http://{HOST}:{port}"
    command = [sys.executable, "-m", "infra.run", "run", *options, "--port", str(port)]
    with serving(command, url, environment, folder) as process:
        yield Server(url, process)
