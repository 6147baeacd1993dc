"""Reads orders from Order's table, which is faster than one API call for each order."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from choreography.stored import to_record
from choreography.table import from_attributes, to_attributes
from infra.cli.deployed import Deployed
from order.state import DECIDED, Order
from order.views import summary

BATCH = 100
"""The maximum number of keys in one BatchGetItem call."""


@dataclass(frozen=True)
class OrderSummary:
    """A summary of an order. `status` is the API's status; `note` is the reason or the tracking number.

    `total` is in minor units, as the API has it.
    """

    order_id: str
    customer_id: str
    placed_at: str
    status: str
    total: int
    currency: str
    note: str

    @property
    def ended(self) -> bool:
        return self.status in DECIDED

    @property
    def line(self) -> str:
        """The order in one line: id, status, and the reason or the tracking number."""
        return f"{self.order_id}  {self.status}  {self.note}".rstrip()

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "note": self.note or None}


class OrderTable:
    """The table of the service Order in a deployed stack."""

    def __init__(self, deployed: Deployed) -> None:
        self._name, self._dynamodb = deployed.table("OrderTable"), deployed.client("dynamodb")

    def of_ids(self, order_ids: Sequence[str]) -> list[OrderSummary]:
        """The orders with these ids. The result omits orders that do not exist."""
        found = []
        for start in range(0, len(order_ids), BATCH):
            keys = [to_attributes({"order_id": order_id}) for order_id in order_ids[start : start + BATCH]]
            wanted: dict[str, Any] = {self._name: {"Keys": keys, "ConsistentRead": True}}
            while wanted:
                answer = self._dynamodb.batch_get_item(RequestItems=wanted)
                found += [_order(item) for item in answer["Responses"][self._name]]
                wanted = answer["UnprocessedKeys"]
        return found

    def of_customer(self, customer_id: str, limit: int) -> list[OrderSummary]:
        """A customer's orders, newest first."""
        page = self._dynamodb.query(
            TableName=self._name,
            IndexName="by_customer",
            KeyConditionExpression="customer_id = :customer",
            ExpressionAttributeValues=to_attributes({":customer": customer_id}),
            ScanIndexForward=False,
            Limit=limit,
        )
        return _newest(self.of_ids([item["order_id"]["S"] for item in page["Items"]]), limit)

    def recent(self, limit: int) -> list[OrderSummary]:
        """All orders, newest first. Reads the whole table: no index sorts all orders by time."""
        return _newest(list(self._all()), limit)

    def _all(self) -> Iterator[OrderSummary]:
        for page in self._dynamodb.get_paginator("scan").paginate(TableName=self._name):
            yield from (_order(item) for item in page["Items"])


def _newest(orders: list[OrderSummary], limit: int) -> list[OrderSummary]:
    return sorted(orders, key=lambda order: (order.placed_at, order.order_id), reverse=True)[:limit]


def _order(attributes: dict[str, Any]) -> OrderSummary:
    order = summary(to_record(from_attributes(attributes), Order))
    return OrderSummary(
        order_id=order["order_id"],
        customer_id=order["customer_id"],
        placed_at=order["placed_at"],
        status=order["status"],
        total=int(order["total"]),
        currency=order["currency"],
        note=order.get("tracking_number") or order.get("reason") or "",
    )
