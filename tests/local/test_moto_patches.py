"""Corrections to moto change no answer: the same calls, asked with and without them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import botocore
import pytest
import time_machine
from botocore.exceptions import ClientError
from botocore.loaders import JSONFileLoader
from moto import mock_aws

from infra.local.aws import botocore_models
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from infra.local.model.credentials import REGION


class Queue:
    """A queue that retains messages for a minute, and hides what is received for ten seconds."""

    def __init__(self) -> None:
        self._sqs = boto3.client("sqs", region_name=REGION)
        self.url = self._sqs.create_queue(
            QueueName="q", Attributes={"MessageRetentionPeriod": "60", "VisibilityTimeout": "10"}
        )["QueueUrl"]

    def send(self, *bodies: str, delay: int = 0) -> None:
        for body in bodies:
            self._sqs.send_message(QueueUrl=self.url, MessageBody=body, DelaySeconds=delay)

    def receive(self, number: int = 10) -> dict[str, str]:
        """Receipt handles by body."""
        found = self._sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=number)
        return {message["Body"]: message["ReceiptHandle"] for message in found.get("Messages", [])}

    def delete(self, handle: str) -> str:
        try:
            self._sqs.delete_message(QueueUrl=self.url, ReceiptHandle=handle)
        except ClientError as error:
            return error.response["Error"]["Code"]
        return "deleted"

    def counts(self) -> dict[str, str]:
        answer = self._sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])["Attributes"]
        return {name: number for name, number in answer.items() if name.startswith("Approximate")}


@contextmanager
def _queue(quicker: bool) -> Iterator[tuple[Queue, Any]]:
    with (
        time_machine.travel("2026-01-01T00:00:00Z", tick=False) as clock,
        environment({}),
        patched_moto() if quicker else mock_aws(),
    ):
        yield Queue(), clock


@pytest.mark.parametrize("quicker", [False, True])
def test_a_queue_does_the_same_with_them_as_without(quicker: bool) -> None:
    with _queue(quicker) as (queue, clock):
        queue.send("a", "b", "c")
        queue.send("late", delay=30)
        clock.shift(timedelta(milliseconds=1))
        first = queue.receive(2)
        assert list(first) == ["a", "b"]
        assert queue.delete(first["a"]) == "deleted"
        assert queue.delete(first["a"]) == "deleted"  # again is no mistake
        assert queue.delete("unknown") == "ReceiptHandleIsInvalid"
        assert queue.counts() == {
            "ApproximateNumberOfMessages": "1",
            "ApproximateNumberOfMessagesDelayed": "1",
            "ApproximateNumberOfMessagesNotVisible": "1",
        }
        clock.shift(timedelta(seconds=10))
        assert list(queue.receive()) == ["c"]  # "b" is hidden for its last moment
        clock.shift(timedelta(milliseconds=1))
        assert list(queue.receive()) == ["b"]
        assert queue.delete(first["b"]) == "deleted"  # by the handle of an earlier receive
        clock.shift(timedelta(seconds=20))
        assert list(queue.receive()) == ["c", "late"]
        clock.shift(timedelta(seconds=60))
        assert queue.receive() == {}  # not retained any longer


def test_a_description_read_as_a_plain_dictionary_is_botocores_own_in_the_same_order() -> None:
    path = str(Path(botocore.__file__).parent / "data" / "endpoints")
    own, plain = JSONFileLoader().load_file(path), botocore_models.load_file(None, f"{path}.json", open)
    assert list(own["partitions"][0]["services"]) == list(plain["partitions"][0]["services"])
    assert own == plain
    assert botocore_models.load_file(None, f"{path}.missing", open) is None
