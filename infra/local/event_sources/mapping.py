"""What every event source mapping has: how it is polled, and how it reads a function's answer.

A mapping decides which records a function is invoked with, and what its answer does; it does not decide when.
So the local run, the tests and the simulation drive the same code.
"""

from collections.abc import Callable, Mapping, Sequence
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
