"""Direct access to moto's queues: it changes nothing that a receive would change, and costs no call."""

import bisect
import contextlib
from collections.abc import Iterable, Set
from typing import Any

from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import sqs_backends

from infra.local.model.credentials import ACCOUNT, REGION


class MotoQueue:
    """A queue that an event source mapping polls. Same effects as calls, at a fraction of their cost."""

    def __init__(self, name: str) -> None:
        self._name = name

    def receive(self, most: int) -> list[dict[str, Any]]:
        """Messages as ReceiveMessage returns them, with all attributes."""
        if not waiting(self._name):
            return []
        hidden_seconds = named(self._name).visibility_timeout
        found = sqs_backends[ACCOUNT][REGION].receive_message(self._name, most, 0, hidden_seconds, ["All"])
        return [received(message, {"All"}) for message in found]

    def delete(self, receipt_handles: Iterable[str]) -> None:
        """Deletes messages. Ignores those that were deleted before."""
        for handle in receipt_handles:
            with contextlib.suppress(ReceiptHandleIsInvalid):
                named(self._name).delete_message(handle)


class ClientQueue:
    """The same through an SQS client: for moto in another process, or where calls are counted."""

    def __init__(self, name: str, sqs: Any) -> None:
        self.name, self._sqs = name, sqs
        self._url = sqs.get_queue_url(QueueName=name)["QueueUrl"]

    def receive(self, most: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=most,
            WaitTimeSeconds=0,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        ).get("Messages", [])
        return found

    def delete(self, receipt_handles: Iterable[str]) -> None:
        handles = list(receipt_handles)
        for start in range(0, len(handles), 10):
            entries = [
                {"Id": str(number), "ReceiptHandle": handle}
                for number, handle in enumerate(handles[start : start + 10])
            ]
            self._sqs.delete_message_batch(QueueUrl=self._url, Entries=entries)


def received(message: Any, requested: Set[str]) -> dict[str, Any]:
    """A message as ReceiveMessage returns it, with the requested system attributes (or `All`)."""
    answer = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt_handle,
        "MD5OfBody": message.body_md5,
        "Body": message.body,
    }
    if message.message_attributes:
        answer["MessageAttributes"] = message.message_attributes
        answer["MD5OfMessageAttributes"] = message.attribute_md5
    if requested:
        answer["Attributes"] = {
            name: value
            for name, value in _system_attributes(message).items()
            if value is not None and ("All" in requested or name in requested)
        }
    return answer


def _system_attributes(message: Any) -> dict[str, str | None]:
    trace = message.system_attributes.get("AWSTraceHeader", {})
    return {
        "SenderId": message.sender_id,
        "SentTimestamp": str(message.sent_timestamp),
        "ApproximateReceiveCount": str(message.approximate_receive_count),
        "ApproximateFirstReceiveTimestamp": str(message.approximate_first_receive_timestamp),
        "AWSTraceHeader": trace.get("StringValue"),
        "DeadLetterQueueSourceArn": vars(message).get("dead_letter_queue_source_arn"),
        "MessageDeduplicationId": message.deduplication_id,
        "MessageGroupId": message.group_id,
        "SequenceNumber": message.sequence_number,
    }


def exists(name: str) -> bool:
    return name in sqs_backends[ACCOUNT][REGION].queues


def named(name: str) -> Any:
    """moto's queue. Raises KeyError if there is no queue of this name."""
    return sqs_backends[ACCOUNT][REGION].queues[name]


def depths(name: str) -> dict[str, int]:
    """The numbers of messages that wait, are in flight, and are delayed."""
    queue = named(name)
    return {
        "waiting": queue.approximate_number_of_messages,
        "in_flight": queue.approximate_number_of_messages_not_visible,
        "delayed": queue.approximate_number_of_messages_delayed,
    }


def stored(name: str) -> list[Any]:
    """moto's own list of all messages in a queue, oldest first. A change of the list changes the queue."""
    found: list[Any] = named(name)._messages
    return found


def messages(name: str) -> list[Any]:
    """A copy of the list of all messages in a queue: those that wait, are in flight or are delayed."""
    return list(stored(name))


def waiting(name: str) -> list[Any]:
    """The messages that a receive would find now."""
    found: list[Any] = named(name).messages
    return found


def send(name: str, body: str, attributes: dict[str, Any]) -> Any:
    """Sends a message to a queue. Returns moto's message."""
    return sqs_backends[ACCOUNT][REGION].send_message(name, body, message_attributes=dict(attributes))


def remove(name: str, message: Any) -> None:
    """Removes a message from a queue."""
    stored(name).remove(message)
    named(name).pending_messages.discard(message)


def hidden_until(name: str) -> dict[str, float]:
    """The end of the visibility timeout of each message in flight, by id, in seconds since the epoch."""
    return {m.id: m.visible_at / 1000 for m in stored(name) if not m.visible}


def put_back(name: str, message: Any) -> None:
    """Puts a removed message back to its place in the queue, which is by the time of sending."""
    bisect.insort(stored(name), message, key=lambda known: known.sent_timestamp)


def end_delays(name: str) -> None:
    """Ends the delay of every message in a queue."""
    for message in stored(name):
        message.delayed_until = 0


def make_visible() -> None:
    """Ends the delay and the visibility timeout of every message in every queue."""
    for name in sqs_backends[ACCOUNT][REGION].queues:
        for message in stored(name):
            message.delayed_until = message.visible_at = 0
