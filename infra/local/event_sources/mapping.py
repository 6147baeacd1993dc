"""The interface of event source mappings, the batch buffer, and partial batch responses.

A mapping decides which records the function gets, and what the function's answer causes. Its caller decides
when to poll. Therefore the local run, the tests and the simulation use the same code.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from infra.local.model.messages import Batch
from infra.local.model.stack import EventSource

Clock = Callable[[], float]
"""Seconds since the epoch."""


class EventSourceMapping(Protocol):
    """The caller polls a batch, invokes the function, and then calls either `complete` or `fail`.

    It handles one batch at a time. `request_id` is the request id of the invocation, if there was one.
    """

    source: EventSource

    def poll(self) -> Batch | None:
        """The next batch, or None if there is none to deliver now."""
        ...

    def complete(self, batch: Batch, answer: Any, request_id: str | None = None) -> None:
        """Handles the function's answer, which may list failed items."""
        ...

    def fail(self, batch: Batch, reason: str, request_id: str | None = None) -> None:
        """Handles a function that raised an exception, crashed or timed out."""
        ...


class BatchBuffer:
    """Collects the records of the next batch, which is complete when it is full or when the window has ended.

    The batching window starts with the first record. Records that the filter drops do not count. Without a
    window, the records of one read that pass the filter are a batch.
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html#invocation-eventsourcemapping-batching
    """

    def __init__(self, properties: Mapping[str, Any], usual_size: int, clock: Clock) -> None:
        self._size = int(properties.get("BatchSize", usual_size))
        self._window_seconds = float(properties.get("MaximumBatchingWindowInSeconds", 0))
        self._clock, self._since = clock, 0.0
        self.records: list[dict[str, Any]] = []

    @property
    def room(self) -> int:
        """The number of records that the batch still needs."""
        return 0 if self.records and not self._window_seconds else self._size - len(self.records)

    def add(self, records: Iterable[dict[str, Any]]) -> None:
        if not self.records:
            self._since = self._clock()
        self.records += records

    def take(self) -> tuple[dict[str, Any], ...]:
        """The batch if it is complete; otherwise an empty tuple."""
        if self.room > 0 and self._clock() - self._since < self._window_seconds:
            return ()
        taken, self.records = tuple(self.records), []
        return taken


def failed_items(answer: Any, known: Sequence[str], *, reports: bool) -> list[str] | None:
    """The identifiers in a partial batch response; None if the whole batch has failed.

    An empty or absent list means success. A malformed answer means that the whole batch has failed. So
    does an identifier that is empty or not in the batch.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
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
    """Whether the mapping reads partial batch responses."""
    return "ReportBatchItemFailures" in (source.properties.get("FunctionResponseTypes") or ())
