"""Each call to AWS and to Stripe takes as long as the code's timeouts allow, and then gets an answer.

The tests add up these times: every invocation makes progress and ends before the function's timeout, for any
batch.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from choreography import aws, secrets
from choreography.deadline import deadline
from choreography.errors import NoTimeLeft
from choreography.publishing import ENTRIES
from infra.local import in_process
from infra.local.in_process import environment, invoke
from infra.local.runtime import context
from payment import stripe_gateway
from payment.gateway import Refund
from shipping import http_carrier
from tests.conftest import MakeEvent
from tests.specified_carrier import SpecifiedCarrier
from tests.specified_stripe import SpecifiedStripe
from tests.world import ORDER_ID, World, an_order

HTTP_API_SECONDS = 30
"""https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html, integration timeout"""
AWS_SERVICES = ("dynamodb", "secretsmanager", "sns", "sqs")


@dataclass
class Clock:
    """The elapsed seconds of an invocation."""

    seconds: float = 0

    def time(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that only slow calls advance."""
    made = Clock()
    for module in (context, in_process):
        monkeypatch.setattr(module, "time", SimpleNamespace(time=made.time))
    return made


@contextmanager
def hooked(service: str, moment: str, hook: Any) -> Iterator[None]:
    with environment({}):
        events: Any = getattr(aws, service)().meta.events
    events.register_first(f"{moment}.{service}", hook)
    try:
        yield
    finally:
        events.unregister(f"{moment}.{service}", hook)


@pytest.fixture
def slow(world: World, clock: Clock) -> Iterator[World]:
    """A world in which every call of a function takes the maximum time."""

    def take(**_: Any) -> None:
        clock.seconds += aws.LONGEST_CALL_SECONDS

    with ExitStack() as hooks:
        for service in AWS_SERVICES:
            hooks.enter_context(hooked(service, "after-call", take))
        yield world


class SlowStripe(SpecifiedStripe):
    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def request(self, *given: Any, **more: Any) -> Any:
        self._clock.seconds += stripe_gateway.LONGEST_CALL_SECONDS
        return super().request(*given, **more)


class SlowCarrier(SpecifiedCarrier):
    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def answer(self, *request: Any) -> Any:
        self._clock.seconds += http_carrier.LONGEST_CALL_SECONDS
        return super().answer(*request)


@pytest.fixture
def stripe(slow: World, clock: Clock) -> Iterator[SlowStripe]:
    account = SlowStripe(clock)
    with account.used_by(slow):
        yield account


def batch(make_event: MakeEvent, kind: str, size: int = 10) -> list[str]:
    limit = {"expires_at": datetime(2100, 1, 1, tzinfo=UTC)} if kind == "order.placed" else {}
    return [make_event(kind, f"order-{number}", **limit).to_json() for number in range(size)]


def timeout(world: World, function: str) -> float:
    return world.stack.functions[function].timeout_seconds


CALLS = [
    ("OrderConsumer", "payment.captured"),
    ("OrderConsumer", "shipment.failed"),
    ("OrderExpiry", "order.placed"),
    ("PaymentConsumer", "order.placed"),
    ("PaymentConsumer", "shipment.cancelled"),
    ("ShippingConsumer", "order.placed"),
    ("ShippingConsumer", "order.cancellation_requested"),
    ("ShippingConsumer", "payment.captured"),
]


@pytest.mark.parametrize(("function", "kind"), CALLS)
@pytest.mark.parametrize("receives", [1, 5])
def test_an_invocation_with_a_whole_batch_of_slow_messages_ends_in_time(
    slow: World, clock: Clock, make_event: MakeEvent, function: str, kind: str, receives: int
) -> None:
    slow.deliver(function, *batch(make_event, kind), receive_count=receives)
    assert 0 < clock.seconds <= timeout(slow, function)


def test_an_invocation_with_a_whole_batch_of_poison_ends_in_time(slow: World, clock: Clock) -> None:
    slow.deliver("PaymentConsumer", *["{"] * 10)
    assert 0 < clock.seconds <= timeout(slow, "PaymentConsumer")


def test_a_slow_charge_is_made_in_one_invocation(slow: World, make_event: MakeEvent) -> None:
    events = batch(make_event, "order.placed")
    assert slow.deliver("PaymentConsumer", *events) == events[1:]
    assert slow.ledger("Payment", "order-0") == ["charge captured"]


def test_a_slow_dispatch_is_made_in_one_invocation(slow: World, clock: Clock, make_event: MakeEvent) -> None:
    slow.deliver("ShippingConsumer", make_event("order.placed"))
    clock.seconds = 0
    assert slow.deliver("ShippingConsumer", make_event("payment.captured")) == []
    assert slow.ledger("Shipping", ORDER_ID) == ["dispatch dispatched"]


def test_a_slow_expiry_cancels_in_one_invocation(slow: World, clock: Clock) -> None:
    order_id = slow.place()
    placed = slow.published("OrderTable", order_id)[0]
    placed["data"]["expires_at"] = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    clock.seconds = 0
    assert slow.deliver("OrderExpiry", json.dumps(placed)) == []
    assert slow.published("OrderTable", order_id)[-1]["data"] == {"reason": "expired"}


def test_a_slow_charge_by_stripe_is_made_in_one_invocation(
    slow: World, stripe: SlowStripe, make_event: MakeEvent
) -> None:
    assert slow.deliver("PaymentConsumer", make_event("order.placed")) == []
    assert len(stripe.payments) == 1


def test_a_slow_charge_that_is_stuck_is_settled_in_one_invocation(
    slow: World, stripe: SlowStripe, clock: Clock, make_event: MakeEvent
) -> None:
    """The longest path: Payment looks the payment up, makes the charge impossible, and looks it up again."""
    stripe.faults = ["fine", "lost"]  # the search for an earlier charge, then the charge
    placed = make_event("order.placed")
    assert slow.deliver("PaymentConsumer", placed) == [placed.to_json()]
    stripe.payments["pi_1"]["status"] = "requires_payment_method"
    secrets.provider.cache_clear()
    clock.seconds = 0
    expired = make_event("order.placed", expires_at=placed.time + timedelta(seconds=1))
    assert slow.deliver("PaymentConsumer", expired) == []
    assert slow.item("PaymentTable", ORDER_ID)["status"] == "declined"
    assert clock.seconds <= timeout(slow, "PaymentConsumer")


@pytest.mark.parametrize(("country", "ends"), [("GB", "dispatched"), ("AQ", "failed")])
def test_a_slow_dispatch_over_http_is_made_or_refused_in_one_invocation(
    slow: World, clock: Clock, make_event: MakeEvent, country: str, ends: str
) -> None:
    """The longest path: Shipping looks a late dispatch up, sends it, and looks it up after a refusal."""
    placed = make_event("order.placed")
    address = placed.data.shipping_address.model_copy(update={"country": country})
    with SlowCarrier(clock).used_by(slow):
        slow.deliver("ShippingConsumer", make_event("order.placed", shipping_address=address))
        clock.seconds = 0
        assert slow.deliver("ShippingConsumer", make_event("payment.captured")) == []
    assert slow.item("ShippingTable", ORDER_ID)["status"] == ends
    assert clock.seconds <= timeout(slow, "ShippingConsumer")


@pytest.mark.parametrize("key", [{}, {"idempotency_key": "k"}])
def test_a_slow_order_is_accepted_before_api_gateway_times_out(
    slow: World, clock: Clock, key: dict[str, str]
) -> None:
    assert slow.post("/orders", an_order(), **key).status == 202
    assert clock.seconds <= timeout(slow, "OrderApi") < HTTP_API_SECONDS


def test_a_slow_cancellation_is_accepted_before_api_gateway_times_out(slow: World, clock: Clock) -> None:
    order_id = slow.place()
    clock.seconds = 0
    assert slow.cancel(order_id) == 202
    assert clock.seconds <= timeout(slow, "OrderApi")


@pytest.mark.parametrize("leaves", [0, 1])
def test_a_slow_page_is_answered_before_api_gateway_times_out(
    slow: World, clock: Clock, monkeypatch: pytest.MonkeyPatch, leaves: int
) -> None:
    """In one case, DynamoDB returns an unprocessed key in each answer."""
    slow.place()
    clock.seconds = 0
    with hooked("dynamodb", "after-call", partial(leave_keys, leaves)):
        answer = slow.request("GET", "/orders?customer_id=ada")
    assert answer.status == (503 if leaves else 200)
    assert clock.seconds <= timeout(slow, "OrderApi")


def leave_keys(number: int, parsed: Any, **_: Any) -> None:
    if "UnprocessedKeys" in parsed and number:
        (table,) = parsed["Responses"]
        parsed["UnprocessedKeys"] = {table: {"Keys": [{"order_id": {"S": "left"}}] * number}}


def test_a_slow_webhook_is_accepted_before_api_gateway_times_out(
    slow: World, clock: Clock, make_event: MakeEvent
) -> None:
    for kind in ("order.placed", "payment.captured"):
        clock.seconds = 0
        slow.deliver("ShippingConsumer", make_event(kind))
    clock.seconds = 0
    assert slow.parcel_delivered(ORDER_ID).status == 204
    assert clock.seconds <= timeout(slow, "ShippingWebhook") < HTTP_API_SECONDS


def test_a_slow_relay_reports_the_records_that_it_did_not_publish(slow: World, clock: Clock) -> None:
    for _ in range(60):
        clock.seconds = 0
        slow.place()
    clock.seconds = 0
    with environment({}):
        records = slow.mappings["OrderRelayOutbox"].poll()
    assert records is not None
    answer = invoke(slow.stack.functions["OrderRelay"], records.event)
    (failed,) = answer["batchItemFailures"]
    published = clock.seconds / aws.LONGEST_CALL_SECONDS * ENTRIES
    assert failed["itemIdentifier"] == sequence_number(records.event["Records"][int(published)])
    assert 0 < clock.seconds <= timeout(slow, "OrderRelay")


def sequence_number(record: Any) -> Any:
    return record["dynamodb"]["SequenceNumber"]


def test_in_an_outage_of_dynamodb_every_message_of_a_batch_is_requeued(
    world: World, clock: Clock, make_event: MakeEvent
) -> None:
    """A message that is not requeued would be dead-lettered after its last receive."""

    def fail(request: Any, **_: Any) -> None:
        clock.seconds += aws.LONGEST_CALL_SECONDS / aws.ATTEMPTS
        raise ReadTimeoutError(endpoint_url=request.url)

    with hooked("dynamodb", "before-send", fail):
        assert world.deliver("PaymentConsumer", *batch(make_event, "order.placed"), receive_count=5) == []
    assert len(world.kinds("PaymentQueue")) == 10
    assert clock.seconds <= timeout(world, "PaymentConsumer")


def test_payment_starts_no_call_to_stripe_that_could_outlast_the_invocation(
    world: World, clock: Clock
) -> None:
    gateway = stripe_gateway.connect("sk_test_1")
    left = context.Context(
        world.stack.functions["PaymentConsumer"], "id", stripe_gateway.LONGEST_CALL_SECONDS
    )
    clock.seconds = 0.1
    with deadline(left), pytest.raises(NoTimeLeft):
        gateway.refund(Refund(ORDER_ID, "pi_1", 2500, "EUR"))
