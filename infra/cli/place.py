"""Place one or more orders, and wait until each has ended.

Kinds of order for --mix:
  shipped        the parcel is dispatched
  declined       the payment gateway declines the charge
  unserviceable  the carrier does not serve the country, so Payment refunds the charge
  cancelled      the customer cancels the order immediately; the parcel may already be dispatched

  choreo place
  choreo place --orders 200 --mix shipped=8,declined=1,unserviceable=1
"""

import argparse
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Thread

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.cli.api import Api, Refused
from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError
from infra.cli.order_table import OrderSummary, OrderTable
from infra.shared.arguments import positive, seconds
from infra.shared.display import counts, out, print_json, progress
from infra.shared.order_kinds import KINDS, kinds, mix, request

JSON = "print a line of JSON for each order"
SUMMARY = "place one or more orders, and wait until they end"
POLL_SECONDS = 0.25


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--orders", type=positive, default=1, metavar="N", help="how many (default 1)")
    parser.add_argument(
        "--mix", type=mix, default={"shipped": 1}, help="kinds and their weights (default shipped=1)"
    )
    parser.add_argument(
        "--customer", default="ada", metavar="ID", help="the customer of the orders (default ada)"
    )
    parser.add_argument(
        "--concurrency", type=positive, default=8, metavar="N", help="concurrent requests (default 8)"
    )
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=60.0,
        metavar="SECONDS",
        help="stop waiting after this time in which no order has ended (default 60)",
    )
    parser.add_argument("--no-wait", action="store_true", help="do not wait until the orders end")
    parser.add_argument(
        "--ids", action="store_true", help="print a line with the id and status of each order"
    )


@dataclass
class Batch:
    """The orders of one command. `placed` has the kind of each order, by id."""

    api: Api
    customer: str
    placed: dict[str, str] = field(default_factory=dict)
    ended: dict[str, OrderSummary] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    placed_after_seconds: float = 0.0
    failure: Exception | None = None

    def place(self, kind: str) -> None:
        """Places an order. Raises CommandError if the API rejects it."""
        try:
            order_id = self.api.place(request(kind, self.customer))
        except Refused as refusal:
            raise CommandError(f"the API rejects the order: {refusal}") from refusal
        if KINDS[kind].cancelled:
            self.api.cancel(order_id)
        self.placed[order_id] = kind
        self.placed_after_seconds = self.age_seconds

    def place_all(self, wanted: "SimpleQueue[str]") -> None:
        """Places orders until all are placed or a thread has failed."""
        with suppress(Empty):
            while self.failure is None:
                kind = wanted.get_nowait()
                try:
                    self.place(kind)
                except Exception as failure:
                    self.failure = failure

    def update(self, orders: OrderTable) -> bool:
        """Reads the orders that have not ended. Returns True if one of them has ended now."""
        left = [order_id for order_id in list(self.placed) if order_id not in self.ended]
        ended = {order.order_id: order for order in orders.of_ids(left) if order.ended}
        self.ended |= ended
        return bool(ended)

    @property
    def age_seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def rate(self) -> str:
        return f"{len(self.placed) / max(self.placed_after_seconds, 0.001):.0f}/s"

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(order.status for order in self.ended.values())


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    batch = Batch(Api(deployed.output("ApiUrl")), arguments.customer)
    wanted: SimpleQueue[str] = SimpleQueue()
    for kind in kinds(arguments.mix, arguments.orders):
        wanted.put(kind)
    for _ in range(min(arguments.concurrency, arguments.orders)):
        # Daemon threads: Ctrl-C must not wait for running requests.
        Thread(target=batch.place_all, args=(wanted,), daemon=True).start()
    orders = None if arguments.no_wait else OrderTable(deployed)
    _follow(batch, arguments.orders, orders, arguments.timeout)
    return _report(batch, arguments)


def _follow(batch: Batch, total: int, orders: OrderTable | None, timeout_seconds: float) -> None:
    """Waits until all orders have ended, or until no order has ended for `timeout_seconds`."""
    columns = (
        TextColumn("{task.description:>6}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=progress, disable=not progress.is_terminal) as bars:
        placed = bars.add_task("placed", total=total, note="")
        ended = bars.add_task("ended", total=total, note="", visible=orders is not None)
        last = time.monotonic()
        while True:
            if batch.failure is not None:
                raise batch.failure
            every = len(batch.placed) == total
            if not every or (orders and batch.update(orders)):
                last = time.monotonic()
            bars.update(placed, completed=len(batch.placed), note=batch.rate)
            bars.update(ended, completed=len(batch.ended), note=counts(batch.outcomes))
            if every and (orders is None or len(batch.ended) == total):
                return
            if time.monotonic() - last > timeout_seconds:
                return
            time.sleep(POLL_SECONDS)


def _report(batch: Batch, arguments: argparse.Namespace) -> int:
    if arguments.json:
        for order_id in batch.placed:
            order = batch.ended.get(order_id)
            print_json(order.to_json() if order else {"order_id": order_id, "status": "placed"})
    else:
        _print(batch, arguments)
    if arguments.no_wait:
        return 0
    problems = [_problem(batch, order_id) for order_id in batch.placed]
    for problem in filter(None, problems):
        progress.print(problem, soft_wrap=True)
    return 1 if any(problems) else 0


def _print(batch: Batch, arguments: argparse.Namespace) -> None:
    if arguments.ids or arguments.orders == 1:
        for order_id in batch.placed:
            order = batch.ended.get(order_id)
            out.print(order.line if order else f"{order_id}  placed")
    if arguments.orders > 1:
        out.print(f"{len(batch.placed)} orders placed in {batch.placed_after_seconds:.1f} s ({batch.rate})")
    if arguments.orders > 1 and not arguments.no_wait:
        out.print(f"{len(batch.ended)} ended within {batch.age_seconds:.1f} s: {counts(batch.outcomes)}")


def _problem(batch: Batch, order_id: str) -> str | None:
    order, kind = batch.ended.get(order_id), batch.placed[order_id]
    if order is None:
        return f"{order_id} has not ended: see choreo trace {order_id}"
    if order.status not in KINDS[kind].final_statuses:
        return f"{order_id} ended {order.status}, not as expected of kind {kind}: see choreo trace {order_id}"
    return None
