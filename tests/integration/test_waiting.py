"""A message that must wait is retried soon, for as long as it takes, and never dead-lettered."""

import time
from typing import Any

import pytest

from choreography.errors import Unanswered
from choreography.table import to_attributes
from infra.local.aws.clients import client
from payment.sandbox import SandboxGateway
from tests.conftest import MakeEvent
from tests.world import ORDER_ID, World


@pytest.fixture
def held(world: World) -> World:
    """A world in which Payment crashed while it charged: its intent stands."""
    item = {"order_id": ORDER_ID, "version": 1, "inbox": {}, "outbox": [], "emits": False}
    table = world.stack.tables["PaymentTable"]
    client("dynamodb").put_item(TableName=table, Item=to_attributes(item | {"status": "charging"}))
    return world


@pytest.mark.parametrize(("earlier_receives", "seconds"), [(0, 2), (1, 4), (3, 16)])
def test_a_message_that_meets_an_intent_waits_longer_each_time(
    held: World, make_event: MakeEvent, earlier_receives: int, seconds: int
) -> None:
    held.send("PaymentQueue", make_event("shipment.cancelled").to_json())
    for _ in range(earlier_receives):
        held.messages("PaymentQueue")
    held.step("PaymentConsumerQueue")
    (hidden_until,) = held.hidden_until("PaymentQueue")
    assert hidden_until - time.time() == pytest.approx(seconds, abs=1.5)
    assert held.messages("PaymentDeadLetters") == []


def test_a_waiting_message_is_reported_as_failed_and_delays_no_other(
    held: World, make_event: MakeEvent
) -> None:
    other = make_event("order.placed", order_id="other")
    held.send("PaymentQueue", make_event("shipment.cancelled").to_json(), other.to_json())
    held.step("PaymentConsumerQueue")
    assert held.kinds("PaymentQueue") == ["shipment.cancelled"]
    assert held.ledger("Payment", "other") == ["charge captured"]


def test_after_five_receives_it_is_requeued_and_waits_a_minute(held: World, make_event: MakeEvent) -> None:
    waiting = make_event("shipment.cancelled").to_json()
    held.send("PaymentQueue", waiting, type="shipment.cancelled")
    for _ in range(4):
        held.messages("PaymentQueue")
    held.step("PaymentConsumerQueue")
    (hidden_until,) = held.hidden_until("PaymentQueue")
    assert hidden_until - time.time() == pytest.approx(60, abs=2)
    held.wake_hidden("PaymentQueue")
    (requeued,) = held.messages("PaymentQueue")
    assert (requeued["Body"], requeued["Attributes"]["ApproximateReceiveCount"]) == (waiting, "1")
    assert requeued["MessageAttributes"]["type"]["StringValue"] == "shipment.cancelled"


def test_however_long_it_waits_it_is_never_dead_lettered(held: World, make_event: MakeEvent) -> None:
    held.send("PaymentQueue", make_event("shipment.cancelled").to_json())
    for _ in range(20):
        held.step("PaymentConsumerQueue")
        held.wake_hidden("PaymentQueue")
    assert held.kinds("PaymentQueue") == ["shipment.cancelled"]
    assert held.messages("PaymentDeadLetters") == []


def test_a_waiting_message_is_handled_once_the_intent_is_resolved(held: World, make_event: MakeEvent) -> None:
    held.send("PaymentQueue", make_event("shipment.cancelled").to_json())
    held.step("PaymentConsumerQueue")
    held.deliver("PaymentConsumer", make_event("order.placed"))
    held.wake_hidden("PaymentQueue")
    held.step("PaymentConsumerQueue")
    assert held.ledger("Payment", ORDER_ID) == ["charge captured", "refund refunded"]


def test_a_gateway_that_gave_no_answer_is_asked_again_under_the_same_key(
    world: World, make_event: MakeEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def charge_and_never_answer(gateway: SandboxGateway, charge: Any) -> Any:
        answer(gateway, charge)
        raise Unanswered("timed out after it charged")

    answer = SandboxGateway.charge
    world.send("PaymentQueue", make_event("order.placed").to_json())
    with monkeypatch.context() as patched:
        patched.setattr(SandboxGateway, "charge", charge_and_never_answer)
        world.step("PaymentConsumerQueue")
    assert world.item("PaymentTable", ORDER_ID)["status"] == "charging"
    world.wake_hidden("PaymentQueue")
    world.step("PaymentConsumerQueue")
    assert world.item("PaymentTable", ORDER_ID)["status"] == "captured"
    assert world.ledger("Payment", ORDER_ID) == ["charge captured"]
