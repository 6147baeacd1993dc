"""A service's own table: one item for each order, changed by one conditional write."""

import random
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Generic

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from choreography import aws
from choreography.decisions import StateT
from choreography.errors import RaceLost, Unavailable
from choreography.snapstart import in_snapshot
from choreography.stored import Record, entries, receipt, to_item, to_record
from contracts.envelope import Event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, PutItemInputTypeDef

in_snapshot(aws.dynamodb)

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def to_attributes(item: Mapping[str, Any]) -> "dict[str, AttributeValueTypeDef]":
    """A DynamoDB item in the low-level form, without the values that are None."""
    return {name: _serialize(value) for name, value in item.items() if value is not None}


def from_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _deserialize(value) for name, value in attributes.items()}


PAUSES_SECONDS = (0.1, 0.2, 0.4, 0.8)
"""Unprocessed keys are asked for again after a random part of these pauses: keys are left where the table
throttles. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""


class Table(Generic[StateT]):
    """Reads and writes records. `name` is the DynamoDB table's name; its key is `order_id`."""

    def __init__(self, name: str, state: type[StateT]) -> None:
        self._name, self._state = name, state

    def read(self, order_id: str) -> Record[StateT]:
        """The order's record, by a consistent read. A write from a stale record would lose its race."""
        key = to_attributes({"order_id": order_id})
        found = aws.dynamodb().get_item(TableName=self._name, Key=key, ConsistentRead=True).get("Item")
        return to_record(from_attributes(found), self._state) if found else Record(order_id, self._state())

    def read_all(self, order_ids: Sequence[str]) -> list[Record[StateT]]:
        """The records of these orders, in this order, at most 100; orders that do not exist are left out.

        Raises Unavailable if DynamoDB still leaves keys unprocessed after the last of PAUSES_SECONDS.
        """
        wanted = [to_attributes({"order_id": order_id}) for order_id in order_ids]
        found: dict[str, Record[StateT]] = {}
        for pause in (0.0, *PAUSES_SECONDS):
            if not wanted:
                break
            time.sleep(pause * random.random())
            answer = aws.dynamodb().batch_get_item(RequestItems={self._name: {"Keys": wanted}})
            for attributes in answer["Responses"][self._name]:
                record = to_record(from_attributes(attributes), self._state)
                found[record.order_id] = record
            wanted = answer["UnprocessedKeys"].get(self._name, {"Keys": []})["Keys"]
        if wanted:
            raise Unavailable(f"DynamoDB left {len(wanted)} keys of {self._name} unprocessed")
        return [found[order_id] for order_id in order_ids if order_id in found]

    def write(
        self,
        read: Record[StateT],
        state: StateT,
        *,
        handled: Event[Any] | None = None,
        emitted: tuple[Event[Any], ...] = (),
    ) -> Record[StateT]:
        """The one write: new state, idempotency record of the `handled` event, and outbox, all or nothing.

        Raises RaceLost if the item changed since `read`, or has a record of the event already.
        """
        inbox = dict(read.inbox)
        if handled is not None:
            inbox[handled.id] = receipt(handled)
        outbox = (*read.outbox, *entries(emitted, read))
        record = Record(read.order_id, state, read.version + 1, inbox, outbox, len(emitted), read.unknown)
        self._put(read, record, handled)
        return record

    def _put(self, read: Record[StateT], record: Record[StateT], handled: Event[Any] | None) -> None:
        request: PutItemInputTypeDef = {
            "TableName": self._name,
            "Item": to_attributes(to_item(record)),
            "ConditionExpression": "attribute_not_exists(order_id)",
        }
        if read.version:
            request["ConditionExpression"] = "#version = :read"
            request["ExpressionAttributeNames"] = {"#version": "version"}
            request["ExpressionAttributeValues"] = to_attributes({":read": read.version})
        if handled is not None:
            request["ConditionExpression"] += " AND attribute_not_exists(inbox.#handled)"
            request["ExpressionAttributeNames"] = {
                **request.get("ExpressionAttributeNames", {}),
                "#handled": handled.id,
            }
        try:
            aws.dynamodb().put_item(**request)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                raise RaceLost(f"order {record.order_id} is no longer at version {read.version}") from error
            raise
