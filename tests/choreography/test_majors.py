"""A new major version of an event in the whole choreography.

Order publishes both versions while the consumers migrate one after the other. One test covers a consumer that
receives the new version before its code can read it.
"""

import importlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

import pytest

from choreography.consumer import EventHandler
from choreography.outbox import Origin, events
from choreography.participant import Handled
from choreography.stored import Record
from contracts.catalogue import EVENTS
from contracts.envelope import Event, Payload, to_event
from contracts.orders import OrderPlaced
from contracts.values import Address, AmountMinor, Currency, Item, Value
from infra.contracts.template_topology import template_topology
from infra.local.aws.clients import client
from tests.world import World

OLD, NEW = "order.placed", "order.placed.v2"
CONSUMERS = {
    "PaymentQueue": "payment.consumer",
    "ShippingQueue": "shipping.consumer",
    "OrderExpiryQueue": "order.expiry",
}
"""The consumers of order.placed, by queue."""


class Money(Value):
    amount_minor: AmountMinor
    currency: Currency


class OrderPlacedV2(Payload):
    """order.placed with amount and currency in one field, which breaks every consumer."""

    type: ClassVar[str] = NEW
    version: ClassVar[str] = "2.0"
    customer_id: str
    items: tuple[Item, ...]
    total: Money
    payment_method: str
    shipping_address: Address
    expires_at: datetime | None = None


@dataclass(frozen=True)
class ReadsBothVersions:
    """A handler that reads both versions: it converts the new version to the old one."""

    participant: EventHandler

    def handle(self, event: Event[Any]) -> Handled | None:
        if isinstance(event.data, OrderPlacedV2):
            envelope = event.model_dump(
                include={*("id", "source", "subject", "time"), *("correlationid", "causationid")}
            )
            event = to_event(downgraded(event.data), **envelope)
        return self.participant.handle(event)


def upgraded(placed: OrderPlaced) -> OrderPlacedV2:
    return OrderPlacedV2(**placed.model_dump(), total=Money(**placed.model_dump()))


def downgraded(placed: OrderPlacedV2) -> OrderPlaced:
    return OrderPlaced(**placed.model_dump(), **placed.total.model_dump())


def placed_order(record: Record[Any]) -> OrderPlaced:
    """Return the order as it was placed, from either version."""
    placed = record.published[0]
    is_new = placed["type"] == NEW
    return downgraded(OrderPlacedV2(**placed["data"])) if is_new else OrderPlaced(**placed["data"])


class Migration:
    """The steps from one major version to the next. Each step is a deployment of one service."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self._world, self._patch = world, monkeypatch
        monkeypatch.setitem(EVENTS, NEW, OrderPlacedV2)

    def publish(self, *kinds: str) -> None:
        """Make Order publish these versions of order.placed in one write, and read what it published."""

        def events_of_versions(
            payloads: Iterable[Payload], origin: Origin, time: datetime
        ) -> tuple[Event[Any], ...]:
            versions = [version for payload in payloads for version in self._versions(payload, kinds)]
            return events(versions, origin, time)

        self._patch.setattr("order.orders.events", events_of_versions)
        self._patch.setattr("order.views.placed_order", placed_order)

    @staticmethod
    def _versions(payload: Payload, kinds: tuple[str, ...]) -> list[Payload]:
        if not isinstance(payload, OrderPlaced):
            return [payload]
        return [payload if kind == OLD else upgraded(payload) for kind in kinds]

    def read_both(self, queue: str) -> None:
        """Deploy code that reads both versions to the queue's consumer."""
        module = importlib.import_module(CONSUMERS[queue])
        consume = module.consume
        self._patch.setattr(
            module, "consume", lambda e, c, participant: consume(e, c, ReadsBothVersions(participant))
        )

    def subscribe(self, queue: str, *kinds: str) -> None:
        """Subscribe a queue to these versions, in addition to its other event types."""
        (found,) = [s for s in template_topology().subscriptions if s.queue == queue and OLD in s.types]
        policy = {"type": [*kinds, *(kind for kind in found.types if kind != OLD)]}
        client("sns").set_subscription_attributes(
            SubscriptionArn=self._world.stack.subscriptions[found.name],
            AttributeName="FilterPolicy",
            AttributeValue=json.dumps(policy),
        )


@pytest.fixture
def migration(world: World, monkeypatch: pytest.MonkeyPatch) -> Migration:
    return Migration(world, monkeypatch)


def test_during_a_migration_each_order_is_shipped_and_charged_once(
    world: World, migration: Migration
) -> None:
    """At each step, the events of one order are in the queues, and those of another are in the outbox."""
    orders = []

    def place_two_orders() -> None:
        orders.append(world.place())
        world.step("OrderRelayOutbox")
        orders.append(world.place())

    place_two_orders()
    migration.publish(OLD, NEW)
    place_two_orders()
    for queue in CONSUMERS:
        migration.read_both(queue)
        place_two_orders()
        migration.subscribe(queue, OLD, NEW)
        place_two_orders()
    migration.publish(NEW)
    place_two_orders()
    for queue in CONSUMERS:
        migration.subscribe(queue, NEW)
        place_two_orders()
    world.drain()
    for order_id in orders:
        assert world.status(order_id) == "shipped"
        assert world.ledger("Payment", order_id) == ["charge captured"]
        assert world.ledger("Shipping", order_id) == ["dispatch dispatched"]
    assert not any(world.messages(queue) for queue in world.stack.queues if queue.endswith("DeadLetters"))


@pytest.mark.parametrize("kinds", [(OLD, NEW), (NEW, OLD)])
def test_a_consumer_of_both_majors_acts_once_whichever_arrives_first(
    world: World, migration: Migration, kinds: tuple[str, str]
) -> None:
    migration.publish(*kinds)
    for queue in CONSUMERS:
        migration.read_both(queue)
        migration.subscribe(queue, OLD, NEW)
    order_id = world.place()
    world.step("OrderRelayOutbox")
    assert world.kinds("PaymentQueue") == world.kinds("ShippingQueue") == [*kinds]
    world.drain()
    assert world.status(order_id) == "shipped"
    assert world.ledger("Payment", order_id) == ["charge captured"]
    assert world.history(order_id).count("payment.captured") == 1


def test_a_major_that_arrives_too_early_is_dead_lettered_and_can_be_redriven(
    world: World, migration: Migration, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Payment subscribes before its new code is deployed, until an operator reverts the subscription."""
    migration.publish(OLD, NEW)
    migration.subscribe("PaymentQueue", NEW)
    early = world.place()
    world.step("OrderRelayOutbox")
    migration.subscribe("PaymentQueue", OLD)
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
