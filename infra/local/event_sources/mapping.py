"""What every event source mapping has: how it is polled, and how it reads a function's answer.

A mapping decides which records a function is invoked with, and what its answer does; it does not decide when.
So the local run, the tests and the simulation drive the same code.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from infra.local.model.messages import Batch
from infra.local.model.stack import EventSource

Clock = Callable[[], float]
"""Seconds since the epoch."""


class EventSourceMapping(Protocol):
    """`poll`, invoke, then exactly one of `complete` and `fail`; one batch at a time.

    `request_id` is the invocation's, where there was one.
    """

    source: EventSource

    def poll(self) -> Batch | None:
        """The next batch, or None while there is none to deliver."""
        ...

    def complete(self, batch: Batch, answer: Any, request_id: str | None = None) -> None:
        """The function answered; the answer may list failed items."""
        ...

    def fail(self, batch: Batch, reason: str, request_id: str | None = None) -> None:
        """The function raised, crashed or ran out of time."""
        ...


class BatchBuffer:
    """The records of the next batch: it is due when it is full, or when the batching window is over.

    The window begins with the first record, and records that the filter drops do not count. Without a window,
    what passes of one read is a batch.
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
    """

    def __init__(self, properties: Mapping[str, Any], usual_size: int, clock: Clock) -> None:
        self._size = int(properties.get("BatchSize", usual_size))
        self._window_seconds = float(properties.get("MaximumBatchingWindowInSeconds", 0))
        self._clock, self._since = clock, 0.0
        self.records: list[dict[str, Any]] = []

    @property
    def room(self) -> int:
        """How many more records it takes."""
        return 0 if self.records and not self._window_seconds else self._size - len(self.records)

    def add(self, records: Iterable[dict[str, Any]]) -> None:
        if not self.records:
            self._since = self._clock()
        self.records += records

    def take(self) -> tuple[dict[str, Any], ...]:
        """The batch, if it is due; else nothing."""
        if self.room > 0 and self._clock() - self._since < self._window_seconds:
            return ()
        taken, self.records = tuple(self.records), []
        return taken


def failed_items(answer: Any, known: Sequence[str], *, reports: bool) -> list[str] | None:
    """Identifiers that a partial batch response names; None where the whole batch counts as failed.

    An empty or absent list is success. A malformed answer fails everything, and so does an identifier that is
    empty or not in the batch: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html.
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
    return "ReportBatchItemFailures" in (source.properties.get("FunctionResponseTypes") or ())
