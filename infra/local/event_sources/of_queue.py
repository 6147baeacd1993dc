"""The event source mapping of an SQS queue: failed messages come again after their visibility timeout."""

import time
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from infra.local.event_sources.mapping import Batch, Clock, failed_items, reports_failures
from infra.local.stack import EventSource


class Queue(Protocol):
    """What a mapping needs of its queue."""

    def receive(self, most: int) -> list[dict[str, Any]]:
        """Up to so many messages, ten at most, as ReceiveMessage answers them; at once, if there are none."""
        ...

    def delete(self, receipt_handles: Iterable[str]) -> None:
        """Those that are no longer there are passed over."""
        ...


class QueueMapping:
    """An SQS queue: what fails stays in the queue, and comes back after its visibility timeout."""

    def __init__(self, source: EventSource, queue: Queue, clock: Clock = time.time) -> None:
        self.source, self._queue, self._clock = source, queue, clock
        self._size = int(source.properties.get("BatchSize", 10))
        self._window_seconds = float(source.properties.get("MaximumBatchingWindowInSeconds", 0))
        self._gathered: list[dict[str, Any]] = []
        self._since = 0.0

    def poll(self) -> Batch | None:
        self._gather()
        full = len(self._gathered) >= self._size
        if not self._gathered or not (full or self._clock() - self._since >= self._window_seconds):
            return None
        batch, self._gathered = Batch(tuple(self._gathered)), []
        return batch

    def complete(self, batch: Batch, answer: Any) -> None:
        known = [record["messageId"] for record in batch.records]
        failed = failed_items(answer, known, reports=reports_failures(self.source))
        if failed is None:
            return
        self._queue.delete(
            record["receiptHandle"] for record in batch.records if record["messageId"] not in failed
        )

    def fail(self, batch: Batch, reason: str) -> None:
        """Nothing to do: the visibility timeout brings the messages back."""

    def _gather(self) -> None:
        while len(self._gathered) < self._size:
            wanted = min(10, self._size - len(self._gathered))
            messages = self._queue.receive(wanted)
            if messages and not self._gathered:
                self._since = self._clock()
            self._gathered += [sqs_record(message, self.source.arn) for message in messages]
            if len(messages) < wanted:
                return


def sqs_record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """A received message as Lambda hands it over."""
    attributes = {
        name: {
            "stringValue": value.get("StringValue"),
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": value["DataType"],
        }
        for name, value in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": dict(message["Attributes"]),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
