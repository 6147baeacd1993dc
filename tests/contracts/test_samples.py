"""Every sample equals the generated one, and has the answer and the effect that events/answers.json says."""

import json
from typing import Any

import pytest

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import invoke
from infra.samples.effects import added, contents
from infra.samples.files import function_of, samples, text
from infra.samples.sample_order import SECOND_QUEUES
from infra.shared.root import ROOT
from tests.world import World

EVENTS = ROOT / "events"
ANSWERS: dict[str, Any] = json.loads((EVENTS / "answers.json").read_text())


def agrees(answer: Any, expected: Any) -> bool:
    """Return whether the answer contains all expected values. Bodies are compared as JSON."""
    if isinstance(expected, dict):
        found = json.loads(answer) if isinstance(answer, str) else answer
        return all(name in found and agrees(found[name], value) for name, value in expected.items())
    return bool(answer == expected)


def test_the_samples_are_up_to_date() -> None:
    written = {str(path.relative_to(EVENTS)): path.read_text() for path in EVENTS.rglob("*.json")}
    assert written == {path: text(payload) for path, payload in samples().items()}


def test_every_sample_is_answered_as_expected_and_has_its_effect() -> None:
    with patched_moto():
        world = World()
        place = client("dynamodb"), client("sqs"), world.stack.tables, world.stack.queues
        before = contents(*place)
        for path, expected in ANSWERS.items():
            payload = json.loads((EVENTS / path).read_text())
            answer = invoke(world.stack.functions[function_of(path)], payload)
            assert agrees(answer, expected["answer"]), (path, answer)
            after = contents(*place)
            assert added(before, after) == expected["effect"], path
            before = after
        poison = world.messages("PaymentDeadLetters")
    assert [message["Body"] for message in poison] == ['{"specversion": "1.0", "type": ']


@pytest.mark.parametrize(
    ("path", "place", "what"),
    [
        ("payment/consumer/one.json", "PaymentLedger", "charge captured"),
        ("payment/consumer/ten.json", "PaymentLedger", "charge captured"),
        ("payment/consumer/out_of_order.json", "PaymentLedger", "refund refunded"),
        ("shipping/consumer/out_of_order.json", "ShippingLedger", "dispatch dispatched"),
        ("order/expiry/one.json", "OrderTable", "emitted order.cancellation_requested"),
        ("order/relay/one.json", "PaymentQueue", "message"),
    ],
)
def test_a_sample_does_what_its_function_is_for(path: str, place: str, what: str) -> None:
    assert ANSWERS[path]["effect"][place][what] > 0


FUNCTIONS = {path.rpartition("/")[0] for path in ANSWERS}
SECOND = {f"{service}/{part}" for service, parts in SECOND_QUEUES.items() for part in parts}


@pytest.mark.parametrize("function", sorted(FUNCTIONS - SECOND - {"shipping/webhook"}))
def test_every_api_consumer_and_relay_has_a_sample_with_an_effect(function: str) -> None:
    """The webhook's samples are refused: a signature is valid for five minutes."""
    assert any(expected["effect"] for path, expected in ANSWERS.items() if path.startswith(f"{function}/"))


def test_no_message_of_a_sample_has_a_deadline_that_would_pass() -> None:
    for path in (path for path in ANSWERS if "/consumer/" in path):
        assert "expires_at" not in (EVENTS / path).read_text()


@pytest.mark.parametrize("path", [path for path in ANSWERS if "/consumer/" in path])
def test_a_sample_batch_has_the_form_of_sqs(path: str) -> None:
    for record in json.loads((EVENTS / path).read_text())["Records"]:
        assert record.keys() == {
            *("messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody"),
            *("eventSource", "eventSourceARN", "awsRegion"),
        }
