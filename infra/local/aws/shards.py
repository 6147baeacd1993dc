"""moto's streams from inside: read without iterators, which moto never drops, and with records as on AWS."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamRecord
from moto.moto_api._internal import mock_random

from infra.local.aws.refusals.items import value_bytes
from infra.local.aws.refusals.refused import size_bytes
from infra.local.model.credentials import ACCOUNT, REGION

IMAGES = {
    "KEYS_ONLY": (),
    "NEW_IMAGE": ("NewImage",),
    "OLD_IMAGE": ("OldImage",),
    "NEW_AND_OLD_IMAGES": ("NewImage", "OldImage"),
}
"""Which images a record has, by the stream's view type."""


class Shard:
    """The one shard of a table's stream, by the stream's ARN. Raises KeyError if there is no such table.

    A place in it is a sequence number, of the record that is there or will be.
    """

    def __init__(self, stream_arn: str) -> None:
        table_name = stream_arn.split("/")[1]
        self._shard: Any = dynamodb_backends[ACCOUNT][REGION].tables[table_name].stream_shard

    @property
    def id(self) -> str:
        return str(self._shard.id)

    @property
    def oldest(self) -> int:
        """Where what is kept begins."""
        return int(self._shard.starting_sequence_number)

    @property
    def latest(self) -> int:
        """Where the next record will be."""
        return self.oldest + len(self._shard.items)

    def read(self, place: int, limit: int) -> list[dict[str, Any]]:
        """So many records from a place on, as moto keeps them: times are naive, and UTC."""
        start = place - self.oldest
        return [record.to_json() for record in self._shard.items[start : start + limit]]

    def forget(self, before: int, born_before: datetime) -> None:
        """Drops the records before a place that are older than from a moment, which is naive, and UTC."""
        candidates = self.read(self.oldest, max(0, before - self.oldest))
        old = takewhile(lambda record: _born(record) < born_before, candidates)
        gone = sum(1 for _ in old)
        del self._shard.items[:gone]
        self._shard.starting_sequence_number += gone


def add(shard: Any, old: Any, new: Any) -> None:
    """In place of moto's StreamShard.add. A write that changes nothing emits no record.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """
    images = {"NewImage": _attributes(new), "OldImage": _attributes(old)}
    if old is not None and new is not None and _same(images["OldImage"], images["NewImage"]):
        return
    table, view = shard.table, shard.table.stream_specification["StreamViewType"]
    item = images["NewImage"] or images["OldImage"]
    keys = {name: item[name] for name in (table.hash_key_attr, table.range_key_attr) if name is not None}
    parts = {"Keys": keys} | {name: images[name] for name in IMAGES[view] if images[name]}
    record = StreamRecord.__new__(StreamRecord)
    record.record = {
        "eventID": mock_random.uuid4().hex,
        "eventName": "INSERT" if old is None else "REMOVE" if new is None else "MODIFY",
        "eventSource": "aws:dynamodb",
        "eventVersion": "1.1",
        "awsRegion": REGION,
        "dynamodb": {
            "StreamViewType": view,
            "ApproximateCreationDateTime": utcnow(),
            "SequenceNumber": str(shard.starting_sequence_number + len(shard.items)),
            "SizeBytes": sum(map(_size_bytes, parts.values())),
            **parts,
        },
    }
    shard.items.append(record)


def _attributes(item: Any) -> dict[str, Any]:
    return {} if item is None else dict(item.to_json()["Attributes"])


def _size_bytes(attributes: Mapping[str, Any]) -> int:
    """The keys and each image count, with their names, as the recorded answers of AWS show."""
    return sum(size_bytes(name) + value_bytes(value) for name, value in attributes.items())


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return old.keys() == new.keys() and all(
        value == new[name] or _comparable(value) == _comparable(new[name]) for name, value in old.items()
    )


def _comparable(value: Mapping[str, Any]) -> tuple[str, Any]:
    """A value in which numbers are equal in any notation, and sets in any order."""
    ((kind, content),) = value.items()
    match kind:
        case "N":
            return kind, Decimal(content)
        case "NS":
            return kind, frozenset(map(Decimal, content))
        case "SS" | "BS":
            return kind, frozenset(content)
        case "L":
            return kind, [_comparable(inner) for inner in content]
        case "M":
            return kind, {name: _comparable(inner) for name, inner in content.items()}
    return kind, content


def get(shard: Any, start: int, quantity: int) -> list[dict[str, Any]]:
    """In place of moto's StreamShard.get, which has no answer to an iterator whose records were dropped."""
    if start < shard.starting_sequence_number:
        # DynamoDB API reference, GetRecords.
        raise JsonRESTError("TrimmedDataAccessException", "The requested records are no longer kept")
    start -= shard.starting_sequence_number
    return [record.to_json() for record in shard.items[start : start + quantity]]


def _born(record: dict[str, Any]) -> datetime:
    born: datetime = record["dynamodb"]["ApproximateCreationDateTime"]
    return born
