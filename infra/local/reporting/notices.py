"""The notices of a run: what happened to its terminals, stacks and code, for the console and the page."""

import itertools
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Literal

from infra.local.reporting import console

LIMIT = 50
"""The number of notices that are kept."""

Kind = Literal[
    "joined",
    "left",
    "attached",
    "stopped",
    "started",
    "restarted",
    "reloaded",
    "broken",
    "failed",
    "incomplete",
    "outdated",
    "fault",
]
"""A stack joined or left; a terminal attached; a service stopped or started; a process restarted; code was
reloaded, or cannot be imported; an invocation or a message failed; an event type lacks a part; a template
changed after the start; a fault of an AWS call happened."""


@dataclass(frozen=True)
class Failure:
    """An exception of a function, for the console and the page.

    `place` is the deepest line of the user's code, such as `payment/decisions.py:34`. The fields of a message
    are None if the exception belongs to none, such as an import that fails.
    """

    service: str
    function: str | None
    type: str
    text: str
    place: str | None = None
    traceback: str = ""
    request_id: str | None = None
    message_id: str | None = None
    order_id: str | None = None
    event_type: str | None = None
    attempt: int | None = None
    """The message's receive count."""
    next_at: float | None = None
    """The time of the next attempt, in seconds since the epoch."""


@dataclass(frozen=True)
class Notice:
    """A notice. `id` increases by one with each notice of the run."""

    id: int
    kind: Kind
    text: str
    service: str | None = None
    stack: str | None = None
    failure: Failure | None = None
    at: float = field(default_factory=time.time)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Notices:
    """The newest notices. Each is also passed to `show`, which prints it on the console."""

    def __init__(self, show: Callable[[Notice], None] = lambda notice: None) -> None:
        self._show, self._ids = show, itertools.count(1)
        self.newest: deque[Notice] = deque(maxlen=LIMIT)
        self.broken: dict[str, Failure] = {}
        """The functions whose code cannot be imported, by logical id."""

    def add(
        self,
        kind: Kind,
        text: str,
        service: str | None = None,
        stack: str | None = None,
        failure: Failure | None = None,
    ) -> None:
        notice = Notice(next(self._ids), kind, text, service, stack, failure)
        self.newest.append(notice)
        self._show(notice)


def show(notice: Notice) -> None:
    """Prints what the terminals of the functions do not print, such as who joined, and each next attempt."""
    name = notice.service or notice.stack or "run"
    if notice.kind in ("joined", "left", "attached", "stopped", "started", "outdated", "fault"):
        console.announce(name, notice.text)
    elif notice.failure is not None and notice.failure.next_at is not None:
        failure, at = notice.failure, datetime.fromtimestamp(notice.failure.next_at)
        left = max(0, round(notice.failure.next_at - notice.at))
        what = failure.event_type or failure.function
        attempt = f"attempt {failure.attempt + 1}" if failure.attempt else "next attempt"
        console.announce(name, f"{what}: {attempt} at {at:%H:%M:%S}, in {left} s", failure.order_id)
