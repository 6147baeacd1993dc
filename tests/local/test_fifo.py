"""FIFO queues and topics: names, order within a group, blocked groups, deduplication."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws import queues
from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.event_sources import mappings
from infra.local.event_sources.mapping import EventSourceMapping
from infra.local.in_process import environment
from infra.local.model.messages import Batch
from infra.local.model.stack import Stack
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.template import load

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {FifoTopic: true, ContentBasedDeduplication: true}}
  Dead: {Type: AWS::SQS::Queue, Properties: {FifoQueue: true}}
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      FifoQueue: true
      QueueName: orders.fifo
      RedrivePolicy: {deadLetterTargetArn: !GetAtt Dead.Arn, maxReceiveCount: 2}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref Topic, Protocol: sqs, Endpoint: !GetAtt Queue.Arn, RawMessageDelivery: true}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: .
      Events: {Source: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 2}}}
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    with patched_moto(), environment({}):
        yield Provisioner(load(tmp_path / "template.yaml"), "shop", "http://localhost:3000").provision()


@pytest.fixture
def mapping(stack: Stack) -> EventSourceMapping:
    return mappings(stack)["ReaderSource"]


def send(stack: Stack, *bodies: str, **more: str) -> None:
    """Send messages. The first letter of a message is its group."""
    for body in bodies:
        client("sqs").send_message(
            QueueUrl=stack.queues["Queue"],
            MessageBody=body,
            **{"MessageGroupId": body[0], "MessageDeduplicationId": body} | more,
        )


def polled(mapping: EventSourceMapping) -> tuple[Batch, list[str]]:
    batch = mapping.poll()
    assert batch is not None
    return batch, [record["body"] for record in batch.records]


def end_visibility_timeouts() -> None:
    """End the visibility timeout of all messages."""
    for message in queues.messages("orders.fifo"):
        message.visible_at = 0


def test_the_names_of_fifo_queues_and_topics_end_with_fifo(stack: Stack) -> None:
    names = [name.rpartition("/")[2] for name in stack.queues.values()]
    assert names == ["shop-Dead.fifo", "orders.fifo"]
    assert stack.topics["Topic"].endswith(":shop-Topic.fifo")


def test_a_group_is_blocked_while_its_messages_are_in_flight(stack: Stack, mapping: Any) -> None:
    send(stack, "a1", "a2", "a3", "b1")
    batch, bodies = polled(mapping)
    assert bodies == ["a1", "a2"]
    assert polled(mapping)[1] == ["b1"]
    assert mapping.poll() is None
    mapping.complete(batch, None)
    assert polled(mapping)[1] == ["a3"]


def test_a_failed_group_is_delivered_again_in_order(stack: Stack, mapping: Any) -> None:
    send(stack, "a1", "a2", "a3")
    batch, _ = polled(mapping)
    mapping.fail(batch, "reason")
    end_visibility_timeouts()
    assert polled(mapping)[1] == ["a1", "a2"]


def test_a_dead_lettered_message_unblocks_its_group(stack: Stack, mapping: Any) -> None:
    send(stack, "a1", "a2", "a3")
    for _ in range(2):
        polled(mapping)
        end_visibility_timeouts()
    assert polled(mapping)[1] == ["a3"]
    dead = client("sqs").receive_message(QueueUrl=stack.queues["Dead"], MaxNumberOfMessages=10)["Messages"]
    assert [message["Body"] for message in dead] == ["a1", "a2"]


def test_a_duplicate_is_dropped_even_if_the_first_message_was_deleted(stack: Stack, mapping: Any) -> None:
    send(stack, "a1")
    mapping.complete(polled(mapping)[0], None)
    send(stack, "a1")
    assert mapping.poll() is None
    send(stack, "a1", MessageDeduplicationId="another")
    assert polled(mapping)[1] == ["a1"]


def test_records_have_the_group_and_an_increasing_sequence_number(stack: Stack, mapping: Any) -> None:
    for body in ("a1", "b1", "c1", "d1"):
        send(stack, body)
    attributes = [record["attributes"] for _ in range(2) for record in polled(mapping)[0].records]
    assert [each["MessageGroupId"] for each in attributes] == ["a", "b", "c", "d"]
    assert [each["MessageDeduplicationId"] for each in attributes] == ["a1", "b1", "c1", "d1"]
    numbers = [each["SequenceNumber"] for each in attributes]
    assert numbers == sorted(numbers)
    assert {len(number) for number in numbers} == {20}


def test_a_topic_keeps_groups_and_drops_duplicates(stack: Stack, mapping: Any) -> None:
    for body in ("a1", "a1", "a2"):
        client("sns").publish(TopicArn=stack.topics["Topic"], Message=body, MessageGroupId="a")
    batch, bodies = polled(mapping)
    assert bodies == ["a1", "a2"]
    assert batch.records[0]["attributes"]["MessageGroupId"] == "a"
