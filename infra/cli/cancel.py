"""Cancel an order as its customer can, and wait until it ends.

The request may come too late: then the order stays as it is, and the exit code is 1.

  choreo cancel ORDER_ID
  choreo cancel 1a2b3c4d --timeout 5
"""

import argparse

from infra.cli.api import Api
from infra.cli.deployed import Deployed
from infra.cli.ending import add_timeout, wait_for
from infra.cli.order_ids import add_order_id, full_id
from infra.cli.order_table import OrderSummary
from infra.shared.display import out, print_json

SUMMARY = "cancel an order, as its customer can"
JSON = "print the order as one JSON document"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_order_id(parser)
    add_timeout(parser, "the order's end")


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    order_id = full_id(deployed, arguments.order_id)
    Api(deployed.output("ApiUrl")).cancel(order_id)
    order = wait_for(deployed, order_id, _has_ended, arguments.timeout)
    if arguments.json:
        print_json(order.to_json())
    else:
        out.print(order.line)
    return 0 if order.status == "cancelled" else 1


def _has_ended(order: OrderSummary) -> bool:
    return order.ended
