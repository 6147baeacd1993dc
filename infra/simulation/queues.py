"""Faults of queues, streams and topics: they reorder, repeat, delay and withhold messages."""

from collections.abc import Iterable
from typing import Any

from infra.simulation.determinism import Clock, Dice
from infra.simulation.faults import Faults
from infra.simulation.world import World

POISON = (
    "not JSON, number {}",
    '{{"number":{}}}',
    '{{"specversion":"1.0","id":"{}","type":"order.placed","dataschema":'
    '"https://schemas.order-choreography.example/order.placed/9.0"}}',
    '{{"specversion":"1.0","id":"{}","type":"payment.captured","dataschema":'
    '"https://schemas.order-choreography.example/payment.captured/1.0","data":{{}}}}',
)
FOREIGN = (
    '{{"specversion":"1.0","id":"{}","type":"invoice.sent",'
    '"dataschema":"https://elsewhere.example/invoice/1.0"}}'
)

LAG_SECONDS = 400.0
"""Long enough to keep the order of the late messages. All seven types of a service still arrive within the
order's time limit."""


class Disorder:
    """The transport's faults, each drawn when a queue or stream is about to be read.

    After a delayed message, all messages of its type may be late in its queue, and later ones overtake them.
    `lags` are late from the first message on, each longer than those before it.
    """

    def __init__(
        self, world: World, clock: Clock, dice: Dice, faults: Faults, lags: Iterable[str] = ()
    ) -> None:
        self._world, self._clock, self._dice, self._faults = world, clock, dice, faults
        self.poison: set[str] = set()
        """Bodies of the messages that must end in a dead-letter queue."""
        self._strays = 0
        queues = [(f.service, world.queue_name(f, "QUEUE_URL")) for f in world.consumers()]
        self._laggards = {
            (queue, lag.removeprefix(f"{service} ")): LAG_SECONDS * number
            for number, lag in enumerate(lags, 1)
            for service, queue in queues  # a service may have several
            if lag.startswith(f"{service} ")
        }
        """The delay of each lag, in seconds."""
        self._late: set[str] = set()

    def before_receive(self, queue: str, dead_letters: str) -> None:
        messages = self._world.messages(queue)
        if self._faults.strikes("poison", 0.02):
            self._stray(queue)
        if messages and self._faults.strikes("reorder", 0.5):
            messages[:] = self._dice.shuffled(messages)
        if messages and self._faults.strikes("duplicate", 0.1):
            chosen = self._dice.pick(messages)
            if self._dice.chance(0.5):
                self._world.send(queue, chosen.body, chosen.message_attributes)
            else:
                chosen.visible_at = 0.0  # in flight or not, it is delivered
        if messages and self._faults.strikes("expiry", 0.05):
            for message in messages:
                message.visible_at = 0.0
        if messages and self._faults.strikes("delay", 0.05):
            chosen = self._dice.pick(messages)
            chosen.delayed_until = self._later(4 * 3600)
            if self._dice.chance(0.5):
                self._laggards.setdefault((queue, _type(chosen)), self._dice.between(60, 900))
        for message in messages:
            lag = self._laggards.get((queue, _type(message)))
            if lag is not None and message.id not in self._late:
                self._late.add(message.id)
                message.delayed_until = (self._clock.now() + lag) * 1000
        if messages and self._faults.strikes("undelivered", 0.02):
            self._world.move(self._dice.pick(messages), queue, dead_letters)

    def before_stream(self, mapping: str) -> None:
        """Lambda may read a shard again from any record that it has read."""
        if self._faults.strikes("replay", 0.05):
            self._world.replay(mapping)

    def after_answer(self) -> bool:
        """True if Lambda's deletion of handled messages is lost, so that SQS delivers all of them again."""
        return self._faults.strikes("duplicate", 0.03)

    def _later(self, seconds: int) -> float:
        """A random time, at most `seconds` from now, in milliseconds since the epoch, as moto counts."""
        return (self._clock.now() + self._dice.between(60, seconds)) * 1000

    def _stray(self, queue: str) -> None:
        """An unreadable message, or one of an unknown type."""
        self._strays += 1
        body = self._dice.pick((*POISON, FOREIGN)).format(self._strays)
        if "invoice" not in body:
            self.poison.add(body)
        self._world.send(queue, body)


def _type(message: Any) -> str:
    attribute = message.message_attributes.get("type") or {}
    return str(attribute.get("StringValue"))
