"""Corrections to moto's DynamoDB streams: the fields of records, and the refusal of trimmed records."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from moto.dynamodb.models.table import StreamShard

from infra.local.aws import shards


def patches() -> Iterator[Any]:
    yield patch.object(StreamShard, "add", shards.add_record)
    yield patch.object(StreamShard, "get", shards.get_records)
