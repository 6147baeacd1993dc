"""Requests that SNS refuses are refused with its code and message."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.endpoint import Endpoint, endpoint, queue_arn, refusal

KIB = 1024
TEXT = {"DataType": "String", "StringValue": "x"}


@pytest.fixture(scope="module")
def aws() -> Iterator[Endpoint]:
    with endpoint() as it:
        it.queue()
        yield it


def published(*ids: str, message: str = "x", **more: Any) -> list[dict[str, Any]]:
    return [{"Id": each, "Message": message, **more} for each in ids]


SNS: list[tuple[list[dict[str, Any]], str, str]] = [
    ([], "EmptyBatchRequest", "doesn't contain any entries"),
    (published(*map(str, range(11))), "TooManyEntriesInBatchRequest", "more entries than permissible"),
    (published("same", "same"), "BatchEntryIdsNotDistinct", "have the same Id"),
    (published("a.b"), "InvalidBatchEntryId", "contains an impermissible character: a.b"),
    (published("a" * 81), "InvalidBatchEntryId", "is too long: aaa"),
    (published("1", "2", message="x" * (128 * KIB + 1)), "BatchRequestTooLong", "more than the limit"),
    (published("1", message=""), "InvalidParameter", "Invalid parameter: Empty message"),
    (published("1", Subject=""), "InvalidParameter", "Invalid parameter: Subject"),
    (
        published("1", MessageAttributes={"a": {"DataType": "String", "StringValue": ""}}),
        "ParameterValueInvalid",
        "must contain non-empty message attribute value for message attribute type 'String'.",
    ),
    (
        published("1", MessageAttributes={"a": {"DataType": "Binary", "StringValue": "x"}}),
        "ParameterValueInvalid",
        "The message attribute 'a' with type 'Binary' must use field 'Binary'.",
    ),
    (
        published("1", MessageAttributes={"a^": TEXT}),
        "ParameterValueInvalid",
        "Invalid non-alphanumeric character '#x5E' was found",
    ),
    (
        published("1", message='{"sqs": "x"}', MessageStructure="json"),
        "InvalidParameter",
        "No default entry in JSON message body",
    ),
]


@pytest.mark.parametrize(("batch", "code", "message"), SNS)
def test_sns_refuses_a_batch(aws: Endpoint, batch: list[dict[str, Any]], code: str, message: str) -> None:
    found = refusal(aws.client("sns").publish_batch, TopicArn=aws.topic(), PublishBatchRequestEntries=batch)
    assert found[0] == code
    assert message in found[1]


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"RawMessageDelivery": "yes"}, "RawMessageDelivery: Invalid value [yes]. Must be true or false."),
        ({"FilterPolicyScope": "Body"}, "FilterPolicyScope: Invalid value [Body]."),
        ({"FilterPolicy": "{x"}, "FilterPolicy: failed to parse JSON."),
        ({"RedrivePolicy": '{"deadLetterTargetArn": "x"}'}, "deadLetterTargetArn is an invalid arn"),
        ({"Policy": "{}"}, "Invalid parameter: AttributeName"),
        ({"FilterPolicy": '{"a": {"b": ["x"]}}'}, "MessageAttributes does not support nested filter policy"),
    ],
)
def test_sns_refuses_a_subscription(aws: Endpoint, attributes: dict[str, str], message: str) -> None:
    code, found = refusal(
        aws.client("sns").subscribe,
        TopicArn=aws.topic(),
        Protocol="sqs",
        Endpoint=queue_arn("queue"),
        Attributes=attributes,
    )
    assert code == "InvalidParameter"
    assert message in found


def test_a_request_without_a_required_parameter_is_refused(aws: Endpoint) -> None:
    answer = aws.query("sns", "Publish")
    assert answer.status == 400
    assert b"<Code>InvalidParameter</Code>" in answer.body
