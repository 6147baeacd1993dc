"""Every sample event equals what the code generates, and is answered as events/answers.json says."""

import json
from typing import Any

import pytest

from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import ROOT, invoke
from infra.samples.files import function_of, samples, text
from tests.world import World

EVENTS = ROOT / "events"
ANSWERS: dict[str, Any] = json.loads((EVENTS / "answers.json").read_text())


def agrees(answer: Any, expected: Any) -> bool:
    """Whether the answer has everything that is expected. A body is compared as JSON."""
    if isinstance(expected, dict):
        found = json.loads(answer) if isinstance(answer, str) else answer
        return all(name in found and agrees(found[name], value) for name, value in expected.items())
    return bool(answer == expected)


def test_the_samples_are_up_to_date() -> None:
    written = {str(path.relative_to(EVENTS)): path.read_text() for path in EVENTS.rglob("*.json")}
    assert written == {path: text(payload) for path, payload in samples().items()}


def test_every_sample_is_answered_as_expected() -> None:
    with patched_moto():
        world = World()
        for path, expected in ANSWERS.items():
            payload = json.loads((EVENTS / path).read_text())
            answer = invoke(world.stack.functions[function_of(path)], payload)
            assert agrees(answer, expected), (path, answer)
        poison = world.messages("PaymentDeadLetters")
    assert [message["Body"] for message in poison] == ['{"specversion": "1.0", "type": ']


@pytest.mark.parametrize("path", [path for path in ANSWERS if "/consumer/" in path])
def test_a_batch_is_as_sqs_sends_it(path: str) -> None:
    for record in json.loads((EVENTS / path).read_text())["Records"]:
        assert record.keys() == {
            *("messageId", "receiptHandle", "body", "attributes", "messageAttributes", "md5OfBody"),
            *("eventSource", "eventSourceARN", "awsRegion"),
        }
