"""Counts what a service did with its messages, and how long its functions took."""

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Any

KEPT = 200
"""The number of deliveries from which the 95th percentile is computed."""


@dataclass
class ServiceCounts:
    """The messages that a service handled, and those that it failed to handle, per attempt."""

    handled: int = 0
    failed: int = 0
    durations_seconds: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    """Of the last deliveries: the time of one invocation with a batch."""

    _dead_letters: int = 0
    """The messages of running deliveries that are in the dead-letter queue already."""

    def add_delivery(self, messages: int, failed: int, seconds: float) -> None:
        dead = min(self._dead_letters, messages - failed)
        self._dead_letters -= dead
        self.handled += messages - failed - dead
        self.failed += failed + dead
        self.durations_seconds.append(seconds)

    def add_dead_letter(self) -> None:
        """The consumer moved a message to the dead-letter queue: it acknowledges it without handling it."""
        self._dead_letters += 1

    def to_json(self) -> dict[str, Any]:
        return {"handled": self.handled, "failed": self.failed, "p95_seconds": self._p95()}

    def _p95(self) -> float | None:
        """The 95th percentile of the durations, by nearest rank; None if there was no delivery."""
        ordered = sorted(self.durations_seconds)
        return ordered[math.ceil(0.95 * len(ordered)) - 1] if ordered else None
