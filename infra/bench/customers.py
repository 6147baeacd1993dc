"""Customers of the HTTP API: they place orders, and poll until all are shipped."""

import json
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor

from infra.bench.cpu_time import ORDER

CUSTOMERS = 8
"""Customers that place orders at the same time."""
POLL_SECONDS, LONGEST_POLL_SECONDS = 0.01, 0.2


def place(url: str, number: int) -> list[str]:
    """Places this many orders, CUSTOMERS at a time. Returns their ids."""
    with ThreadPoolExecutor(CUSTOMERS) as customers:
        return list(customers.map(lambda _: _ask(url, "/orders", ORDER)["order_id"], range(number)))


def fulfil(url: str, number: int) -> float:
    """Places this many orders. Returns the seconds from the first request until all orders are shipped."""
    began = time.perf_counter()
    placed = place(url, number)
    # Customers poll less often for many orders, so that polling stays a small part of the server's work.
    pause = min(POLL_SECONDS * number, LONGEST_POLL_SECONDS)
    for order_id in placed:
        while _ask(url, f"/orders/{order_id}")["status"] != "shipped":
            time.sleep(pause)
    return time.perf_counter() - began


def _ask(url: str, path: str, body: bytes | None = None) -> dict[str, str]:
    request = urllib.request.Request(url + path, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        found: dict[str, str] = json.load(answer)
        return found
