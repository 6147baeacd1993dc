"""Show one order as its customer sees it: status, items, total, reason, tracking number.

The first characters of the id suffice, as the tables and the console show them.

  choreo show ORDER_ID
  choreo show 1a2b3c4d --json
"""

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from infra.cli.api import Api
from infra.cli.deployed import Deployed
from infra.cli.order_ids import add_order_id, full_id
from infra.shared.display import coloured, out, print_json, table
from infra.shared.money import money

SUMMARY = "show one order: status, customer, items, reason, tracking number"
JSON = "print the order as one JSON document, as the API answers it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_order_id(parser)


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    order = Api(deployed.output("ApiUrl")).order(full_id(deployed, arguments.order_id))
    if arguments.json:
        print_json(order)
    else:
        _print(order)
    return 0


def _print(order: Mapping[str, Any]) -> None:
    shown = table("order", order["order_id"])
    shown.add_row("status", coloured(order["status"]))
    for name, value in _lines(order):
        shown.add_row(name, value)
    out.print(shown, soft_wrap=False)


def _lines(order: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    currency = order["currency"]
    yield "customer", order["customer_id"]
    yield "placed at", order["placed_at"][:19].replace("T", " ")
    for item in order["items"]:
        yield "item", f"{item['quantity']} x {item['sku']} at {money(item['unit_price'], currency)}"
    yield "total", money(order["total"], currency)
    for name in ("tracking_number", "delivered_at", "reason"):
        if name in order:
            yield name.replace("_", " "), order[name]
