"""Drops delivered stream records and published messages. They are two thirds of an order's memory in moto."""

from collections.abc import Iterable

from infra.local.aws import topics
from infra.local.aws.shards import Shard
from infra.local.event_sources.mapping import EventSourceMapping
from infra.local.event_sources.stream_mapping import StreamMapping

KEPT_RECORDS, KEPT_SECONDS = 100, 5


def drop_delivered_records(stream_arn: str, mappings: Iterable[EventSourceMapping]) -> None:
    """Drops the records that all mappings of the stream have delivered, except the last KEPT_RECORDS.

    Records that are younger than KEPT_SECONDS stay, so that other readers of the stream can poll them.
    """
    delivered = [m.position for m in mappings if isinstance(m, StreamMapping) and m.source.arn == stream_arn]
    if delivered:
        Shard(stream_arn).trim(min(delivered) - KEPT_RECORDS, KEPT_SECONDS)


def drop_published_messages() -> None:
    """Drops the messages that topics have delivered. moto keeps them, so that tests can read them."""
    topics.drop_published()
