"""Completes the first characters of an order's id, as the tables and the console show them."""

import argparse
from typing import Any

from choreography.table import to_attributes
from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError, NotFound

LENGTH = 36
"""The length of an order id, a UUID."""
LISTED = 5


def add_order_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("order_id", metavar="ORDER_ID", help="the order's id, or its first characters")


def full_id(deployed: Deployed, given: str) -> str:
    """The id of the one order whose id starts with `given`. A whole id is returned as it is.

    A prefix reads Order's whole table, because an order id is the table's partition key. Raises NotFound if
    no order has the prefix, or CommandError if several have it.
    """
    if len(given) >= LENGTH:
        return given
    found = _starting_with(deployed, given)
    if not found:
        raise NotFound(f"no order has an id that starts with {given!r}: see choreo watch")
    if len(found) > 1:
        raise CommandError(f"{len(found)} orders start with {given!r}: {', '.join(found[:LISTED])}")
    return found[0]


def _starting_with(deployed: Deployed, prefix: str) -> list[str]:
    wanted: dict[str, Any] = {
        "TableName": deployed.table("OrderTable"),
        "ProjectionExpression": "order_id",
        "FilterExpression": "begins_with(order_id, :prefix)",
        "ExpressionAttributeValues": to_attributes({":prefix": prefix}),
        "ConsistentRead": True,
    }
    pages = deployed.client("dynamodb").get_paginator("scan").paginate(**wanted)
    return sorted(item["order_id"]["S"] for page in pages for item in page["Items"])
