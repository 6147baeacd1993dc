"""SNS delivers to each subscription independently, or else to the subscription's dead-letter queue."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto.sns.models import Topic

from tests.local.endpoint import Endpoint, endpoint, queue_arn

TEXT = {"DataType": "String", "StringValue": "order"}
NUMBER = {"DataType": "Number", "StringValue": "1"}
BINARY = {"DataType": "Binary", "BinaryValue": b"\x02\x03"}
REDRIVE = json.dumps({"deadLetterTargetArn": queue_arn("dead")})


@pytest.fixture
def aws() -> Iterator[Endpoint]:
    with endpoint() as it:
        yield it


def batch(*ids: str) -> list[dict[str, Any]]:
    return [{"Id": each, "Message": f"message {each}"} for each in ids]


def test_only_the_subscription_of_a_deleted_queue_dead_letters_its_message(aws: Endpoint) -> None:
    topic, queue, dead = aws.topic(), aws.queue(), aws.queue("dead")
    aws.subscribe(topic, "gone", RawMessageDelivery="true", RedrivePolicy=REDRIVE)
    aws.subscribe(topic, "queue", RawMessageDelivery="true")
    answer = aws.client("sns").publish_batch(TopicArn=topic, PublishBatchRequestEntries=batch("1", "2"))
    assert [entry["Id"] for entry in answer["Successful"]] == ["1", "2"]
    assert answer["Failed"] == []
    assert aws.bodies(queue) == aws.bodies(dead) == ["message 1", "message 2"]


def test_a_dead_letter_of_a_raw_subscription_has_only_the_attributes_of_the_message(aws: Endpoint) -> None:
    topic, dead = aws.topic(), aws.queue("dead")
    aws.subscribe(topic, "gone", RawMessageDelivery="true", RedrivePolicy=REDRIVE)
    given = {"number": NUMBER, "raw": BINARY}
    aws.client("sns").publish(TopicArn=topic, Message="hello", MessageAttributes=given)
    (message,) = aws.client("sqs").receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"]
    assert message["MessageAttributes"] == given


def test_a_dead_letter_without_raw_delivery_is_the_notification(aws: Endpoint) -> None:
    topic, dead = aws.topic(), aws.queue("dead")
    aws.subscribe(topic, "gone", RedrivePolicy=REDRIVE)
    aws.client("sns").publish(TopicArn=topic, Message="hello")
    (body,) = aws.bodies(dead)
    assert json.loads(body)["Message"] == "hello"


@pytest.mark.parametrize("policy", [{}, {"RedrivePolicy": REDRIVE}])
def test_without_a_dead_letter_queue_the_publisher_gets_no_error(
    aws: Endpoint, policy: dict[str, str]
) -> None:
    topic = aws.topic()
    aws.subscribe(topic, "gone", **policy)
    assert aws.client("sns").publish(TopicArn=topic, Message="hello")["MessageId"]


def test_every_entry_is_listed_as_successful_or_failed(
    aws: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> str:
        raise RuntimeError

    topic = aws.topic()
    monkeypatch.setattr(Topic, "publish", fail)
    answer = aws.client("sns").publish_batch(TopicArn=topic, PublishBatchRequestEntries=batch("1", "2"))
    assert answer["Successful"] == []
    assert [(entry["Id"], entry["Code"]) for entry in answer["Failed"]] == [
        ("1", "InternalError"),
        ("2", "InternalError"),
    ]


@pytest.mark.parametrize(
    ("policy", "attributes", "passes"),
    [
        ({"kind": ["order"]}, {"kind": TEXT}, True),
        ({"kind": [{"wildcard": "or*r"}]}, {"kind": TEXT}, True),
        ({"kind": [{"anything-but": ["order"]}]}, {"kind": TEXT}, False),
        ({"kind": [{"exists": False}]}, {"kind": TEXT}, False),
        ({"number": [{"numeric": ["<=", 1]}]}, {"number": NUMBER}, True),
        ({"number": ["1"]}, {"number": NUMBER}, False),
        ({"$or": [{"kind": ["x"]}, {"number": [1]}]}, {"kind": TEXT, "number": NUMBER}, True),
        ({"many": ["b"]}, {"many": {"DataType": "String.Array", "StringValue": '["a", "b"]'}}, True),
        ({"raw": [{"exists": True}]}, {"raw": BINARY}, False),
    ],
)
def test_a_filter_policy_matches_attributes(
    aws: Endpoint, policy: dict[str, Any], attributes: dict[str, Any], passes: bool
) -> None:
    topic, queue = aws.topic(), aws.queue()
    aws.subscribe(topic, "queue", RawMessageDelivery="true", FilterPolicy=json.dumps(policy))
    aws.client("sns").publish(TopicArn=topic, Message="hello", MessageAttributes=attributes)
    assert aws.bodies(queue) == ["hello"] * passes


def test_a_filter_policy_with_the_scope_message_body_matches_the_body(aws: Endpoint) -> None:
    topic, queue = aws.topic(), aws.queue()
    policy = json.dumps({"order.total": [{"numeric": [">", 10]}]})
    scope = {"FilterPolicyScope": "MessageBody", "RawMessageDelivery": "true"}
    aws.subscribe(topic, "queue", FilterPolicy=policy, **scope)
    for message in ('{"order": {"total": 11}}', '{"order": {"total": 9}}', "no json", "[]"):
        aws.client("sns").publish(TopicArn=topic, Message=message)
    assert aws.bodies(queue) == ['{"order": {"total": 11}}']
