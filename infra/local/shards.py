"""moto's streams from inside: an iterator would cost three calls for each look, and be kept for ever."""

from datetime import datetime
from itertools import takewhile
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.dynamodb.models import dynamodb_backends

from infra.local.credentials import ACCOUNT, REGION


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
