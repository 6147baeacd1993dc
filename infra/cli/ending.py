"""Waits until an order has a status."""

import argparse
import time
from collections.abc import Callable

from infra.cli.deployed import Deployed
from infra.cli.errors import NotFound
from infra.cli.order_table import OrderSummary, OrderTable
from infra.shared.arguments import seconds

POLL_SECONDS = 0.1


def add_timeout(parser: argparse.ArgumentParser, awaited: str) -> None:
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=20.0,
        metavar="SECONDS",
        help=f"how long to wait for {awaited} (default 20)",
    )


def wait_for(
    deployed: Deployed, order_id: str, reached: Callable[[OrderSummary], bool], timeout_seconds: float
) -> OrderSummary:
    """The order once `reached` is True for it, or as it is after the timeout. Raises NotFound."""
    orders, deadline = OrderTable(deployed), time.monotonic() + timeout_seconds
    while True:
        found = orders.of_ids([order_id])
        if not found:
            raise NotFound(f"there is no order {order_id}: see choreo watch")
        if reached(found[0]) or time.monotonic() > deadline:
            return found[0]
        time.sleep(POLL_SECONDS)
