"""Watch the latest orders of all customers, or of one customer, until Ctrl-C.

In a terminal, the command updates a table. In other outputs, it prints a line for each change.
Without --customer, each update reads Order's whole table: name a customer if the table is large.

  choreo watch
  choreo watch --customer ada --once
"""

import argparse
import json
import time
from collections.abc import Callable

from rich.live import Live
from rich.table import Table

from infra.cli.deployed import Deployed
from infra.cli.errors import NotFound
from infra.cli.order_table import OrderSummary, OrderTable
from infra.shared.arguments import positive, seconds
from infra.shared.display import coloured, out, print_json, short, table
from infra.shared.money import money

JSON = "print a line of JSON for each order, and for each change"
SUMMARY = "watch the latest orders of all customers, or of one"

ReadOrders = Callable[[], list[OrderSummary]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--customer", metavar="ID", help="only this customer's orders")
    parser.add_argument("--limit", type=positive, default=20, metavar="N", help="how many (default 20)")
    parser.add_argument(
        "--interval",
        type=seconds,
        default=1.0,
        metavar="SECONDS",
        help="the time between two updates (default 1)",
    )
    parser.add_argument(
        "--once", action="store_true", help="print the orders once; exit code 1 if there are none"
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    orders = OrderTable(deployed)

    def read_orders() -> list[OrderSummary]:
        if arguments.customer:
            return orders.of_customer(arguments.customer, arguments.limit)
        return orders.recent(arguments.limit)

    if arguments.once:
        return _once(read_orders, as_json=arguments.json)
    if out.is_terminal and not arguments.json:
        _table(read_orders, arguments.interval)
    _lines(read_orders, arguments.interval, as_json=arguments.json)
    return 0


def _once(read_orders: ReadOrders, *, as_json: bool) -> int:
    found = read_orders()
    if not found and as_json:
        print_json([])
    if not found:
        raise NotFound("there are no orders yet: place one with choreo place")
    if as_json:
        for order in found:
            print_json(order.to_json())
    else:
        out.print(_shown(found), soft_wrap=False)
    return 0


def _table(read_orders: ReadOrders, interval_seconds: float) -> None:
    with Live(_shown(read_orders()), console=out, auto_refresh=False) as live:
        while True:
            time.sleep(interval_seconds)
            live.update(_shown(read_orders()), refresh=True)


def _lines(read_orders: ReadOrders, interval_seconds: float, *, as_json: bool) -> None:
    printed: dict[str, str] = {}
    while True:
        for order in reversed(read_orders()):
            if printed.get(order.order_id) != order.status:
                line = f"{order.order_id}  {order.status:<10}  {order.customer_id}  {order.note}".rstrip()
                print(json.dumps(order.to_json()) if as_json else line, flush=True)
                printed[order.order_id] = order.status
        time.sleep(interval_seconds)


def _shown(orders: list[OrderSummary]) -> Table:
    shown = table("placed at", "order", "customer", "total", "status", "")
    for order in orders:
        moment = order.placed_at[5:19].replace("T", " ")
        total = money(order.total, order.currency)
        status = coloured(order.status)
        shown.add_row(moment, short(order.order_id), order.customer_id, total, status, order.note)
    return shown
