"""Places, cancels and finds orders in Order's table."""

import base64
import binascii
import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from choreography import aws
from choreography.errors import RaceLost
from choreography.metrics import Metric, count
from choreography.outbox import Origin, derived_id, events
from choreography.participant import RACES
from choreography.stored import Record
from choreography.table import Table, from_attributes, to_attributes
from order.decisions import cancel
from order.requests import ID_LIMIT, PlaceOrder
from order.state import SOURCE, Order, placed_order

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef


class KeyConflict(Exception):
    """The idempotency key belongs to another order of this customer."""


class NoSuchOrder(Exception):
    """There is no order with this id."""


class BadCursor(ValueError):
    """The cursor is not one that a page gave."""


class Orders:
    """Order's table. `name` is the DynamoDB table's; its index `by_customer` lists keys only.

    Order cancels an order that is not shipped or ended after `time_limit_seconds`. None means no limit.
    """

    def __init__(self, name: str, time_limit_seconds: int | None = None) -> None:
        self._name, self._time_limit_seconds = name, time_limit_seconds
        self._table = Table(name, Order)

    def place(self, request: PlaceOrder, idempotency_key: str | None, correlationid: str) -> Record[Order]:
        """Accepts an order. One write stores its item and its event.

        With a key, the order's id is derived from customer and key. So a repeated request creates no second
        order, even if the HTTP edge's record was lost or has expired.
        Raises KeyConflict if the key was used for another order.
        """
        order_id = _order_id(request.customer_id, idempotency_key)
        now = datetime.now(UTC)
        placed = request.payload(self._expiry(now))
        order = Order(
            customer_id=request.customer_id,
            placed_at=now.isoformat(timespec="milliseconds"),
            event_types=frozenset({placed.type}),
        )
        emitted = events((placed,), Origin(SOURCE, order_id, correlationid, None), now)
        try:
            record = self._table.write(Record(order_id, Order()), order, emitted=emitted)
            count(Metric.ORDERS_ACCEPTED)
            return record
        except RaceLost:
            existing = self._table.read(order_id)
            if placed_order(existing) != request.payload(placed_order(existing).expires_at):
                raise KeyConflict(order_id) from None
            return existing

    def _expiry(self, placed_at: datetime) -> datetime | None:
        limit = self._time_limit_seconds
        return None if limit is None else placed_at + timedelta(seconds=limit)

    def cancel(self, order_id: str, reason: Literal["customer", "expired"] = "customer") -> Record[Order]:
        """Requests the order's cancellation.

        Raises NoSuchOrder, TooLate, or RaceLost if other writes won every race.
        """
        for _ in range(RACES):
            read = self.find(order_id)
            decision = cancel(read.state, reason)
            if not decision.payloads:
                return read
            placed = read.published[0]
            origin = Origin(SOURCE, order_id, placed["correlationid"], placed["id"])
            emitted = events(decision.payloads, origin, datetime.now(UTC))
            try:
                record = self._table.write(read, decision.state, emitted=emitted)
                count(Metric.CANCELLATIONS_REQUESTED)
                return record
            except RaceLost:
                continue
        raise RaceLost(f"order {order_id} changed {RACES} times while it was being cancelled")

    def find(self, order_id: str) -> Record[Order]:
        """The order's record. Raises NoSuchOrder, also for an id that is longer than any order's."""
        if len(order_id) > ID_LIMIT:
            raise NoSuchOrder(order_id)
        record = self._table.read(order_id)
        if not record.version:
            raise NoSuchOrder(order_id)
        return record

    def of_customer(
        self, customer_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Record[Order]], str | None]:
        """A page of the customer's orders, newest first, and the next page's cursor if there may be one.

        The index is eventually consistent: an order may appear in it a moment after it was placed.
        Raises BadCursor.
        """
        request: QueryInputTypeDef = {
            "TableName": self._name,
            "IndexName": "by_customer",
            "KeyConditionExpression": "customer_id = :customer",
            "ExpressionAttributeValues": to_attributes({":customer": customer_id}),
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if cursor:
            request["ExclusiveStartKey"] = _start_key(customer_id, cursor)
        page = aws.dynamodb().query(**request)
        keys = [from_attributes(item)["order_id"] for item in page["Items"]]
        last = page.get("LastEvaluatedKey")
        return self._table.read_all(keys), _cursor(from_attributes(last)) if last else None


def _order_id(customer_id: str, idempotency_key: str | None) -> str:
    if idempotency_key is None:
        return str(uuid4())
    return derived_id(json.dumps([customer_id, idempotency_key]), "order")


def _cursor(key: dict[str, Any]) -> str:
    position = json.dumps([key["placed_at"], key["order_id"]])
    return base64.urlsafe_b64encode(position.encode()).decode()


def _start_key(customer_id: str, cursor: str) -> dict[str, Any]:
    try:
        placed_at, order_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
    if not (_is_key(placed_at) and _is_key(order_id)):
        raise BadCursor(cursor)
    return to_attributes({"customer_id": customer_id, "placed_at": placed_at, "order_id": order_id})


def _is_key(text: Any) -> bool:
    return isinstance(text, str) and 0 < len(text) <= ID_LIMIT


def orders() -> Orders:
    """Environment: TABLE_NAME, and TIME_LIMIT_SECONDS where orders are placed."""
    limit = os.environ.get("TIME_LIMIT_SECONDS")
    return Orders(os.environ["TABLE_NAME"], int(limit) if limit else None)
