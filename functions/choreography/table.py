"""A service's own table: one item an order, and the one conditional write that changes it."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from choreography import aws
from choreography.decisions import StateT
from choreography.errors import RaceLost, Unavailable
from choreography.snapstart import in_snapshot
from contracts.envelope import Event

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, PutItemInputTypeDef

in_snapshot(aws.dynamodb)

_serialize = TypeSerializer().serialize
_deserialize = TypeDeserializer().deserialize


def to_attributes(item: Mapping[str, Any]) -> "dict[str, AttributeValueTypeDef]":
    """A DynamoDB item in the low-level form; absent (None) values are left out."""
    return {name: _serialize(value) for name, value in item.items() if value is not None}


def from_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _deserialize(value) for name, value in attributes.items()}


PAUSES_SECONDS = (0.1, 0.2, 0.4, 0.8)
"""Unprocessed keys are asked for again after a random part of these pauses: keys are left where the table
throttles. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html"""

OURS = frozenset({"order_id", "version", "inbox", "outbox", "emits"})
"""The attributes that every service's items have beside their state."""


@dataclass(frozen=True)
class Outgoing:
    """An event that the item's write number `version` emitted."""

    version: int
    event: str
    """A CloudEvent in JSON."""


@dataclass(frozen=True)
class Record(Generic[StateT]):
    """An order as its service has it. Version 0 is an order that the service does not know yet."""

    order_id: str
    state: StateT
    version: int = 0
    inbox: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The idempotency records: what was handled, by CloudEvents id. They are few, and never expire."""
    outbox: tuple[Outgoing, ...] = ()
    """Every event ever emitted. Run `choreo republish` to publish them again, which is always safe."""
    unknown: Mapping[str, Any] = field(default_factory=dict)
    """What another version of the code wrote, and this one does not know: kept as it is. While two versions
    are live, an order's events meet both."""


class Table(Generic[StateT]):
    """Reads and writes records. `name` is that of the DynamoDB table, whose key is `order_id`."""

    def __init__(self, name: str, state: type[StateT]) -> None:
        self._name, self._state = name, state

    def read(self, order_id: str) -> Record[StateT]:
        """The order's record, by a consistent read: a stale one would only lose the race of the write."""
        key = to_attributes({"order_id": order_id})
        found = aws.dynamodb().get_item(TableName=self._name, Key=key, ConsistentRead=True).get("Item")
        return self._record(from_attributes(found)) if found else Record(order_id, self._state())

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
                record = self._record(from_attributes(attributes))
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
        """The one write: new state, idempotency record of the `handled` event, and outbox; all or nothing.

        Raises RaceLost where the item is no longer what was read, or has a record of the event.
        """
        version = read.version + 1
        inbox = dict(read.inbox)
        if handled is not None:
            inbox[handled.id] = _receipt(handled)
        outbox = read.outbox + tuple(Outgoing(version, event.to_json()) for event in emitted)
        record = Record(read.order_id, state, version, inbox, outbox, read.unknown)
        self._put(read, record, handled, emits=bool(emitted))
        return record

    def _put(
        self, read: Record[StateT], record: Record[StateT], handled: Event[Any] | None, *, emits: bool
    ) -> None:
        request: PutItemInputTypeDef = {
            "TableName": self._name,
            "Item": to_attributes(to_item(record, emits=emits)),
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

    def _record(self, item: dict[str, Any]) -> Record[StateT]:
        return Record(
            order_id=item["order_id"],
            state=self._state.model_validate(item),
            version=int(item["version"]),
            inbox=item["inbox"],
            outbox=tuple(Outgoing(int(o["version"]), o["event"]) for o in item["outbox"]),
            unknown={n: v for n, v in item.items() if n not in OURS and n not in self._state.model_fields},
        )


def to_item(record: Record[Any], *, emits: bool) -> dict[str, Any]:
    state: dict[str, Any] = record.state.model_dump(mode="json")
    return {
        **record.unknown,
        **state,
        "order_id": record.order_id,
        "version": record.version,
        "inbox": record.inbox,
        "outbox": [{"version": outgoing.version, "event": outgoing.event} for outgoing in record.outbox],
        "emits": emits,  # the relay's mapping filters on it: an intent's write wakes no relay
    }


def _receipt(event: Event[Any]) -> dict[str, str]:
    receipt = {"type": event.type, "source": event.source, "time": event.time.isoformat()}
    return receipt if event.causationid is None else receipt | {"causationid": event.causationid}
