"""A lesson in progress: the orders that it placed, and the faults that it must take back."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, suppress
from functools import cached_property
from types import TracebackType
from typing import Any
from urllib.error import HTTPError
from uuid import uuid4

from infra.lessons.errors import LessonFailed
from infra.lessons.seen import Accepted, Seen
from infra.lessons.system import POLL_SECONDS, System, wait_until

VISIBILITY_SECONDS = 5
"""The visibility timeout of the consumers' queues during a lesson, instead of four minutes."""
SETTLE_SECONDS = 120
"""How long a lesson waits for an effect, and for a quiet system: seconds on an idle machine."""
HANGS_SECONDS = 15
"""How long a lesson without its safeguard waits for a message that still fails."""
QUIET_POLLS = 3
"""The number of polls in a row that must find no message, before the system counts as quiet."""

Say = Callable[[str], None]


class Stage:
    """One system, while a lesson plays on it. Leaving the context removes all faults of the lesson."""

    def __init__(self, system: System, say: Say = lambda _: None) -> None:
        self.system, self.say = system, say
        self.orders: dict[str, str] = {}
        """The customer of each order that the API accepted, by order id."""
        self.accepted: list[Accepted] = []
        self.delivered: set[str] = set()
        """The orders whose parcels the carrier delivered."""
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

    def wait_for_effect(
        self, condition: Callable[[], bool], what: str, seconds: float = SETTLE_SECONDS
    ) -> None:
        """Waits for an effect of messages. Raises LessonFailed.

        Without a safeguard, it gives up when the system is quiet, because the effect then never comes.
        """
        if self.system.without is None:
            self.wait_for(condition, what, seconds)
        elif not self._until_quiet(condition, seconds):
            raise LessonFailed(f"{what} did not happen")

    def happened(self) -> bool:
        """Whether all faults of AWS calls have happened."""
        waiting = {fault["id"] for fault in self.system.state()["call_faults"]}
        return waiting.isdisjoint(self.faults)

    def settle(self) -> None:
        """Waits until all faults have happened, and then until no message waits: an order may hang."""
        self.wait_for_effect(self.happened, "the fault")
        self.calm()

    def calm(self) -> None:
        """Waits until no message waits. Raises LessonFailed if one still does after a time.

        Without a safeguard, it gives up sooner and in silence: a message may never succeed.
        """
        if self.system.without is None:
            quiet = self._quiet_polls()
            self.wait_for(lambda: next(quiet) == QUIET_POLLS, "the end of all messages")
        else:
            self._until_quiet(lambda: False, HANGS_SECONDS)

    def _until_quiet(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Whether the condition holds, before the system is quiet or the time is over."""
        quiet, deadline = self._quiet_polls(), time.monotonic() + seconds
        while not condition():
            if next(quiet) == QUIET_POLLS or time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def _quiet_polls(self) -> Iterator[int]:
        """Polls the system at each step. Yields the number of polls in a row that found no message."""
        polls = 0
        while True:
            polls = polls + 1 if _quiet(self.system.state(), self._owners) else 0
            yield polls

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The service that consumes each queue."""
        return {queue["name"]: queue["service"] for queue in self.system.page("GET", "map")["queues"]}

    def accept(self, order_id: str, customer: str, body: Mapping[str, Any], key: str) -> None:
        """Notes a request that the API accepted."""
        self.orders[order_id] = customer
        self.accepted.append(Accepted(order_id, customer, body, key))

    def seen(self, order_ids: Iterable[str]) -> Seen:
        """What customers and the carrier have seen of these orders."""
        histories = {
            order_id: self.system.call("GET", f"/orders/{order_id}/history")["events"]
            for order_id in order_ids
        }
        return Seen(self.accepted, self.delivered, histories)

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


def _quiet(state: dict[str, Any], owners: Mapping[str, str]) -> bool:
    """Whether no message waits and no event is unpublished, except in services that are stopped.

    The reminders of deadlines do not count, because they wait for long.
    """
    running = {name for name, service in state["services"].items() if service["running"]}
    waiting = sum(
        queue["waiting"] + queue["in_flight"] + (0 if _delays_all(queue) else queue["delayed"])
        for name, queue in state["queues"].items()
        if not name.endswith("DeadLetters") and owners.get(name) in (None, *running)
    )
    return not waiting and not any(state["services"][name]["unpublished"] for name in running)


def _delays_all(queue: dict[str, Any]) -> bool:
    """Whether the template gives the queue a delay."""
    return bool(queue["delay_seconds"]) and not queue["slowed"]
