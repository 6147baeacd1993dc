"""Drops delivered stream records and published messages. They are two thirds of an order's memory in moto."""

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
    """Drops the records that all mappings of the stream have delivered, except the last KEPT_RECORDS.

    Records that are younger than KEPT_SECONDS stay, so that other readers of the stream can poll them.
    """
    delivered = [m.position for m in mappings if isinstance(m, StreamMapping) and m.source.arn == stream_arn]
    if delivered:
        Shard(stream_arn).forget(min(delivered) - KEPT_RECORDS, utcnow() - timedelta(seconds=KEPT_SECONDS))


def drop_published_messages() -> None:
    """Drops the messages that topics have delivered. moto keeps them, so that tests can read them."""
    for topic in sns_backends[ACCOUNT][REGION].topics.values():
        topic.sent_notifications.clear()
