"""How a service handles an event: at most one intent, one effect, then one write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, NamedTuple

from choreography.decisions import Decision, Reaction, StateT
from choreography.errors import RaceLost
from choreography.metrics import Metric, count
from choreography.outbox import Origin, events
from choreography.stored import Record
from choreography.table import Table
from contracts.envelope import Event

RACES = 5
"""How often a lost race is repeated from the read, in process. After that, the message is retried."""


Milestones = Callable[[StateT], frozenset[Metric]]
"""The milestones that an order in this state has reached; each is counted when it is reached."""


class Handled(NamedTuple):
    """What handling an event did: the types of the emitted events, and the order's state in a word."""

    emitted: tuple[str, ...]
    status: str = ""


@dataclass(frozen=True)
class Participant(Generic[StateT]):
    """A service: its name, its table, its decisions, and how it performs effects."""

    source: str
    """CloudEvents `source` of all events that it publishes."""
    table: Table[StateT]
    reactions: Mapping[str, Reaction[StateT]]
    """By event type; other types are ignored."""
    outcome: Callable[[StateT, Event[Any], Any], Decision[StateT]] | None = None
    """The second decision: from the state as read, the event, and the effect's answer."""
    perform: Callable[[Any], Any] | None = None
    """Calls an external system under the effect's idempotency key. Raises Unanswered if no answer came."""
    milestones: Milestones[StateT] = lambda _: frozenset()

    def handle(self, event: Event[Any]) -> Handled | None:
        """Handles `event`. None for a duplicate or an ignored type.

        Safe to call any number of times, by any number of workers at once, and to interrupt anywhere.
        Raises Retryable or Permanent errors of the decision and the effect, RaceLost after RACES lost races,
        and errors of AWS calls, which `aws_errors.classified` tells apart.
        """
        if event.type not in self.reactions:
            return None
        for _ in range(RACES):
            read = self.table.read(event.order_id)
            if event.id in read.inbox:
                count(Metric.DUPLICATES_DROPPED)
                return None
            try:
                return self._take_effect(read, event)
            except RaceLost:
                continue
        raise RaceLost(f"order {event.order_id} changed {RACES} times while {event.type} was handled")

    def _take_effect(self, read: Record[StateT], event: Event[Any]) -> Handled:
        decision = self.reactions[event.type](read.state, event)
        if decision.effect is not None:
            if self.perform is None or self.outcome is None:
                raise TypeError(f"{self.source} decided on an effect, but has no function to perform it")
            if decision.state != read.state:
                read = self.table.write(read, decision.state)
            answer = self.perform(decision.effect)
            decision = self.outcome(read.state, event, answer)
        origin = Origin(self.source, event.order_id, event.correlationid, decision.caused_by or event.id)
        emitted = events(decision.payloads, origin, datetime.now(UTC))
        self.table.write(read, decision.state, handled=event, emitted=emitted)
        count(Metric.MESSAGES_HANDLED)
        for reached in self.milestones(decision.state) - self.milestones(read.state):
            count(reached)
        return Handled(tuple(payload.type for payload in decision.payloads), decision.state.summary)
