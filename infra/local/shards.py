"""moto's streams from inside: an iterator would cost three calls for each look, and be kept for ever."""

from typing import Any

from moto.dynamodb.models import dynamodb_backends

from infra.local.credentials import ACCOUNT, REGION


class Shard:
    """The one shard of a table's stream, by the stream's ARN. Raises KeyError if there is no such table."""

    def __init__(self, stream_arn: str) -> None:
        table_name = stream_arn.split("/")[1]
        self._shard: Any = dynamodb_backends[ACCOUNT][REGION].tables[table_name].stream_shard

    @property
    def id(self) -> str:
        return str(self._shard.id)

    def __len__(self) -> int:
        return len(self._shard.items)

    def read(self, start: int, limit: int) -> list[dict[str, Any]]:
        """So many records, from one that is counted from 0, as moto keeps them: times are naive, and UTC."""
        return [record.to_json() for record in self._shard.items[start : start + limit]]
