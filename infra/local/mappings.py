"""Event source mappings with Lambda's semantics: what a function is invoked with, and what its answer does.

A mapping is polled for a batch, and told how the invocation ended; it makes no decision about when. So the
local run, the tests and the simulation drive the same code.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from infra.local.stack import EventSource

Clock = Callable[[], float]
"""Seconds since the epoch."""


@dataclass(frozen=True)
class Batch:
    """Records to invoke the function with once."""

    records: tuple[dict[str, Any], ...]

    @property
    def event(self) -> dict[str, Any]:
        return {"Records": list(self.records)}


class EventSourceMapping(Protocol):
    """`poll`, invoke, then exactly one of `complete` and `fail`; one batch at a time."""

    source: EventSource

    def poll(self) -> Batch | None:
        """The next batch, or None while there is none to deliver."""
        ...

    def complete(self, batch: Batch, answer: Any) -> None:
        """The function answered; the answer may list failed items."""
        ...

    def fail(self, batch: Batch, reason: str) -> None:
        """The function raised, crashed or ran out of time."""
        ...


def failed_items(answer: Any, known: Sequence[str], *, reports: bool) -> list[str] | None:
    """Identifiers that a partial batch response names; None where the whole batch counts as failed.

    As the Lambda developer guide says: an empty or absent list is success; a malformed answer, an empty
    identifier or one that is not in the batch is a failure of everything.
    """
    if not reports or not answer:
        return []
    if not isinstance(answer, Mapping):
        return None
    failures = answer.get("batchItemFailures") or []
    try:
        identifiers = [failure["itemIdentifier"] for failure in failures]
    except (KeyError, TypeError):
        return None
    return identifiers if all(identifier in known for identifier in identifiers) else None


def reports_failures(source: EventSource) -> bool:
    return "ReportBatchItemFailures" in source.properties.get("FunctionResponseTypes", ())


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
