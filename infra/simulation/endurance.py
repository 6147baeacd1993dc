"""Long outages, which outlast a queue's `maxReceiveCount`. None of them may dead-letter a healthy message."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from choreography.consumer import REQUEUE_AFTER
from infra.simulation.determinism import Clock, Dice
from infra.simulation.outages import Outage
from infra.simulation.world import World

SHORTEST_SECONDS, LONGEST_SECONDS = 70 * 60, 100 * 60
"""16 rounds of a recursive loop last 24 minutes. Where Lambda then drops the message, its eight receives last
for eight visibility timeouts: 33 minutes more."""
PAUSE_SECONDS = 10.0
"""The longest that a stream waits between two attempts."""


@dataclass(frozen=True)
class Endurance:
    """Plays an outage. Meanwhile Lambda polls and customers send requests."""

    world: World
    clock: Clock
    dice: Dice
    deliver: Callable[[str], bool]
    act: Callable[[], None]
    """Lets one customer act."""

    def endure(self, outage: Outage, seconds: float) -> list[str]:
        """Violations: messages that were dead-lettered because of the outage alone."""
        burnt = {m.id for m in self._all("QUEUE_URL") if m.approximate_receive_count >= REQUEUE_AFTER}
        known = {message.id for message in self._all("DEAD_LETTER_QUEUE_URL")}
        until = self.clock.now() + seconds
        self.world.calls.outage = outage
        while self.clock.now() < until:
            while sum([self.deliver(name) for name in self.world.sources]):
                pass
            if self.dice.chance(0.1):
                self.act()
            next_visible = self.world.next_visible() or 0.0
            self.clock.advance(min(60.0, max(PAUSE_SECONDS, next_visible - self.clock.now())))
        self.world.calls.outage = None
        if outage.service == "sqs":
            return []  # a message that waits for another one cannot be requeued
        return [
            f"dead-lettered while {outage.service} {outage.trouble}: {message.body[:80]}"
            for message in self._all("DEAD_LETTER_QUEUE_URL")
            if message.id not in known | burnt and "reason" not in message.message_attributes
        ]

    def _all(self, variable: str) -> list[Any]:
        """Messages of all queues that consumers find in this environment variable."""
        names = (self.world.queue_name(function, variable) for function in self.world.consumers())
        return [message for name in names for message in self.world.messages(name)]
