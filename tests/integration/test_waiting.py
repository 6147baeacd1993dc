"""The consumer retries a waiting message soon, for any time, and never dead-letters it."""

import time
from typing import Any

import pytest

from choreography.errors import Unanswered
from choreography.stored import Record, to_item
from choreography.table import to_attributes
from infra.local.aws.clients import client
from payment.sandbox import SandboxGateway
from payment.state import Payment
from tests.conftest import MakeEvent
from tests.world import ORDER_ID, World


@pytest.fixture
def charging(world: World) -> World:
    """A world in which Payment crashed during a charge, so that its item has the intent."""
    item = to_item(Record(ORDER_ID, Payment(status="charging"), 1))
    table = world.stack.tables["PaymentTable"]
    client("dynamodb").put_item(TableName=table, Item=to_attributes(item))
    return world


@pytest.mark.parametrize(("earlier_receives", "seconds"), [(0, 2), (1, 4), (3, 16)])
def test_a_message_that_finds_another_events_intent_waits_longer_each_time(
    charging: World, make_event: MakeEvent, earlier_receives: int, seconds: int
) -> None:
    charging.send("PaymentQueue", make_event("shipment.cancelled").to_json())
    for _ in range(earlier_receives):
        charging.messages("PaymentQueue")
    charging.step("PaymentConsumerQueue")
    (hidden_until,) = charging.hidden_until("PaymentQueue")
    assert hidden_until - time.time() == pytest.approx(seconds, abs=1.5)
    assert charging.messages("PaymentDeadLetters") == []


def test_a_waiting_message_is_reported_as_failed_and_does_not_delay_other_messages(
    charging: World, make_event: MakeEvent
) -> None:
    other = make_event("order.placed", order_id="other")
    charging.send("PaymentQueue", make_event("shipment.cancelled").to_json(), other.to_json())
    charging.step("PaymentConsumerQueue")
    assert charging.kinds("PaymentQueue") == ["shipment.cancelled"]
    assert charging.ledger("Payment", "other") == ["charge captured"]


def test_after_five_receives_a_waiting_message_is_requeued_for_a_minute(
    charging: World, make_event: MakeEvent
) -> None:
    waiting = make_event("shipment.cancelled").to_json()
    charging.send("PaymentQueue", waiting, type="shipment.cancelled")
    for _ in range(4):
        charging.messages("PaymentQueue")
    charging.step("PaymentConsumerQueue")
    (hidden_until,) = charging.hidden_until("PaymentQueue")
    assert hidden_until - time.time() == pytest.approx(60, abs=2)
    charging.wake_hidden("PaymentQueue")
    (requeued,) = charging.messages("PaymentQueue")
    assert (requeued["Body"], requeued["Attributes"]["ApproximateReceiveCount"]) == (waiting, "1")
    assert requeued["MessageAttributes"]["type"]["StringValue"] == "shipment.cancelled"


def test_a_waiting_message_is_never_dead_lettered(charging: World, make_event: MakeEvent) -> None:
    charging.send("PaymentQueue", make_event("shipment.cancelled").to_json())
    for _ in range(20):
        charging.step("PaymentConsumerQueue")
        charging.wake_hidden("PaymentQueue")
    assert charging.kinds("PaymentQueue") == ["shipment.cancelled"]
    assert charging.messages("PaymentDeadLetters") == []


def test_a_waiting_message_is_handled_after_the_intent_is_resolved(
    charging: World, make_event: MakeEvent
) -> None:
    charging.send("PaymentQueue", make_event("shipment.cancelled").to_json())
    charging.step("PaymentConsumerQueue")
    charging.deliver("PaymentConsumer", make_event("order.placed"))
    charging.wake_hidden("PaymentQueue")
    charging.step("PaymentConsumerQueue")
    assert charging.ledger("Payment", ORDER_ID) == ["charge captured", "refund refunded"]


def test_a_charge_without_an_answer_is_repeated_with_the_same_key(
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
