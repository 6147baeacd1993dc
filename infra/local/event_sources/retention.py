"""Drops delivered stream records and published messages. moto keeps them: two thirds of an order's memory."""

from collections.abc import Iterable
from datetime import timedelta

from moto.core.utils import utcnow
from moto.sns.models import sns_backends

from infra.local.aws.shards import Shard
from infra.local.event_sources.mapping import EventSourceMapping
from infra.local.event_sources.stream_mapping import StreamMapping
from infra.local.model.credentials import ACCOUNT, REGION

KEPT_RECORDS, KEPT_SECONDS = 100, 5


def drop_delivered_records(stream_arn: str, mappings: Iterable[EventSourceMapping]) -> None:
    """All that every one of the stream's mappings has delivered, but the last KEPT_RECORDS, and the newest.

    Another reader of the stream that polls within KEPT_SECONDS misses none.
    """
    delivered = [m.position for m in mappings if isinstance(m, StreamMapping) and m.source.arn == stream_arn]
    if delivered:
        Shard(stream_arn).forget(min(delivered) - KEPT_RECORDS, utcnow() - timedelta(seconds=KEPT_SECONDS))


def drop_published_messages() -> None:
    """What topics have delivered, which moto keeps for tests to look at."""
    for topic in sns_backends[ACCOUNT][REGION].topics.values():
        topic.sent_notifications.clear()
