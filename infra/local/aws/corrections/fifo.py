"""Corrections to moto's FIFO queues: order in a group, sequence numbers, deduplication after a delete."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any
from unittest.mock import patch

from moto.sqs.models import Queue, SQSBackend

DEDUPLICATION_MILLISECONDS = 5 * 60 * 1000
"""https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html"""

_numbers = count(10**19)


def patches() -> Iterator[Any]:
    # Other modules patch both methods, too, so the current method is wrapped, not the original.
    yield patch.object(Queue, "add_message", _adding(Queue.add_message))
    yield patch.object(SQSBackend, "receive_message", _receiving(SQSBackend.receive_message))


def _receiving(receive: Callable[..., Any]) -> Callable[..., Any]:
    def receive_message(backend: Any, queue_name: str, *given: Any, **named: Any) -> Any:
        """Receives a group in order again once its messages are visible again.

        moto marks messages as visible one after the other, and skips the first one of a group.
        """
        queue = backend.queues.get(queue_name)
        if queue is not None and queue.fifo_queue:
            queue.pending_messages.difference_update(queue.messages)
        return receive(backend, queue_name, *given, **named)

    return receive_message


def _adding(add: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    def add_message(queue: Any, message: Any) -> None:
        """Numbers a new message. Drops a duplicate of a deleted message, which moto would accept."""
        if (
            queue.fifo_queue and not message.approximate_receive_count
        ):  # a received message comes from another queue
            message.sequence_number = str(next(_numbers))
            if _is_duplicate(queue, message):
                return
        add(queue, message)

    return add_message


def _is_duplicate(queue: Any, message: Any) -> bool:
    seen: dict[Any, float] = vars(queue).setdefault("deduplication_ids", {})
    in_group = queue.attributes.get("DeduplicationScope") == "messageGroup"
    key = message.deduplication_id, message.group_id if in_group else None
    last = seen.get(key, -DEDUPLICATION_MILLISECONDS)
    if message.sent_timestamp - last < DEDUPLICATION_MILLISECONDS:
        return True
    seen[key] = message.sent_timestamp
    return False
