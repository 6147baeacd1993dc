"""Trouble on purpose: services stopped and slowed, messages duplicated, reordered and broken.

All of it is done to the messages that are there, before a mapping receives them; the functions run unchanged.
"""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

from infra.local.aws import queues

REORDER_SECONDS = 3.0
"""Reordered messages are held back by up to so much, each for itself, so that later ones overtake."""
ORIGINALS = 100


@dataclass
class ServiceFaults:
    """What is done to a service: `slow_seconds` are added before each invocation."""

    running: asyncio.Event = field(default_factory=asyncio.Event)
    slow_seconds: float = 0.0


@dataclass
class QueueFaults:
    """What is done to the messages that wait in a queue, and to those that come."""

    duplicate: bool = False
    reorder: bool = False
    break_next: bool = False
    original_delay_seconds: int | None = None
    """The queue's own DelaySeconds, once it was changed on purpose."""
    seen: set[str] = field(default_factory=set)
    """Ids of the messages that it was done to already; no more than the queue holds."""

    @property
    def any(self) -> bool:
        return self.duplicate or self.reorder or self.break_next


class Faults:
    """By service name and by queue name; both are well until something is asked for."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._services: dict[str, ServiceFaults] = {}
        self._queues: dict[str, QueueFaults] = {}
        self._random = chance or random.Random()
        self.originals: dict[str, str] = {}
        """What broken bodies were before; the last ones."""

    def service(self, name: str) -> ServiceFaults:
        if name not in self._services:
            self._services[name] = ServiceFaults()
            self._services[name].running.set()
        return self._services[name]

    def queue(self, name: str) -> QueueFaults:
        return self._queues.setdefault(name, QueueFaults())

    def remove(self, services: set[str], queue_names: set[str]) -> None:
        """They left; should they come back, they are well."""
        for service in services:
            self._services.pop(service, ServiceFaults()).running.set()
        for name in queue_names:
            self._queues.pop(name, None)

    def inject(self, name: str) -> list[str]:
        """Does what was asked for to messages that wait and that it was not done to yet.

        Returns the bodies that it put in or changed.
        """
        faults = self._queues.get(name)
        if faults is None or not faults.any:
            return []
        waiting, made = queues.waiting(name), []
        if waiting and faults.break_next:
            faults.break_next = False
            made.append(self._break(waiting[0]))
        faults.seen &= {message.id for message in queues.messages(name)}
        for message in waiting:
            if message.id in faults.seen:
                continue
            faults.seen.add(message.id)
            if faults.duplicate:
                copy = queues.send(name, message.body, message.message_attributes)
                faults.seen.add(copy.id)
                made.append(message.body)
                self._hold(copy, faults)
            self._hold(message, faults)
        return made

    def _hold(self, message: Any, faults: QueueFaults) -> None:
        if faults.reorder:
            # As if it were late: a visibility timeout would cost it one of its receives.
            message.delayed_until = max(message.delayed_until, time.time() * 1000 + self._late_ms())

    def _late_ms(self) -> float:
        return self._random.random() * REORDER_SECONDS * 1000

    def _break(self, message: Any) -> str:
        original: str = message.body
        message.body = without_data(original)
        self.originals[message.body] = original
        while len(self.originals) > ORIGINALS:
            del self.originals[next(iter(self.originals))]
        return str(message.body)


def without_data(body: str) -> str:
    """An event without its data, which no contract allows; what was no event is so no more."""
    try:
        event = json.loads(body)
        del event["data"]
    except (ValueError, TypeError, KeyError):
        return body + " …"
    return json.dumps(event)
