"""What a user does with a queue: browse, send, redrive, discard and restore messages, and inject faults."""

from collections import Counter, OrderedDict
from http import HTTPStatus
from typing import Any

from infra.live import dead_letters
from infra.live.problems import Problem
from infra.live.requests import Message, QueueChange, Redrive
from infra.live.state import set_delay
from infra.live.topology import Queue
from infra.local.aws import queues
from infra.local.control.project import RunParts
from infra.local.reporting.journal import Journal, QueueInput

KEPT = 200
"""The number of discarded messages that a user can restore."""


class QueueActions:
    """The actions of a run's page. Remembers what was redriven and discarded."""

    def __init__(self, parts: RunParts, journal: Journal) -> None:
        self._parts, self._journal = parts, journal
        self._redriven: Counter[str] = Counter()
        self._discarded: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def browse(self, queue: Queue, offset: int) -> dict[str, Any]:
        """A page of the queue's messages, which it does not receive."""
        return dead_letters.list_messages(queue.name, self._parts.faults.originals, self._redriven, offset)

    def change(self, queue: Queue, change: QueueChange) -> None:
        """Injects faults into the queue's messages. Raises Problem for a dead-letter queue."""
        if queue.holds_dead_letters:
            reason = f"{queue.name} is a dead-letter queue without a consumer: it has no faults"
            raise Problem(HTTPStatus.CONFLICT, reason)
        faults = self._parts.faults.queue(queue.name)
        for name in ("duplicate", "reorder", "break_next"):
            value = getattr(change, name)
            if value is not None:
                setattr(faults, name, value)
        if change.delay_seconds is not None:
            if faults.original_delay_seconds is None:
                faults.original_delay_seconds = int(queues.named(queue.name).delay_seconds)
            set_delay(queue.name, change.delay_seconds)
        if change.deliver_now:
            queues.end_delays(queue.name)
        # Inject now: no mapping polls while the service is stopped, and the page shows the changed messages.
        self._parts.deliveries.inject_faults(queue.name)
        self._parts.deliveries.poll_now()

    def send(self, queue: Queue, message: Message) -> dict[str, Any]:
        sent = queues.send(queue.name, message.body, {})
        self._sent(queue.name, [message.body])
        return {"message_id": sent.id}

    def redrive(self, queue: Queue, redrive: Redrive) -> dict[str, Any]:
        """Moves messages back to the source queue. Raises Problem if there is none."""
        if queue.source is None:
            reason = f"{queue.name} has no source queue"
            if queue.holds_dead_letters:
                reason += ": run `choreo republish` to publish the relay's events again"
            raise Problem(HTTPStatus.CONFLICT, reason)
        bodies = dead_letters.redrive(queue.name, queue.source, redrive.message_id, redrive.body)
        self._redriven.update(bodies)
        self._sent(queue.source, bodies)
        return {"moved": len(bodies), "to": queue.source}

    def discard(self, queue: Queue, message_id: str) -> dict[str, Any]:
        """Removes a message. Raises Problem if the queue does not have it."""
        message = dead_letters.find(queue.name, message_id)
        queues.remove(queue.name, message)
        self._discarded[queue.name, message_id] = message
        while len(self._discarded) > KEPT:
            self._discarded.popitem(last=False)
        return {"discarded": message_id}

    def restore(self, queue: Queue, message_id: str) -> dict[str, Any]:
        """Puts a discarded message back, unchanged. Raises Problem if it was not discarded here."""
        message = self._discarded.pop((queue.name, message_id), None)
        if message is None:
            reason = f"{message_id} is not among the messages that were discarded from {queue.name}"
            raise Problem(HTTPStatus.NOT_FOUND, reason)
        queues.put_back(queue.name, message)
        self._parts.deliveries.poll_now()
        return {"restored": message_id}

    def _sent(self, name: str, bodies: list[str]) -> None:
        self._journal.note(QueueInput(name, bodies))
        self._parts.deliveries.poll_now()
