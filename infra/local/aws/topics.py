"""Direct access to moto's topics: no call, so nothing is counted and no fault is injected."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.sns.models import SNSBackend, sns_backends

from infra.local.model.credentials import ACCOUNT, REGION

PublishBatch = Callable[..., Any]
"""Takes moto's backend, the topic's ARN and the entries. Returns the successful and the failed entries."""


def exists(arn: str) -> bool:
    return arn in sns_backends[ACCOUNT][REGION].topics


def published(arn: str) -> list[str]:
    """Texts of the messages that a topic accepted, oldest first. Raises KeyError for an unknown topic."""
    return [notification[1] for notification in sns_backends[ACCOUNT][REGION].topics[arn].sent_notifications]


def drop_published() -> None:
    """Drops the messages that moto keeps after their delivery, so that tests can read them."""
    for topic in sns_backends[ACCOUNT][REGION].topics.values():
        topic.sent_notifications.clear()


@contextmanager
def publish_batch_replaced(wrap: Callable[[PublishBatch], PublishBatch]) -> Iterator[None]:
    """Within it, a call of PublishBatch runs what `wrap` makes of moto's own method."""
    with patch.object(SNSBackend, "publish_batch", wrap(SNSBackend.publish_batch)):
        yield
