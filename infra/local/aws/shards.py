"""Direct access to the shards of moto's streams, and records with the fields that AWS's records have.

A reader here needs no shard iterator, which moto never drops.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import StreamRecord
from moto.moto_api._internal import mock_random

from infra.local.aws import arrivals
from infra.local.aws.refusals.items import item_bytes
from infra.local.model.credentials import ACCOUNT, REGION

IMAGES = {
    "KEYS_ONLY": (),
    "NEW_IMAGE": ("NewImage",),
    "OLD_IMAGE": ("OldImage",),
    "NEW_AND_OLD_IMAGES": ("NewImage", "OldImage"),
}
"""The images in a record, by the stream's view type."""


class Shard:
    """The only shard of a table's stream, by the stream's ARN. Raises KeyError if the table does not exist.

    A position in it is the sequence number of a record.
    """

    def __init__(self, stream_arn: str) -> None:
        table_name = stream_arn.split("/")[1]
        self._shard: Any = dynamodb_backends[ACCOUNT][REGION].tables[table_name].stream_shard

    @property
    def id(self) -> str:
        return str(self._shard.id)

    @property
    def oldest(self) -> int:
        """The position of the first record that is kept."""
        return int(self._shard.starting_sequence_number)

    @property
    def latest(self) -> int:
        """The position that the next record gets."""
        return self.oldest + len(self._shard.items)

    def read(self, position: int, limit: int) -> list[dict[str, Any]]:
        """The records from a position on, at most `limit`. Their times are naive datetimes in UTC."""
        start = position - self.oldest
        return [record.to_json() for record in self._shard.items[start : start + limit]]

    def trim(self, before: int, min_age_seconds: float) -> None:
        """Drops the records before a position, if they are older than `min_age_seconds`."""
        created_before = utcnow() - timedelta(seconds=min_age_seconds)
        candidates = self.read(self.oldest, max(0, before - self.oldest))
        old = takewhile(lambda record: _created_at(record) < created_before, candidates)
        count = sum(1 for _ in old)
        del self._shard.items[:count]
        self._shard.starting_sequence_number += count


def add_record(shard: Any, old: Any, new: Any) -> None:
    """Replaces moto's StreamShard.add. A write that changes nothing emits no record.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html
    """
    if old is not None and new is not None and _same(old.attrs, new.attrs):
        return
    table, view = shard.table, shard.table.stream_specification["StreamViewType"]
    items = {"NewImage": new, "OldImage": old}
    item = old if new is None else new
    key_names = [name for name in (table.hash_key_attr, table.range_key_attr) if name is not None]
    parts = {"Keys": {name: item.attrs[name].to_regular_json() for name in key_names}}
    parts |= {name: _attributes(items[name]) for name in IMAGES[view] if items[name] is not None}
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
            "SizeBytes": sum(map(item_bytes, parts.values())),  # as in AWS's recorded answers
            **parts,
        },
    }
    shard.items.append(record)
    arrivals.report(f"{table.table_arn}/stream/{table.latest_stream_label}")


def _attributes(item: Any) -> dict[str, Any]:
    attributes: dict[str, Any] = item.to_json()["Attributes"]
    return attributes


def _same(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return old.keys() == new.keys() and all(
        _equal(value.to_regular_json(), new[name].to_regular_json()) for name, value in old.items()
    )


def _equal(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return old == new or _comparable(old) == _comparable(new)


def _comparable(value: Mapping[str, Any]) -> tuple[str, Any]:
    """A value to compare: numbers are equal in any notation, and sets in any order."""
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


def get_records(shard: Any, start: int, quantity: int) -> list[dict[str, Any]]:
    """Replaces moto's StreamShard.get. Refuses an iterator to a record that was dropped."""
    if start < shard.starting_sequence_number:
        # DynamoDB API reference, GetRecords.
        raise JsonRESTError("TrimmedDataAccessException", "The requested records are no longer kept")
    start -= shard.starting_sequence_number
    return [record.to_json() for record in shard.items[start : start + quantity]]


def _created_at(record: dict[str, Any]) -> datetime:
    created_at: datetime = record["dynamodb"]["ApproximateCreationDateTime"]
    return created_at
