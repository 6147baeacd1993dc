"""Fault injection: stops and slows services; duplicates, reorders and breaks messages; fails AWS calls.

Faults change the waiting messages of a queue before an event source mapping receives them. A function's
process gets the faults of its AWS calls with an invocation. The functions run unchanged.
"""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

from infra.local.aws import queues
from infra.local.model.call_faults import CallFault

REORDER_SECONDS = 3.0
"""The maximum random delay of each message while reordering, so that later messages overtake it."""
ORIGINALS_LIMIT = 100


@dataclass
class ServiceFaults:
    """The faults of a service: invocations start `slow_seconds` late, and none while `running` is unset."""

    running: asyncio.Event = field(default_factory=asyncio.Event)
    slow_seconds: float = 0.0


@dataclass
class QueueFaults:
    """The faults for the messages of a queue."""

    duplicate: bool = False
    reorder: bool = False
    break_next: bool = False
    original_delay_seconds: int | None = None
    """The queue's DelaySeconds before a user changed it on the live page; None if it is unchanged."""
    processed: set[str] = field(default_factory=set)
    """The ids of messages in the queue that already have the faults."""

    @property
    def any(self) -> bool:
        return self.duplicate or self.reorder or self.break_next


class Faults:
    """The faults of each service and each queue, by name. At first there are none."""

    def __init__(self, chance: random.Random | None = None) -> None:
        self._services: dict[str, ServiceFaults] = {}
        self._queues: dict[str, QueueFaults] = {}
        self._random = chance or random.Random()
        self.calls: dict[str, CallFault] = {}
        """The faults of AWS calls that have not happened yet, by id."""
        self.originals: dict[str, str] = {}
        """The original bodies of the last broken messages, by broken body."""

    def service(self, name: str) -> ServiceFaults:
        if name not in self._services:
            self._services[name] = ServiceFaults()
            self._services[name].running.set()
        return self._services[name]

    def queue(self, name: str) -> QueueFaults:
        return self._queues.setdefault(name, QueueFaults())

    def of_calls(self, functions: set[str]) -> list[CallFault]:
        """The faults of AWS calls of a function, which is given by its name and its service."""
        return [fault for fault in self.calls.values() if fault.function in functions]

    def remove(self, services: set[str], queue_names: set[str]) -> None:
        """Removes the faults of a stack that is removed."""
        for service in services:
            self._services.pop(service, ServiceFaults()).running.set()
        for name in queue_names:
            self._queues.pop(name, None)

    def inject(self, name: str) -> list[str]:
        """Injects the queue's faults into waiting messages that do not have them yet.

        Returns the bodies of the messages that it added or changed.
        """
        faults = self._queues.get(name)
        if faults is None or not faults.any:
            return []
        waiting, bodies = queues.waiting(name), []
        if waiting and faults.break_next:
            faults.break_next = False
            bodies.append(self._break(waiting[0]))
        faults.processed &= {message.id for message in queues.messages(name)}
        for message in waiting:
            if message.id in faults.processed:
                continue
            faults.processed.add(message.id)
            if faults.duplicate:
                copy = queues.send(name, message.body, message.message_attributes)
                faults.processed.add(copy.id)
                bodies.append(message.body)
                self._delay_to_reorder(copy, faults)
            self._delay_to_reorder(message, faults)
        return bodies

    def _delay_to_reorder(self, message: Any, faults: QueueFaults) -> None:
        if faults.reorder:
            # A delay, as DelaySeconds causes: a visibility timeout would increase the receive count.
            delay_ms = self._random.random() * REORDER_SECONDS * 1000
            message.delayed_until = max(message.delayed_until, time.time() * 1000 + delay_ms)

    def _break(self, message: Any) -> str:
        original: str = message.body
        message.body = without_data(original)
        self.originals[message.body] = original
        while len(self.originals) > ORIGINALS_LIMIT:
            del self.originals[next(iter(self.originals))]
        return str(message.body)


def without_data(body: str) -> str:
    """Removes an event's data, which breaks its contract. Appends text to a body that is not an event."""
    try:
        event = json.loads(body)
        del event["data"]
    except (ValueError, TypeError, KeyError):
        return body + " …"
    return json.dumps(event)
