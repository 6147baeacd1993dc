"""Corrections to moto's queues: what a call costs must not grow with the messages that wait.

moto 5.2 reads the clock twice for each message that waits, at each receive; goes through all of them twice
for each that is deleted; and counts them in three ways, again with two looks at the clock for each, whenever
it looks up a queue's attributes: for each message sent, and several times for each that it hands out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.utils import unix_time, unix_time_millis
from moto.sqs.models import Queue, SQSBackend

_delete_rest = Queue.delete_message


@contextmanager
def queue_patches() -> Iterator[None]:
    """Within it, long queues are nearly as quick as short ones."""
    with (
        patch.object(Queue, "messages", property(_visible)),
        patch.object(Queue, "approximate_number_of_messages_not_visible", property(_hidden)),
        patch.object(Queue, "approximate_number_of_messages_delayed", property(_delayed)),
        patch.object(Queue, "delete_message", _delete),
        patch.object(SQSBackend, "is_message_valid_based_on_retention_period", _is_retained),
    ):
        yield


def _visible(queue: Any) -> list[Any]:
    now = unix_time_millis()
    return [message for message in queue._messages if message.visible_at < now >= message.delayed_until]


def _hidden(queue: Any) -> int:
    now = unix_time_millis()
    return sum(message.visible_at >= now for message in queue._messages)


def _delayed(queue: Any) -> int:
    now = unix_time_millis()
    return sum(message.delayed_until > now for message in queue._messages)


def _delete(queue: Any, receipt_handle: str) -> None:
    for place, message in enumerate(queue._messages):
        if message.receipt_handle == receipt_handle:
            del queue._messages[place]
            queue.pending_messages.discard(message)
            queue.deleted_messages.update(message.all_receipt_handles)
            return
    _delete_rest(queue, receipt_handle)


def _is_retained(backend: Any, queue_name: str, message: Any) -> bool:
    retained_until = backend.get_queue(queue_name).message_retention_period + message.sent_timestamp / 1000
    return bool(retained_until > unix_time())
