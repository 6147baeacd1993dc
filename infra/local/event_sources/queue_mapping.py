"""The event source mapping of an SQS queue: failed messages return after the visibility timeout."""

import time
from collections.abc import Iterable
from typing import Any, Protocol

from infra.local.event_sources.mapping import BatchBuffer, Clock, failed_items, reports_failures
from infra.local.event_sources.records import sqs_record
from infra.local.model.messages import Batch
from infra.local.model.stack import EventSource
from infra.local.patterns.filters import record_filter

USUAL_BATCH_SIZE = 10


class SourceQueue(Protocol):
    """The calls of SQS that an event source mapping makes."""

    def receive(self, most: int) -> list[dict[str, Any]]:
        """Receives up to `most` messages, in ReceiveMessage's format, without waiting. The maximum is ten."""
        ...

    def delete(self, receipt_handles: Iterable[str]) -> None:
        """Deletes messages. Ignores messages that no longer exist."""
        ...


class QueueMapping:
    """Deletes the messages that the function has processed, and those that match no filter."""

    def __init__(self, source: EventSource, queue: SourceQueue, clock: Clock = time.time) -> None:
        self.source, self._queue = source, queue
        self._passes = record_filter(source.properties, "body")
        self._buffer = BatchBuffer(source.properties, USUAL_BATCH_SIZE, clock)
        self._has_window = int(source.properties.get("MaximumBatchingWindowInSeconds", 0)) > 0

    def poll(self) -> Batch | None:
        self._fill_buffer()
        records = self._buffer.take()
        return Batch(records) if records else None

    def complete(self, batch: Batch, answer: Any, request_id: str | None = None) -> None:
        known = [record["messageId"] for record in batch.records]
        failed = failed_items(answer, known, reports=reports_failures(self.source))
        if failed is None:
            return
        self._queue.delete(
            record["receiptHandle"] for record in batch.records if record["messageId"] not in failed
        )

    def fail(self, batch: Batch, reason: str, request_id: str | None = None) -> None:
        """Does nothing: SQS delivers the messages again after the visibility timeout."""

    def _fill_buffer(self) -> None:
        while (wanted := min(10, self._buffer.room)) > 0:
            messages = self._queue.receive(wanted)
            self._buffer.add(self._filtered(messages))
            if len(messages) < wanted:
                return

    def _filtered(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The records that pass the filters. Deletes the other messages, as Lambda does."""
        records = [
            sqs_record(message, self.source.arn, batching_window=self._has_window) for message in messages
        ]
        passed = [record for record in records if self._passes(record)]
        if len(passed) < len(records):
            self._queue.delete(record["receiptHandle"] for record in records if record not in passed)
        return passed
