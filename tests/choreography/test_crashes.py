"""A consumer that crashes after any step ends the same when SQS delivers the message again."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.world import World, crash, hooked

CHARGED, REFUNDED, DISPATCHED = "charge captured", "refund refunded", "dispatch dispatched"

# The AWS calls of a consumer for one message. An external effect is a PutItem into the sandbox's ledger, so
# it is the same call as the writes of intent and outcome.
NOTES = ["GetItem", "PutItem"]
EFFECT_ALONE = ["GetItem", "PutItem", "PutItem"]
INTENT_EFFECT_OUTCOME = ["GetItem", "PutItem", "PutItem", "PutItem"]


@dataclass(frozen=True)
class Story:
    """An order, the message during which its consumer crashes, and the expected end of the order."""

    service: str
    kind: str
    steps: list[str]
    status: str
    payments: list[str]
    parcels: list[str]
    order: dict[str, str] = field(default_factory=dict)
    cancelled: bool = False
    handled_last: bool = False
    """Whether the consumer handles all other waiting messages before this one, instead of after it."""


STORIES = {
    "payment charges": Story(
        "Payment", "order.placed", INTENT_EFFECT_OUTCOME, "shipped", [CHARGED], [DISPATCHED]
    ),
    "payment is declined": Story(
        *("Payment", "order.placed", INTENT_EFFECT_OUTCOME, "rejected", ["charge declined"], []),
        order={"payment_method": "pm_card_chargeDeclined"},
    ),
    "payment refunds": Story(
        *("Payment", "shipment.failed", EFFECT_ALONE, "cancelled"),
        *([CHARGED, REFUNDED], ["dispatch refused"]),
        order={"country": "AQ"},
    ),
    "payment voids": Story("Payment", "shipment.cancelled", NOTES, "cancelled", [], [], cancelled=True),
    "shipping notes the address": Story(
        "Shipping", "order.placed", NOTES, "shipped", [CHARGED], [DISPATCHED]
    ),
    "shipping dispatches when paid": Story(
        *("Shipping", "payment.captured", INTENT_EFFECT_OUTCOME, "shipped", [CHARGED], [DISPATCHED]),
        handled_last=True,
    ),
    "shipping dispatches when it knows the address": Story(
        *("Shipping", "order.placed", INTENT_EFFECT_OUTCOME, "shipped", [CHARGED], [DISPATCHED]),
        handled_last=True,
    ),
    "shipping fails": Story(
        *("Shipping", "payment.captured", INTENT_EFFECT_OUTCOME, "cancelled"),
        *([CHARGED, REFUNDED], ["dispatch refused"]),
        order={"country": "AQ"},
        handled_last=True,
    ),
    "shipping stops": Story(
        *("Shipping", "order.cancellation_requested", NOTES, "cancelled", [CHARGED, REFUNDED], []),
        cancelled=True,
    ),
    "shipping forgets": Story(
        *("Shipping", "payment.declined", NOTES, "rejected", ["charge declined"], []),
        order={"payment_method": "pm_card_chargeDeclined"},
        handled_last=True,
    ),
    "order notes": Story("Order", "payment.captured", NOTES, "shipped", [CHARGED], [DISPATCHED]),
}


@contextmanager
def at_the_message(world: World, story: Story) -> Iterator[str]:
    """Yields the order's id while only this message is in the queue. Then runs everything to the end."""
    queue = f"{story.service}Queue"
    order_id = world.place(**story.order)
    if story.cancelled:
        assert world.cancel(order_id) == 202
    if story.service != "Order":
        world.drain(story.service.lower())
    world.run_until(queue, story.kind)
    others = world.take(queue, *(set(world.kinds(queue)) - {story.kind}))
    if story.handled_last:
        assert world.deliver(f"{story.service}Consumer", *others) == []
    yield order_id
    world.wake_hidden(queue)
    world.send(queue, *others)
    world.drain()


def assert_ended(world: World, order_id: str, story: Story) -> None:
    assert world.status(order_id) == story.status
    assert world.ledger("Payment", order_id) == story.payments
    assert world.ledger("Shipping", order_id) == story.parcels
    assert len(world.history(order_id)) == len(set(world.history(order_id)))


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_consumer_makes_exactly_these_calls(world: World, story: Story) -> None:
    taken: list[str] = []

    def take(operation: str) -> Any:
        return lambda **_: taken.append(operation)

    with at_the_message(world, story) as order_id, ExitStack() as hooks:
        for operation in set(story.steps):
            hooks.enter_context(hooked("before-call", operation, take(operation)))
        world.step(f"{story.service}ConsumerQueue")
        assert taken == story.steps
    assert_ended(world, order_id, story)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("story", "step"),
    [
        pytest.param(story, step, id=f"{name}-{step}-{story.steps[step]}")
        for name, story in STORIES.items()
        for step in range(len(story.steps))
    ],
)
def test_a_crash_loses_nothing_and_repeats_nothing(
    world: World, story: Story, step: int, moment: str
) -> None:
    operation = story.steps[step]
    number = story.steps[: step + 1].count(operation)
    with at_the_message(world, story) as order_id, crash(moment, operation, number):
        world.step(f"{story.service}ConsumerQueue")
    assert_ended(world, order_id, story)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_a_lost_acknowledgement_changes_nothing(world: World, story: Story) -> None:
    """SQS delivers a handled message again, because Lambda could not delete it."""
    with at_the_message(world, story) as order_id:
        (mapping,) = [m for name, m in world.mappings.items() if name == f"{story.service}ConsumerQueue"]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(mapping, "complete", lambda *_: None)
            world.step(f"{story.service}ConsumerQueue")
        assert world.kinds(f"{story.service}Queue") == [story.kind]
        before = world.item(f"{story.service}Table", order_id)
        world.wake_hidden(f"{story.service}Queue")
        world.step(f"{story.service}ConsumerQueue")
        assert world.kinds(f"{story.service}Queue") == []
        assert world.item(f"{story.service}Table", order_id) == before
    assert_ended(world, order_id, story)


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_relay_that_crashes_publishes_again(world: World, moment: str) -> None:
    order_id = world.place()
    with crash(moment, "PublishBatch"):
        world.step("OrderRelayOutbox")
    world.drain()
    assert world.status(order_id) == "shipped"
    assert world.ledger("Payment", order_id) == [CHARGED]


@pytest.mark.parametrize(("moment", "orders"), [("before", 0), ("after", 1)])
def test_a_crash_of_the_api_leaves_a_complete_order_or_no_order(
    world: World, moment: str, orders: int
) -> None:
    with crash(moment, "PutItem"):
        world.place()
    world.drain()
    made = world.items("OrderTable")
    assert [world.status(item["order_id"]) for item in made] == ["shipped"] * orders
