"""Outages that outlast a queue's `maxReceiveCount`.

They must not dead-letter a message that can be handled.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from choreography.consumer import REQUEUE_AFTER
from infra.simulation.determinism import Clock, SeededRandom
from infra.simulation.outages import Outage
from infra.simulation.world import World

SHORTEST_SECONDS, LONGEST_SECONDS = 70 * 60, 100 * 60
"""Lambda stops a recursive loop after 16 rounds, which take 24 minutes. The message's eight receives then
take eight visibility timeouts: 33 more minutes."""
PAUSE_SECONDS = 10.0
"""The longest wait of a stream between two attempts."""


@dataclass(frozen=True)
class LongOutages:
    """Plays an outage, in which Lambda polls and customers send requests."""

    world: World
    clock: Clock
    random: SeededRandom
    deliver: Callable[[str], bool]
    act: Callable[[], None]
    """Lets one customer act."""

    def play(self, outage: Outage, seconds: float) -> list[str]:
        """Plays the outage. Returns a violation for each message that only the outage dead-lettered."""
        nearly_spent = {m.id for m in self._all("QUEUE_URL") if m.approximate_receive_count >= REQUEUE_AFTER}
        known = {message.id for message in self._all("DEAD_LETTER_QUEUE_URL")}
        until = self.clock.now() + seconds
        self.world.injector.outage = outage
        while self.clock.now() < until:
            # A call without an answer takes so long that the next message is visible by then.
            while self.clock.now() < until and sum([self.deliver(name) for name in self.world.sources]):
                pass
            if self.random.chance(0.1):
                self.act()
            next_visible = self.world.next_visible() or 0.0
            self.clock.advance(min(60.0, max(PAUSE_SECONDS, next_visible - self.clock.now())))
        self.world.injector.outage = None
        if outage.service == "sqs":
            return []  # a consumer cannot requeue a message while SQS fails
        return [
            f"dead-lettered while {outage.service} {outage.trouble}: {message.body[:80]}"
            for message in self._all("DEAD_LETTER_QUEUE_URL")
            if message.id not in known | nearly_spent and "reason" not in message.message_attributes
        ]

    def _all(self, variable: str) -> list[Any]:
        """The messages of all queues in this environment variable of a consumer."""
        names = (self.world.queue_name(function, variable) for function in self.world.consumers())
        return [message for name in names for message in self.world.messages(name)]
