"""A new major version of an event, through the whole choreography: beside the old one while the services move
to it, one after the other; and where it is heard too early."""

import importlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pytest

from choreography.consumer import EventHandler
from choreography.outbox import Origin, events
from contracts.catalogue import EVENTS
from contracts.envelope import Event, Payload, to_event
from contracts.orders import OrderPlaced
from contracts.values import Address, AmountMinor, Currency, Item, Value
from infra.contracts.landscape import landscape
from infra.local.aws.clients import client
from tests.world import World

OLD, NEW = "order.placed", "order.placed.v2"
HEARING = {
    "PaymentQueue": "payment.consumer",
    "ShippingQueue": "shipping.consumer",
    "OrderExpiryQueue": "order.expiry",
}
"""The consumers of order.placed, by queue."""


class Money(Value):
    amount_minor: AmountMinor
    currency: Currency


class OrderPlacedV2(Payload):
    """order.placed with its amount and currency made one field: a break for every consumer."""

    type: ClassVar[str] = NEW
    version: ClassVar[str] = "2.0"
    customer_id: str
    items: tuple[Item, ...]
    total: Money
    payment_method: str
    shipping_address: Address
    expires_at: datetime | None = None


@dataclass(frozen=True)
class Downgrading:
    """What a service puts before its participant while it reads both."""

    participant: EventHandler

    def handle(self, event: Event[Any]) -> tuple[str, ...] | None:
        if isinstance(event.data, OrderPlacedV2):
            envelope = event.model_dump(
                include={*("id", "source", "subject", "time"), *("correlationid", "causationid")}
            )
            event = to_event(old(event.data), **envelope)
        return self.participant.handle(event)


def new(placed: OrderPlaced) -> OrderPlacedV2:
    return OrderPlacedV2(**placed.model_dump(), total=Money(**placed.model_dump()))


def old(placed: OrderPlacedV2) -> OrderPlaced:
    return OrderPlaced(**placed.model_dump(), **placed.total.model_dump())


class Migration:
    """The steps by which services come from one major to the next, each a deployment of one of them."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self._world, self._patch = world, monkeypatch
        monkeypatch.setitem(EVENTS, NEW, OrderPlacedV2)

    def say(self, *kinds: str) -> None:
        """Order publishes these versions of order.placed, in one write."""

        def told(payloads: Iterable[Payload], origin: Origin, time: datetime) -> tuple[Event[Any], ...]:
            versions = [version for payload in payloads for version in self._versions(payload, kinds)]
            return events(versions, origin, time)

        self._patch.setattr("order.orders.events", told)

    @staticmethod
    def _versions(payload: Payload, kinds: tuple[str, ...]) -> list[Payload]:
        if not isinstance(payload, OrderPlaced):
            return [payload]
        return [payload if kind == OLD else new(payload) for kind in kinds]

    def read_both(self, queue: str) -> None:
        """The code of a queue's consumer learns the new version."""
        module = importlib.import_module(HEARING[queue])
        consume = module.consume
        self._patch.setattr(
            module, "consume", lambda e, c, participant: consume(e, c, Downgrading(participant))
        )

    def hear(self, queue: str, *kinds: str) -> None:
        """A queue subscribes to these versions, beside all else that it subscribes to."""
        (found,) = [s for s in landscape().subscriptions if s.queue == queue and OLD in s.types]
        policy = {"type": [*kinds, *(kind for kind in found.types if kind != OLD)]}
        client("sns").set_subscription_attributes(
            SubscriptionArn=self._world.stack.subscriptions[found.name],
            AttributeName="FilterPolicy",
            AttributeValue=json.dumps(policy),
        )


@pytest.fixture
def migration(world: World, monkeypatch: pytest.MonkeyPatch) -> Migration:
    return Migration(world, monkeypatch)


def test_both_majors_side_by_side_lose_no_order_and_charge_none_twice(
    world: World, migration: Migration
) -> None:
    """At each step an order's events are in the queues, and others are still in the outbox."""
    orders = []

    def meanwhile() -> None:
        orders.append(world.place())
        world.step("OrderRelayOutbox")
        orders.append(world.place())

    meanwhile()
    migration.say(OLD, NEW)
    meanwhile()
    for queue in HEARING:
        migration.read_both(queue)
        meanwhile()
        migration.hear(queue, OLD, NEW)
        meanwhile()
    migration.say(NEW)
    meanwhile()
    for queue in HEARING:
        migration.hear(queue, NEW)
        meanwhile()
    world.drain()
    for order_id in orders:
        assert world.status(order_id) == "shipped"
        assert world.ledger("Payment", order_id) == ["charge captured"]
        assert world.ledger("Shipping", order_id) == ["dispatch dispatched"]
    assert not any(world.messages(queue) for queue in world.stack.queues if queue.endswith("DeadLetters"))


@pytest.mark.parametrize("kinds", [(OLD, NEW), (NEW, OLD)])
def test_a_consumer_of_both_majors_acts_once_in_either_order(
    world: World, migration: Migration, kinds: tuple[str, str]
) -> None:
    migration.say(*kinds)
    for queue in HEARING:
        migration.read_both(queue)
        migration.hear(queue, OLD, NEW)
    order_id = world.place()
    world.step("OrderRelayOutbox")
    assert world.kinds("PaymentQueue") == world.kinds("ShippingQueue") == [*kinds]
    world.drain()
    assert world.status(order_id) == "shipped"
    assert world.ledger("Payment", order_id) == ["charge captured"]
    assert world.history(order_id).count("payment.captured") == 1


def test_a_major_that_arrives_too_early_is_dead_lettered_and_completes_its_order_after_a_redrive(
    world: World, migration: Migration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Payment's subscription came before its code, for as long as it took to put that back."""
    migration.say(OLD, NEW)
    migration.hear("PaymentQueue", NEW)
    early = world.place()
    world.step("OrderRelayOutbox")
    migration.hear("PaymentQueue", OLD)
    other = world.place()
    world.step("OrderRelayOutbox")
    assert world.kinds("PaymentQueue") == [NEW, OLD]
    with monkeypatch.context() as older:
        older.delitem(EVENTS, NEW)
        world.step("PaymentConsumerQueue")
    assert world.kinds("PaymentQueue") == []
    (dead,) = world.messages("PaymentDeadLetters")
    assert dead["MessageAttributes"]["reason"]["StringValue"] == (
        "PoisonMessage: type: order.placed.v2 is a major version that is not read here"
    )
    world.drain()
    assert (world.status(early), world.status(other)) == ("placed", "shipped")

    migration.read_both("PaymentQueue")
    world.send("PaymentQueue", *world.take("PaymentDeadLetters", NEW))
    world.drain()
    assert world.status(early) == "shipped"
    assert world.ledger("Payment", early) == ["charge captured"]
