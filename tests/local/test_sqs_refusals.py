"""Requests that SQS refuses are refused with its code and message. Requests at a limit are accepted."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.endpoint import Endpoint, endpoint, refusal

KIB = 1024
TEXT = {"DataType": "String", "StringValue": "x"}


@pytest.fixture(scope="module")
def aws() -> Iterator[Endpoint]:
    with endpoint() as it:
        it.queue()
        it.queue("small", MaximumMessageSize="1024")
        yield it


def entries(*ids: str, body: str = "x") -> list[dict[str, Any]]:
    return [{"Id": each, "MessageBody": body} for each in ids]


SQS: list[tuple[str, dict[str, Any], str, str]] = [
    ("send_message", {"MessageBody": ""}, "MissingParameter", "must contain the parameter MessageBody"),
    ("send_message", {"MessageBody": "\x01"}, "InvalidMessageContents", "#x10000 to #x10FFFF"),
    ("send_message", {"MessageBody": "\ufffe"}, "InvalidMessageContents", "Invalid characters found"),
    (
        "send_message",
        {"MessageBody": "x" * (KIB * KIB + 1)},
        "InvalidParameterValue",
        "Reason: Message must be shorter than 1048576 bytes.",
    ),
    (
        "send_message",
        {"MessageBody": "x", "DelaySeconds": 901},
        "InvalidParameterValue",
        "Reason: DelaySeconds must be >= 0 and <= 900.",
    ),
    (
        "send_message",
        {"MessageBody": "x", "MessageAttributes": {"a": {"DataType": "String", "StringValue": ""}}},
        "InvalidParameterValue",
        "Message (user) attribute 'a' must contain a non-empty value of type 'String'.",
    ),
    (
        "send_message",
        {"MessageBody": "x", "MessageAttributes": {"a": {"DataType": "Number", "StringValue": "one"}}},
        "InvalidParameterValue",
        "Can't cast the value of message (user) attribute 'a' to a number.",
    ),
    (
        "send_message",
        {"MessageBody": "x", "MessageAttributes": {f"a{number}": TEXT for number in range(11)}},
        "InvalidParameterValue",
        "Number of message attributes [11] exceeds the allowed maximum [10].",
    ),
    (
        "send_message",
        {"MessageBody": "x", "MessageAttributes": {"AWS.mine": TEXT}},
        "InvalidParameterValue",
        "attribute name 'AWS.mine' is invalid",
    ),
    (
        "send_message_batch",
        {"Entries": []},
        "AWS.SimpleQueueService.EmptyBatchRequest",
        "There should be at least one SendMessageBatchRequestEntry in the request.",
    ),
    (
        "send_message_batch",
        {"Entries": entries(*map(str, range(11)))},
        "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        "Maximum number of entries per request are 10. You have sent 11.",
    ),
    (
        "send_message_batch",
        {"Entries": entries("same", "same")},
        "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        "Id same repeated.",
    ),
    (
        "send_message_batch",
        {"Entries": entries("a b")},
        "AWS.SimpleQueueService.InvalidBatchEntryId",
        "alphanumeric characters, hyphens and underscores",
    ),
    (
        "send_message_batch",
        {"Entries": entries("1", "2", body="x" * (KIB * KIB // 2 + 1))},
        "AWS.SimpleQueueService.BatchRequestTooLong",
        "Batch requests cannot be longer than 1048576 bytes. You have sent 1048578 bytes.",
    ),
    (
        "receive_message",
        {"WaitTimeSeconds": 21},
        "InvalidParameterValue",
        "Value 21 for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= 20, if provided.",
    ),
    ("receive_message", {"MaxNumberOfMessages": 11}, "InvalidParameterValue", "Must be between 1 and 10"),
    ("receive_message", {"VisibilityTimeout": 43201}, "InvalidParameterValue", "Value 43201 for parameter"),
    (
        "delete_message_batch",
        {"Entries": [{"Id": "1", "ReceiptHandle": "x"}] * 2},
        "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        "Id 1 repeated.",
    ),
    (
        "set_queue_attributes",
        {"Attributes": {"DelaySeconds": "901"}},
        "InvalidAttributeValue",
        "Invalid value for the parameter DelaySeconds.",
    ),
    (
        "set_queue_attributes",
        {"Attributes": {"FifoQueue": "true"}},
        "InvalidAttributeName",
        "Unknown Attribute FifoQueue.",
    ),
]


@pytest.mark.parametrize(("operation", "request_", "code", "message"), SQS)
def test_sqs_refuses(
    aws: Endpoint, operation: str, request_: dict[str, Any], code: str, message: str
) -> None:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="queue")["QueueUrl"]
    found = refusal(getattr(sqs, operation), QueueUrl=url, **request_)
    assert found[0] == code
    assert message in found[1]


def test_a_refused_entry_of_a_batch_fails_alone(aws: Endpoint) -> None:
    sqs = aws.client("sqs")
    url = sqs.get_queue_url(QueueName="small")["QueueUrl"]
    long = {"Id": "long", "MessageBody": "x" * 1025}
    answer = sqs.send_message_batch(QueueUrl=url, Entries=[*entries("short"), long])
    assert [entry["Id"] for entry in answer["Successful"]] == ["short"]
    (failed,) = answer["Failed"]
    assert (failed["Id"], failed["Code"], failed["SenderFault"]) == ("long", "InvalidParameterValue", True)
    assert failed["Message"].endswith("Reason: Message must be shorter than 1024 bytes.")


def test_a_request_at_the_limit_is_accepted(aws: Endpoint) -> None:
    sqs, body = aws.client("sqs"), "\t\n\r \ufffd\U0010ffff"
    body += "x" * (KIB * KIB - len(body.encode()))
    url = sqs.get_queue_url(QueueName="queue")["QueueUrl"]
    assert sqs.send_message(QueueUrl=url, MessageBody=body, DelaySeconds=900)["MessageId"]


def test_a_second_purge_within_a_minute_is_refused(aws: Endpoint) -> None:
    sqs, url = aws.client("sqs"), aws.queue("purged")
    sqs.purge_queue(QueueUrl=url)
    code, _ = refusal(sqs.purge_queue, QueueUrl=url)
    assert code == "AWS.SimpleQueueService.PurgeQueueInProgress"


def test_an_existing_queue_with_other_attributes_is_not_created_again(aws: Endpoint) -> None:
    code, message = refusal(
        aws.client("sqs").create_queue, QueueName="queue", Attributes={"DelaySeconds": "5"}
    )
    assert (code, message.rpartition(" ")[2]) == ("QueueAlreadyExists", "DelaySeconds")


def test_a_request_without_a_required_parameter_is_refused(aws: Endpoint) -> None:
    answer = aws.query("sqs", "SendMessage")
    assert answer.status == 400
    assert b"<Code>MissingParameter</Code>" in answer.body
