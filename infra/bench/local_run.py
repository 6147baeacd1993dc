"""`make run` in a process of its own: an order alone, and many at once."""

import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from statistics import median

from infra.bench.work import ORDER
from infra.local.in_process import ROOT

HOST = "127.0.0.1"
CUSTOMERS = 8
"""How many place orders at the same time."""
LOOK_SECONDS = 0.01


def many_to_alone(many: int, times: int) -> float:
    """Orders a second with so many submitted at once, to orders a second one after the other."""
    with _running() as url:
        _fulfil(url, 1)
        alone = median(_fulfil(url, 1) for _ in range(times))
        return many / _fulfil(url, many) * alone


@contextmanager
def _running() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "infra.local", "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        url = f"http://{HOST}:{port}"
        try:
            while not _answers(url):
                if process.poll() is not None:
                    raise RuntimeError("the local run ended before it began")
                time.sleep(LOOK_SECONDS)
            yield url
        finally:
            process.terminate()


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url).close()
    except urllib.error.HTTPError as error:
        error.close()
        return True  # nothing is there, but somebody says so
    except OSError:
        return False
    return True


def _fulfil(url: str, number: int) -> float:
    """Seconds from the first order's submission until all are shipped."""
    began = time.perf_counter()
    with ThreadPoolExecutor(CUSTOMERS) as customers:
        placed = list(customers.map(lambda _: _ask(url, "/orders", ORDER)["order_id"], range(number)))
    for order_id in placed:
        while _ask(url, f"/orders/{order_id}")["status"] != "shipped":
            time.sleep(LOOK_SECONDS)
    return time.perf_counter() - began


def _ask(url: str, path: str, body: bytes | None = None) -> dict[str, str]:
    request = urllib.request.Request(url + path, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        found: dict[str, str] = json.load(answer)
        return found
