"""Messages wait for as long as AWS throttles, fails, does not answer or denies access."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse

from choreography import aws
from infra.local.in_process import environment
from tests.conftest import MakeEvent, Printed
from tests.world import ORDER_ID, STRIPES_KEY, World, an_order

RECEIVES = 20
"""More than twice any queue's `maxReceiveCount`."""

AwsFailure = Callable[[AWSPreparedRequest], AWSResponse]


def refusal(code: str, status: int) -> AwsFailure:
    return lambda request: AWSResponse(
        request.url, status, HTTPHeaders(), MockRawResponse(json.dumps({"__type": code, "message": "m"}))
    )


def no_answer(error: type[Any]) -> AwsFailure:
    def fail(request: AWSPreparedRequest) -> AWSResponse:
        raise error(endpoint_url=request.url)

    return fail


AWS_FAILURES: dict[str, AwsFailure] = {
    "throttled": refusal("ThrottlingException", 400),
    "over the table's throughput": refusal("ProvisionedThroughputExceededException", 400),
    "an internal error": refusal("InternalServerError", 500),
    "a bad gateway": refusal("", 502),
    "no answer": no_answer(ReadTimeoutError),
    "not connected": no_answer(ConnectTimeoutError),
    "not reached": no_answer(EndpointConnectionError),
    "no permission": refusal("AccessDeniedException", 400),
    "an expired token": refusal("ExpiredTokenException", 400),
    "no such resource": refusal("ResourceNotFoundException", 400),
}


@contextmanager
def failing_calls(service: str, failure: AwsFailure, about: str = "") -> Iterator[None]:
    """Make calls of a service fail if `about` is in their body. botocore does not wait between attempts."""

    def hook(request: AWSPreparedRequest, **_: Any) -> AWSResponse | None:
        body = request.body.decode() if isinstance(request.body, bytes) else str(request.body)
        return failure(request) if about in body else None

    with environment({}):
        events: Any = getattr(aws, service)().meta.events
    events.register_first(f"before-send.{service}", hook)
    try:
        with patch("time.sleep", lambda _: None):
            yield
    finally:
        events.unregister(f"before-send.{service}", hook)


def receive(world: World, times: int = RECEIVES) -> None:
    for _ in range(times):
        world.step("PaymentConsumerQueue")
        world.wake_hidden("PaymentQueue")


@pytest.mark.parametrize("failure", AWS_FAILURES.values(), ids=AWS_FAILURES)
def test_a_message_waits_for_as_long_as_dynamodb_fails(
    world: World, make_event: MakeEvent, failure: AwsFailure
) -> None:
    world.send("PaymentQueue", make_event("order.placed").to_json())
    with failing_calls("dynamodb", failure):
        receive(world)
    assert (world.kinds("PaymentQueue"), world.messages("PaymentDeadLetters")) == (["order.placed"], [])
    world.step("PaymentConsumerQueue")
    assert world.ledger("Payment", ORDER_ID) == ["charge captured"]


@pytest.mark.parametrize("failure", AWS_FAILURES.values(), ids=AWS_FAILURES)
def test_a_secret_that_cannot_be_fetched_makes_messages_wait_and_starts_no_charge(
    world: World, make_event: MakeEvent, failure: AwsFailure
) -> None:
    function = world.stack.functions["PaymentConsumer"]
    stripe = {"PAYMENT_GATEWAY": "stripe", "STRIPE_SECRET_ID": STRIPES_KEY}
    world.stack.functions["PaymentConsumer"] = replace(
        function, environment={**function.environment, **stripe}
    )
    world.send("PaymentQueue", make_event("order.placed").to_json())
    with failing_calls("secretsmanager", failure):
        receive(world)
    assert (world.kinds("PaymentQueue"), world.messages("PaymentDeadLetters")) == (["order.placed"], [])
    assert world.items("PaymentTable") == []


def test_a_defect_is_retried_eight_times_and_then_dead_lettered(world: World, make_event: MakeEvent) -> None:
    world.send("PaymentQueue", make_event("order.placed").to_json())
    with failing_calls("dynamodb", refusal("ValidationException", 400)):
        receive(world)
    assert (world.kinds("PaymentQueue"), len(world.messages("PaymentDeadLetters"))) == ([], 1)


def test_one_throttled_message_does_not_fail_its_batch(world: World, make_event: MakeEvent) -> None:
    throttled, other = (make_event("order.placed", order_id=name) for name in ("throttled", "other"))
    with failing_calls("dynamodb", AWS_FAILURES["throttled"], about="throttled"):
        failed = world.deliver("PaymentConsumer", throttled, other)
    assert failed == [throttled.to_json()]
    assert world.ledger("Payment", "other") == ["charge captured"]


@pytest.mark.parametrize("failure", AWS_FAILURES.values(), ids=AWS_FAILURES)
@pytest.mark.parametrize("receives", [1, 5])
def test_a_message_stays_in_the_queue_if_its_visibility_timeout_cannot_be_set(
    world: World, make_event: MakeEvent, failure: AwsFailure, receives: int
) -> None:
    """SQS then delivers the message again after the queue's own visibility timeout."""
    event = make_event("order.placed")
    with failing_calls("dynamodb", failure), failing_calls("sqs", failure):
        assert world.deliver("PaymentConsumer", event, receive_count=receives) == [event.to_json()]


def test_a_poison_message_that_cannot_be_dead_lettered_stays_in_the_queue(world: World) -> None:
    with failing_calls("sqs", AWS_FAILURES["throttled"]):
        assert world.deliver("PaymentConsumer", "{") == ["{"]


def test_a_function_with_a_timeout_shorter_than_a_call_raises_an_error_that_names_it(
    world: World, make_event: MakeEvent
) -> None:
    """Otherwise every message would wait, and none would be handled or dead-lettered."""
    function = world.stack.functions["PaymentConsumer"]
    world.stack.functions["PaymentConsumer"] = replace(function, timeout_seconds=10)
    with pytest.raises(ValueError, match="the Timeout of order-choreography-PaymentConsumer is too short"):
        world.deliver("PaymentConsumer", make_event("order.placed"))


HTTP = [("no answer", 0), ("throttled", 0), ("an internal error", 0), ("no permission", 1)]


@pytest.mark.parametrize(("failure", "failures"), HTTP)
def test_the_api_answers_503_and_counts_only_failures_that_need_an_operator(
    world: World, printed: Printed, failure: str, failures: int
) -> None:
    with failing_calls("dynamodb", AWS_FAILURES[failure]):
        answers = [world.post("/orders", an_order()), world.post("/orders", an_order(), idempotency_key="k")]
    for answer in answers:
        assert (answer.status, dict(answer.headers)["retry-after"]) == (503, "1")
    assert failed_requests(printed) == [("order", [1])] * 2 * failures


@pytest.mark.parametrize(("failure", "failures"), HTTP)
@pytest.mark.parametrize("service", ["secretsmanager", "dynamodb"])
def test_the_webhook_answers_503_and_counts_only_failures_that_need_an_operator(
    world: World, printed: Printed, service: str, failure: str, failures: int
) -> None:
    with failing_calls(service, AWS_FAILURES[failure]):
        answer = world.parcel_delivered(ORDER_ID)
    assert (answer.status, dict(answer.headers)["retry-after"]) == (503, "1")
    assert failed_requests(printed) == [("shipping", [1])] * failures


def test_a_defect_of_the_api_is_counted(
    world: World, printed: Printed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("order.orders.Orders.find", lambda *_: 1 / 0)
    assert world.request("GET", f"/orders/{ORDER_ID}").status == 503
    assert failed_requests(printed) == [("order", [1])]


def failed_requests(printed: Printed) -> list[tuple[str, list[float]]]:
    """The service and the count of each RequestsFailed metric."""
    return [(line["service"], line["RequestsFailed"]) for line in printed() if "RequestsFailed" in line]
