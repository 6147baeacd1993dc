"""Waits until an order has a status."""

import time
from collections.abc import Callable

from infra.cli.deployed import Deployed
from infra.cli.errors import NotFound
from infra.cli.order_table import OrderSummary, OrderTable

POLL_SECONDS = 0.1


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
