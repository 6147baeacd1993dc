"""How a service takes part: one event in, at most one intent, one effect, one write."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic

from choreography.decisions import Decision, Reaction, StateT
from choreography.errors import RaceLost
from choreography.metrics import Metric, count
from choreography.outbox import Origin, events
from choreography.table import Record, Table
from contracts.envelope import Event

RACES = 5
"""Lost races are run again in process this often; after that, the message comes back by itself."""


Milestones = Callable[[StateT], frozenset[Metric]]
"""All that an order in this state has come to; each is counted when it is reached."""


@dataclass(frozen=True)
class Participant(Generic[StateT]):
    """A service: its name, its table, its decisions, and how its effects are performed."""

    source: str
    """CloudEvents `source` of all that it publishes."""
    table: Table[StateT]
    reactions: Mapping[str, Reaction[StateT]]
    """By event type; other types are ignored."""
    outcome: Callable[[StateT, Event[Any], Any], Decision[StateT]] | None = None
    """The second decision: state as read, the event, and what the effect answered."""
    perform: Callable[[Any], Any] | None = None
    """Calls an external system under the effect's idempotency key; raises Unanswered, never guesses."""
    milestones: Milestones[StateT] = lambda _: frozenset()

    def handle(self, event: Event[Any]) -> tuple[str, ...] | None:
        """Types of the events emitted by handling `event`; None for a duplicate or an event of no concern.

        Safe to call any number of times, by any number of workers at once, and to be cut off anywhere.
        Raises Retryable or Permanent errors of the decision, the effect, or races lost RACES times.
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

    def _take_effect(self, read: Record[StateT], event: Event[Any]) -> tuple[str, ...]:
        decision = self.reactions[event.type](read.state, event)
        if decision.effect is not None:
            if self.perform is None or self.outcome is None:
                raise TypeError(f"{self.source} decided on an effect that it cannot perform")
            if decision.state != read.state:
                read = self.table.write(read, decision.state)
            answer = self.perform(decision.effect)
            decision = self.outcome(read.state, event, answer)
        origin = Origin(self.source, event.order_id, event.correlationid, decision.caused_by or event.id)
        emitted = events(decision.facts, origin, datetime.now(UTC))
        self.table.write(read, decision.state, handled=event, emitted=emitted)
        count(Metric.MESSAGES_HANDLED)
        for reached in self.milestones(decision.state) - self.milestones(read.state):
            count(reached)
        return tuple(fact.type for fact in decision.facts)
