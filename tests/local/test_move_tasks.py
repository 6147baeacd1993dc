"""Message move tasks, with which the console and `choreo redrive` redrive dead letters."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoint import Endpoint, endpoint, queue_arn

TEXT = {"DataType": "String", "StringValue": "a bug"}


@pytest.fixture
def aws() -> Iterator[Endpoint]:
    """A queue with the dead-letter queue `dead`, to which two messages were sent directly."""
    with endpoint() as it:
        dead = it.queue("dead")
        policy = {"deadLetterTargetArn": queue_arn("dead"), "maxReceiveCount": 1}
        it.queue(RedrivePolicy=json.dumps(policy), VisibilityTimeout="0")
        for body in ("one", "two"):
            it.client("sqs").send_message(QueueUrl=dead, MessageBody=body, MessageAttributes={"reason": TEXT})
        yield it


def url(aws: Endpoint, name: str) -> str:
    found: str = aws.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    return found


def start(aws: Endpoint, **request: str) -> Any:
    """Starts a task. Returns its entry in ListMessageMoveTasks."""
    sqs = aws.client("sqs")
    sqs.start_message_move_task(SourceArn=queue_arn("dead"), **request)
    (task,) = sqs.list_message_move_tasks(SourceArn=queue_arn("dead"))["Results"]
    return task


def test_messages_are_moved_to_the_destination_with_their_attributes(aws: Endpoint) -> None:
    task = start(aws, DestinationArn=queue_arn("queue"))
    assert (task["Status"], task["ApproximateNumberOfMessagesMoved"]) == ("COMPLETED", 2)
    assert aws.bodies(url(aws, "dead")) == []
    (first, _) = aws.client("sqs").receive_message(
        QueueUrl=url(aws, "queue"),
        MaxNumberOfMessages=10,
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["All"],
    )["Messages"]
    assert (first["Body"], first["MessageAttributes"]) == ("one", {"reason": TEXT})
    assert first["Attributes"]["ApproximateReceiveCount"] == "1"
    assert "DeadLetterQueueSourceArn" not in first["Attributes"]


def test_a_task_without_a_destination_fails_for_messages_that_sqs_did_not_dead_letter(aws: Endpoint) -> None:
    task = start(aws)
    assert (task["Status"], task["FailureReason"]) == ("FAILED", "CouldNotDetermineMessageSource")
    assert aws.bodies(url(aws, "dead")) == ["one", "two"]


def test_messages_that_sqs_dead_lettered_are_moved_to_their_source_queue(aws: Endpoint) -> None:
    sqs, dead = aws.client("sqs"), url(aws, "dead")
    sqs.purge_queue(QueueUrl=dead)
    sqs.send_message(QueueUrl=url(aws, "queue"), MessageBody="poison")
    assert [aws.bodies(url(aws, "queue")) for _ in range(2)] == [["poison"], []]
    assert start(aws)["ApproximateNumberOfMessagesMoved"] == 1
    assert aws.bodies(url(aws, "queue")) == ["poison"]


@pytest.mark.parametrize(
    ("request_", "code", "message"),
    [
        ({"SourceArn": queue_arn("queue")}, "InvalidParameterValue", "must be configured as a Dead Letter"),
        ({"SourceArn": queue_arn("gone")}, "ResourceNotFoundException", "SourceArn parameter doesn't exist"),
        (
            {"SourceArn": queue_arn("dead"), "DestinationArn": queue_arn("gone")},
            "ResourceNotFoundException",
            "DestinationArn parameter doesn't exist",
        ),
    ],
)
def test_a_task_is_refused(aws: Endpoint, request_: dict[str, str], code: str, message: str) -> None:
    with pytest.raises(ClientError, match=message) as refused:
        aws.client("sqs").start_message_move_task(**request_)
    assert refused.value.response["Error"]["Code"] == code


def test_a_completed_task_cannot_be_cancelled(aws: Endpoint) -> None:
    sqs = aws.client("sqs")
    handle = sqs.start_message_move_task(SourceArn=queue_arn("dead"), DestinationArn=queue_arn("queue"))
    with pytest.raises(ClientError, match="Only active tasks can be cancelled"):
        sqs.cancel_message_move_task(TaskHandle=handle["TaskHandle"])
    with pytest.raises(ClientError, match="Value for parameter TaskHandle is invalid"):
        sqs.cancel_message_move_task(TaskHandle="none")
