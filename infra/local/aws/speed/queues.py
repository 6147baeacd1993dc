"""Makes the cost of a call independent of the number of messages that wait, or nearly so.

moto 5.2 reads the clock twice for each waiting message at each receive, and goes through all messages twice
for each one that it deletes. It counts all messages in three ways, again with two looks at the clock each,
whenever it reads an attribute of the queue: once for each message sent, and several times for each received.
It also copies each received message with all its values.
"""

from collections.abc import Iterator
from copy import copy, deepcopy
from typing import Any
from unittest.mock import patch

import moto.sqs.models
from moto.core.utils import unix_time_millis
from moto.sqs.models import Message, Queue, SQSBackend

from infra.local.aws.speed.clock import unix_time

_delete_rest = Queue.delete_message
_send_and_count = SQSBackend.send_message


def patches() -> Iterator[Any]:
    yield patch.object(Queue, "messages", property(_visible))
    yield patch.object(Queue, "approximate_number_of_messages_not_visible", property(_count_in_flight))
    yield patch.object(Queue, "approximate_number_of_messages_delayed", property(_count_delayed))
    yield patch.object(Queue, "delete_message", _delete)
    yield patch.object(SQSBackend, "send_message", _send)
    yield patch.object(moto.sqs.models, "deepcopy", _copy)
    yield patch.object(SQSBackend, "is_message_valid_based_on_retention_period", _is_retained)


def _visible(queue: Any) -> list[Any]:
    now = unix_time_millis()
    return [message for message in queue._messages if message.visible_at < now >= message.delayed_until]


def _count_in_flight(queue: Any) -> int:
    now = unix_time_millis()
    return sum(message.visible_at >= now for message in queue._messages)


def _count_delayed(queue: Any) -> int:
    now = unix_time_millis()
    return sum(message.delayed_until > now for message in queue._messages)


def _send(backend: Any, queue_name: str, *given: Any, **named: Any) -> Any:
    """Sends without counting: moto reads all attributes for one that only FIFO queues have."""
    with patch.object(backend.get_queue(queue_name), "BASE_ATTRIBUTES", ()):
        return _send_and_count(backend, queue_name, *given, **named)


def _delete(queue: Any, receipt_handle: str) -> None:
    for index, message in enumerate(queue._messages):
        if message.receipt_handle == receipt_handle:
            del queue._messages[index]
            queue.pending_messages.discard(message)
            queue.deleted_messages.update(message.all_receipt_handles)
            return
    _delete_rest(queue, receipt_handle)


def _is_retained(backend: Any, queue_name: str, message: Any) -> bool:
    retained_until = backend.get_queue(queue_name).message_retention_period + message.sent_timestamp / 1000
    return bool(retained_until > unix_time())


def _copy(value: Any) -> Any:
    """A copy of what a receive copies: a message, or the ids of message groups."""
    if isinstance(value, set):
        return set(value)
    if not isinstance(value, Message):
        return deepcopy(value)
    copied = copy(value)
    for name in ("message_attributes", "system_attributes", "_old_receipt_handles"):
        setattr(copied, name, deepcopy(getattr(value, name)))
    return copied
