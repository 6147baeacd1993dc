"""After a crash at any step of a consumer, the next delivery of the message completes the order as usual."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.world import World, crash, hooked

CHARGED, REFUNDED, DISPATCHED = "charge captured", "refund refunded", "dispatch dispatched"

# The AWS calls of a consumer for one message. An external effect is a PutItem into the sandbox's ledger, so
# it is the same call as the writes of intent and outcome.
STATE_ONLY = ["GetItem", "PutItem"]
EFFECT_WITHOUT_INTENT = ["GetItem", "PutItem", "PutItem"]
INTENT_EFFECT_OUTCOME = ["GetItem", "PutItem", "PutItem", "PutItem"]


@dataclass(frozen=True)
class CrashCase:
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


CASES = {
    "payment charges": CrashCase(
        "Payment", "order.placed", INTENT_EFFECT_OUTCOME, "shipped", [CHARGED], [DISPATCHED]
    ),
    "payment is declined": CrashCase(
        *("Payment", "order.placed", INTENT_EFFECT_OUTCOME, "rejected", ["charge declined"], []),
        order={"payment_method": "pm_card_chargeDeclined"},
    ),
    "payment refunds": CrashCase(
        *("Payment", "shipment.failed", EFFECT_WITHOUT_INTENT, "cancelled"),
        *([CHARGED, REFUNDED], ["dispatch refused"]),
        order={"country": "AQ"},
    ),
    "payment voids": CrashCase(
        "Payment", "shipment.cancelled", STATE_ONLY, "cancelled", [], [], cancelled=True
    ),
    "shipping stores the address": CrashCase(
        "Shipping", "order.placed", STATE_ONLY, "shipped", [CHARGED], [DISPATCHED]
    ),
    "shipping dispatches when paid": CrashCase(
        *("Shipping", "payment.captured", INTENT_EFFECT_OUTCOME, "shipped", [CHARGED], [DISPATCHED]),
        handled_last=True,
    ),
    "shipping dispatches when it knows the address": CrashCase(
        *("Shipping", "order.placed", INTENT_EFFECT_OUTCOME, "shipped", [CHARGED], [DISPATCHED]),
        handled_last=True,
    ),
    "shipping fails": CrashCase(
        *("Shipping", "payment.captured", INTENT_EFFECT_OUTCOME, "cancelled"),
        *([CHARGED, REFUNDED], ["dispatch refused"]),
        order={"country": "AQ"},
        handled_last=True,
    ),
    "shipping stops": CrashCase(
        *("Shipping", "order.cancellation_requested", STATE_ONLY, "cancelled", [CHARGED, REFUNDED], []),
        cancelled=True,
    ),
    "shipping removes the address": CrashCase(
        *("Shipping", "payment.declined", STATE_ONLY, "rejected", ["charge declined"], []),
        order={"payment_method": "pm_card_chargeDeclined"},
        handled_last=True,
    ),
    "order records the payment": CrashCase(
        "Order", "payment.captured", STATE_ONLY, "shipped", [CHARGED], [DISPATCHED]
    ),
}


@contextmanager
def before_the_message(world: World, case: CrashCase) -> Iterator[str]:
    """Yield the order's id while the queue has only this message. Then run all services to the end."""
    queue = f"{case.service}Queue"
    order_id = world.place(**case.order)
    if case.cancelled:
        assert world.cancel(order_id) == 202
    if case.service != "Order":
        world.drain(case.service.lower())
    world.run_until(queue, case.kind)
    others = world.take(queue, *(set(world.kinds(queue)) - {case.kind}))
    if case.handled_last:
        assert world.deliver(f"{case.service}Consumer", *others) == []
    yield order_id
    world.wake_hidden(queue)
    world.send(queue, *others)
    world.drain()


def assert_ended(world: World, order_id: str, case: CrashCase) -> None:
    assert world.status(order_id) == case.status
    assert world.ledger("Payment", order_id) == case.payments
    assert world.ledger("Shipping", order_id) == case.parcels
    assert len(world.history(order_id)) == len(set(world.history(order_id)))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_consumer_makes_exactly_these_calls(world: World, case: CrashCase) -> None:
    calls: list[str] = []

    def recording(operation: str) -> Any:
        return lambda **_: calls.append(operation)

    with before_the_message(world, case) as order_id, ExitStack() as hooks:
        for operation in set(case.steps):
            hooks.enter_context(hooked("before-call", operation, recording(operation)))
        world.step(f"{case.service}ConsumerQueue")
        assert calls == case.steps
    assert_ended(world, order_id, case)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(
    ("case", "step"),
    [
        pytest.param(case, step, id=f"{name}-{step}-{case.steps[step]}")
        for name, case in CASES.items()
        for step in range(len(case.steps))
    ],
)
def test_after_a_crash_each_effect_happens_exactly_once(
    world: World, case: CrashCase, step: int, moment: str
) -> None:
    operation = case.steps[step]
    number = case.steps[: step + 1].count(operation)
    with before_the_message(world, case) as order_id, crash(moment, operation, number):
        world.step(f"{case.service}ConsumerQueue")
    assert_ended(world, order_id, case)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_a_lost_acknowledgement_changes_nothing(world: World, case: CrashCase) -> None:
    """Lambda could not delete a handled message, so SQS delivers it again."""
    with before_the_message(world, case) as order_id:
        (mapping,) = [m for name, m in world.mappings.items() if name == f"{case.service}ConsumerQueue"]
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(mapping, "complete", lambda *_: None)
            world.step(f"{case.service}ConsumerQueue")
        assert world.kinds(f"{case.service}Queue") == [case.kind]
        before = world.item(f"{case.service}Table", order_id)
        world.wake_hidden(f"{case.service}Queue")
        world.step(f"{case.service}ConsumerQueue")
        assert world.kinds(f"{case.service}Queue") == []
        assert world.item(f"{case.service}Table", order_id) == before
    assert_ended(world, order_id, case)


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
