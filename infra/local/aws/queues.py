"""moto's queues from inside: a look changes nothing, as a receive would, and nothing costs what calls do."""

import contextlib
from collections.abc import Iterable, Set
from typing import Any

from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import sqs_backends

from infra.local.model.credentials import ACCOUNT, REGION


class MotoQueue:
    """One that a mapping is polled for: what it does is what the calls would do, which cost far more."""

    def __init__(self, name: str) -> None:
        self._name = name

    def receive(self, most: int) -> list[dict[str, Any]]:
        """As ReceiveMessage answers it, with all attributes."""
        if not waiting(self._name):
            return []
        hidden_seconds = named(self._name).visibility_timeout
        found = sqs_backends[ACCOUNT][REGION].receive_message(self._name, most, 0, hidden_seconds, ["All"])
        return [received(message, {"All"}) for message in found]

    def delete(self, receipt_handles: Iterable[str]) -> None:
        """Passes over what somebody else took out, as DeleteMessageBatch would, which tells of it."""
        for handle in receipt_handles:
            with contextlib.suppress(ReceiptHandleIsInvalid):
                named(self._name).delete_message(handle)


def is_there(name: str) -> bool:
    """Whether there is a queue of this name."""
    return name in sqs_backends[ACCOUNT][REGION].queues


class AskedQueue:
    """The same by calls: for another process's moto, or where calls are counted."""

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


def received(message: Any, wanted: Set[str]) -> dict[str, Any]:
    """A message as ReceiveMessage answers it, with the system attributes that are wanted, or `All`."""
    told = {
        "MessageId": message.id,
        "ReceiptHandle": message.receipt_handle,
        "MD5OfBody": message.body_md5,
        "Body": message.body,
    }
    if message.message_attributes:
        told["MessageAttributes"] = message.message_attributes
        told["MD5OfMessageAttributes"] = message.attribute_md5
    if wanted:
        told["Attributes"] = {
            name: value
            for name, value in _system_attributes(message).items()
            if value is not None and ("All" in wanted or name in wanted)
        }
    return told


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


def named(name: str) -> Any:
    """moto's queue. Raises KeyError if there is none of that name."""
    return sqs_backends[ACCOUNT][REGION].queues[name]


def depths(name: str) -> dict[str, int]:
    """How many messages wait, are in flight, and are delayed."""
    queue = named(name)
    return {
        "waiting": queue.approximate_number_of_messages,
        "in_flight": queue.approximate_number_of_messages_not_visible,
        "delayed": queue.approximate_number_of_messages_delayed,
    }


def messages(name: str) -> list[Any]:
    """All of its messages, oldest first: those that wait, are in flight or are delayed."""
    return list(named(name)._messages)


def waiting(name: str) -> list[Any]:
    """Those that a receive would find now."""
    found: list[Any] = named(name).messages
    return found


def send(name: str, body: str, attributes: dict[str, Any]) -> Any:
    """Puts a new message into a queue; its message."""
    return sqs_backends[ACCOUNT][REGION].send_message(name, body, message_attributes=dict(attributes))


def remove(name: str, message: Any) -> None:
    """Takes a message out of a queue."""
    queue = named(name)
    queue._messages.remove(message)
    queue.pending_messages.discard(message)
