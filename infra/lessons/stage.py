"""A lesson in progress: the orders that it placed, and the faults that it must take back."""

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from types import TracebackType
from typing import Any
from urllib.error import HTTPError
from uuid import uuid4

from infra.lessons.system import System, wait_until

VISIBILITY_SECONDS = 5
"""The visibility timeout of the consumers' queues during a lesson, instead of four minutes."""
SETTLE_SECONDS = 40
QUIET_POLLS = 3
"""The number of polls in a row that must find no message, before the system counts as quiet."""

Say = Callable[[str], None]


class Stage:
    """One system, while a lesson plays on it. Leaving the context removes all faults of the lesson."""

    def __init__(self, system: System, say: Say = lambda _: None) -> None:
        self.system, self.say = system, say
        self.orders: dict[str, str] = {}
        """The customer of each order that the API accepted, by order id."""
        self._suffix = uuid4().hex[:4]
        self.faults: list[str] = []
        """The ids of the faults of AWS calls."""
        self.undo = ExitStack()

    def __enter__(self) -> "Stage":
        self._shorten_visibility()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # the system may have ended
            self.undo.close()

    @property
    def order_id(self) -> str:
        """The order that the lesson is about: the last one."""
        return next(reversed(self.orders))

    def customer(self, name: str) -> str:
        """A customer of this lesson alone: the system may have orders of others."""
        return f"{name}-{self._suffix}"

    def wait_for(self, condition: Callable[[], bool], what: str, seconds: float = SETTLE_SECONDS) -> None:
        wait_until(condition, seconds, what)

    def happened(self) -> bool:
        """Whether all faults of AWS calls have happened."""
        waiting = {fault["id"] for fault in self.system.state()["call_faults"]}
        return waiting.isdisjoint(self.faults)

    def settle(self) -> None:
        """Waits until no message waits, or until SETTLE_SECONDS have passed: an order may hang."""
        self.wait_for(self.happened, "the fault")
        quiet, deadline = 0, time.monotonic() + SETTLE_SECONDS
        while quiet < QUIET_POLLS and time.monotonic() < deadline:
            time.sleep(0.2)
            quiet = quiet + 1 if _quiet(self.system.state()) else 0

    def remove_fault(self, fault_id: str) -> None:
        with suppress(HTTPError):  # it has happened
            self.system.page("DELETE", f"call-faults/{fault_id}")

    def _shorten_visibility(self) -> None:
        sqs = self.system.client("sqs")
        for url in {
            f.environment["QUEUE_URL"] for f in self.system.functions if "QUEUE_URL" in f.environment
        }:
            name = "VisibilityTimeout"
            before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[name])["Attributes"]
            sqs.set_queue_attributes(QueueUrl=url, Attributes={name: str(VISIBILITY_SECONDS)})
            self.undo.callback(sqs.set_queue_attributes, QueueUrl=url, Attributes=before)


def _quiet(state: dict[str, Any]) -> bool:
    """Whether no message waits and no event is unpublished. The reminders of deadlines wait for long."""
    queues = [queue for name, queue in state["queues"].items() if not name.endswith("DeadLetters")]
    waiting = sum(
        queue["waiting"] + queue["in_flight"] + (0 if _delays_all(queue) else queue["delayed"])
        for queue in queues
    )
    return not waiting and not any(service["unpublished"] for service in state["services"].values())


def _delays_all(queue: dict[str, Any]) -> bool:
    """Whether the template gives the queue a delay."""
    return bool(queue["delay_seconds"]) and not queue["slowed"]
