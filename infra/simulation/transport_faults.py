"""Faults of queues, streams and topics: they reorder, repeat, delay and dead-letter messages."""

from collections.abc import Iterable
from typing import Any

from infra.simulation.determinism import Clock, SeededRandom
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

DELAY_SECONDS = 400.0
"""Long enough to keep the order of the late messages, and short enough that all seven types of a service
arrive before the order's deadline."""


class TransportFaults:
    """Injects the transport's faults before a queue or a stream is read.

    After a delayed message, all messages of its type may be late in its queue, and later ones overtake them.
    `delays` are late from the first message on, each by more than the one before it.
    """

    def __init__(
        self, world: World, clock: Clock, random: SeededRandom, faults: Faults, delays: Iterable[str] = ()
    ) -> None:
        self._world, self._clock, self._random, self._faults = world, clock, random, faults
        self.poison: set[str] = set()
        """Bodies of the messages that must end in a dead-letter queue."""
        self._sent = 0
        queues = [(f.service, world.queue_name(f, "QUEUE_URL")) for f in world.consumers()]
        self._delays = {
            (queue, delay.removeprefix(f"{service} ")): DELAY_SECONDS * number
            for number, delay in enumerate(delays, 1)
            for service, queue in queues  # a service may have several
            if delay.startswith(f"{service} ")
        }
        """Seconds by queue and event type."""
        self._late: set[str] = set()

    def before_receive(self, queue: str, dead_letters: str) -> None:
        """Changes the queue's messages at random."""
        messages = self._world.messages(queue)
        if self._faults.strikes("poison", 0.02):
            self._send_unknown(queue)
        if messages and self._faults.strikes("reorder", 0.5):
            messages[:] = self._random.shuffled(messages)
        if messages and self._faults.strikes("duplicate", 0.1):
            chosen = self._random.pick(messages)
            if self._random.chance(0.5):
                self._world.send(queue, chosen.body, chosen.message_attributes)
            else:
                chosen.visible_at = 0.0  # SQS delivers it, even if it is in flight
        if messages and self._faults.strikes("expiry", 0.05):
            for message in messages:
                message.visible_at = 0.0
        if messages and self._faults.strikes("delay", 0.05):
            chosen = self._random.pick(messages)
            chosen.delayed_until = self._later(4 * 3600)
            if self._random.chance(0.5):
                self._delays.setdefault((queue, _type(chosen)), self._random.between(60, 900))
        for message in messages:
            delay = self._delays.get((queue, _type(message)))
            if delay is not None and message.id not in self._late:
                self._late.add(message.id)
                message.delayed_until = (self._clock.now() + delay) * 1000
        if messages and self._faults.strikes("undelivered", 0.02):
            self._world.move(self._random.pick(messages), queue, dead_letters)

    def before_stream(self, mapping: str) -> None:
        """Makes Lambda read a shard again from its first record, at random."""
        if self._faults.strikes("replay", 0.05):
            self._world.replay(mapping)

    def after_answer(self) -> bool:
        """Whether Lambda fails to delete the handled messages, so that SQS delivers all of them again."""
        return self._faults.strikes("duplicate", 0.03)

    def _later(self, seconds: int) -> float:
        """A random time within `seconds` from now, in milliseconds since 1970, as moto stores it."""
        return (self._clock.now() + self._random.between(60, seconds)) * 1000

    def _send_unknown(self, queue: str) -> None:
        """Sends an unreadable message, or one of an unknown type."""
        self._sent += 1
        body = self._random.pick((*POISON, FOREIGN)).format(self._sent)
        if "invoice" not in body:
            self.poison.add(body)
        self._world.send(queue, body)


def _type(message: Any) -> str:
    attribute = message.message_attributes.get("type") or {}
    return str(attribute.get("StringValue"))
