"""The time that the current invocation has left, and the rule that no call begins which could outlast it.

Lambda ends a function at its timeout. That would fail a whole batch, also the messages that were handled, and
use up one receive of each; and API Gateway would answer an HTTP request itself, without a problem document.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Protocol

from choreography.errors import NoTimeLeft


class Context(Protocol):
    """What is used of Lambda's context."""

    def get_remaining_time_in_millis(self) -> int: ...


@dataclass(frozen=True)
class Deadline:
    """`reserve_seconds` is kept for the calls that end an invocation in good order."""

    context: Context
    reserve_seconds: float


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def deadline(context: Context, reserve_seconds: float = 0) -> Iterator[None]:
    """Applies the rule to the calls of one invocation. Without it, as in a command, every call may begin."""
    token = _current.set(Deadline(context, reserve_seconds))
    try:
        yield
    finally:
        _current.reset(token)


def check(longest_seconds: float, *, from_reserve: bool = False) -> None:
    """Call it before a call that may take this long. Raises NoTimeLeft if it could outlast the invocation."""
    current = _current.get()
    if current is None:
        return
    left = current.context.get_remaining_time_in_millis() / 1000
    needed = longest_seconds + (0 if from_reserve else current.reserve_seconds)
    if left < needed:
        raise NoTimeLeft(f"{left:.1f} s are left; the next call needs {needed:.1f} s")
