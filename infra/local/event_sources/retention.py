"""Drops delivered stream records and published messages. moto keeps them: two thirds of an order's memory."""

from collections.abc import Iterable

from infra.local.aws import topics
from infra.local.aws.shards import Shard
from infra.local.event_sources.mapping import EventSourceMapping
from infra.local.event_sources.of_stream import StreamMapping

KEPT_RECORDS, KEPT_SECONDS = 100, 5


def forget_records(stream_arn: str, mappings: Iterable[EventSourceMapping]) -> None:
    """All that every one of the stream's mappings has delivered, but the last KEPT_RECORDS, and the newest.

    Another reader of the stream that polls within KEPT_SECONDS misses none.
    """
    delivered = [m.position for m in mappings if isinstance(m, StreamMapping) and m.source.arn == stream_arn]
    if delivered:
        Shard(stream_arn).trim(min(delivered) - KEPT_RECORDS, KEPT_SECONDS)


def forget_notifications() -> None:
    """Drops the messages that topics have delivered."""
    topics.drop_published()
