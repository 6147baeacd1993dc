"""Event source mappings handle successes and failures as Lambda does."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from infra.local.aws import queues
from infra.local.aws.moto_patches import patched_moto
from infra.local.aws.queues import MotoQueue
from infra.local.event_sources.mapping import failed_items
from infra.local.event_sources.queue_mapping import QueueMapping
from infra.local.event_sources.records import sqs_record
from infra.local.event_sources.stream_mapping import StreamMapping
from infra.local.in_process import environment
from infra.local.model.credentials import REGION
from infra.local.model.stack import EventSource

REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


class Clock:
    def __init__(self) -> None:
        self.now = 2_000_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with patched_moto(), environment({}):
        yield


def queue(clock: Clock, messages: int, **properties: Any) -> QueueMapping:
    sqs = boto3.client("sqs", region_name=REGION)
    url = sqs.create_queue(QueueName="q")["QueueUrl"]
    for number in range(messages):
        sqs.send_message(QueueUrl=url, MessageBody=str(number))
    source = EventSource("M", "F", f"arn:aws:sqs:{REGION}:123456789012:q", REPORTS | properties)
    return QueueMapping(source, MotoQueue("q"), clock)


def left(name: str = "q") -> int:
    sqs = boto3.client("sqs", region_name=REGION)
    url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
    names: list[Any] = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(map(int, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"].values()))


def stream(clock: Clock, writes: int, **properties: Any) -> StreamMapping:
    dynamodb, sqs = boto3.client("dynamodb", region_name=REGION), boto3.client("sqs", region_name=REGION)
    sqs.create_queue(QueueName="failed")
    table = dynamodb.create_table(
        TableName="t",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    for number in range(writes):
        dynamodb.put_item(TableName="t", Item={"id": {"S": str(number)}})
    given = REPORTS | {"StartingPosition": "TRIM_HORIZON"} | properties
    source = EventSource("M", "F", table["LatestStreamArn"], given)
    return StreamMapping(source, clock)


def ids(mapping: StreamMapping) -> list[str] | None:
    batch = mapping.poll()
    return None if batch is None else [record["dynamodb"]["Keys"]["id"]["S"] for record in batch.records]


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, []),
        ({}, []),
        ({"batchItemFailures": []}, []),
        ({"batchItemFailures": None}, []),
        ({"batchItemFailures": [{"itemIdentifier": "b"}]}, ["b"]),
        ({"batchItemFailures": [{"itemIdentifier": "x"}]}, None),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, None),
        ({"batchItemFailures": [{"wrong": "b"}]}, None),
        ("nonsense", None),
    ],
)
def test_a_partial_batch_response_is_read_as_lambda_reads_it(answer: Any, failed: list[str] | None) -> None:
    assert failed_items(answer, ["a", "b"], reports=True) == failed


def test_without_reporting_any_answer_is_success() -> None:
    assert failed_items({"batchItemFailures": [{"itemIdentifier": "x"}]}, ["a"], reports=False) == []


def test_a_batch_of_a_queue_has_at_most_batch_size_messages(clock: Clock) -> None:
    batch = queue(clock, messages=3, BatchSize=2).poll()
    assert batch is not None
    assert [record["body"] for record in batch.records] == ["0", "1"]


def test_a_record_equals_the_message_that_receive_message_returns(clock: Clock) -> None:
    mapping, sqs = queue(clock, 0), boto3.client("sqs", region_name=REGION)
    url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
    attributes: Any = {"type": {"DataType": "String", "StringValue": "order.placed"}}
    sqs.send_message(QueueUrl=url, MessageBody="0", MessageAttributes=attributes)
    every: Any = ["All"]
    (called,) = sqs.receive_message(
        QueueUrl=url, AttributeNames=every, MessageAttributeNames=every, VisibilityTimeout=0
    )["Messages"]
    batch = mapping.poll()
    assert batch is not None
    (received,) = batch.records
    expected = sqs_record(called, mapping.source.arn)
    expected["attributes"]["ApproximateReceiveCount"] = "2"
    assert received == expected | {"receiptHandle": received["receiptHandle"]}
    assert received["receiptHandle"] != called["ReceiptHandle"]


def test_a_message_that_was_deleted_during_the_invocation_is_ignored(clock: Clock) -> None:
    mapping, sqs = queue(clock, 2), boto3.client("sqs", region_name=REGION)
    batch = mapping.poll()
    assert batch is not None
    queues.remove("q", queues.messages("q")[0])
    mapping.complete(batch, None)
    assert sqs.receive_message(QueueUrl=sqs.get_queue_url(QueueName="q")["QueueUrl"]).get("Messages") is None
    assert left() == 0


def test_successful_messages_are_deleted_and_failed_messages_stay(clock: Clock) -> None:
    mapping = queue(clock, messages=3)
    batch = mapping.poll()
    assert batch is not None
    mapping.complete(batch, {"batchItemFailures": [{"itemIdentifier": batch.records[1]["messageId"]}]})
    assert left() == 1


def test_a_malformed_answer_fails_the_whole_batch(clock: Clock) -> None:
    mapping = queue(clock, messages=2)
    batch = mapping.poll()
    assert batch is not None
    mapping.complete(batch, {"batchItemFailures": [{"itemIdentifier": "unknown"}]})
    assert left() == 2


def test_a_batching_window_delays_a_batch_that_is_not_full(clock: Clock) -> None:
    mapping = queue(clock, messages=1, MaximumBatchingWindowInSeconds=5)
    assert mapping.poll() is None
    clock.now += 5
    batch = mapping.poll()
    assert batch is not None
    assert len(batch.records) == 1


def test_a_stream_is_delivered_in_order_and_once(clock: Clock) -> None:
    mapping = stream(clock, writes=3, BatchSize=2)
    batch = mapping.poll()
    assert batch is not None
    mapping.complete(batch, {})
    assert ids(mapping) == ["2"]


def test_a_stream_continues_from_the_first_failed_record(clock: Clock) -> None:
    mapping = stream(clock, writes=3)
    batch = mapping.poll()
    assert batch is not None
    number = batch.records[1]["dynamodb"]["SequenceNumber"]
    mapping.complete(batch, {"batchItemFailures": [{"itemIdentifier": number}]})
    assert mapping.poll() is None
    clock.now += 1
    assert ids(mapping) == ["1", "2"]


def test_bisecting_splits_a_failed_batch_in_two(clock: Clock) -> None:
    mapping = stream(clock, writes=4, BisectBatchOnFunctionError=True)
    batch = mapping.poll()
    assert batch is not None
    mapping.fail(batch, "crashed")
    clock.now += 1
    assert ids(mapping) == ["0", "1"]


def test_without_bisecting_the_whole_batch_is_retried(clock: Clock) -> None:
    mapping = stream(clock, writes=2)
    batch = mapping.poll()
    assert batch is not None
    mapping.fail(batch, "crashed")
    clock.now += 1
    assert ids(mapping) == ["0", "1"]


def test_after_the_last_retry_a_batch_goes_to_the_on_failure_queue(clock: Clock) -> None:
    arn = f"arn:aws:sqs:{REGION}:123456789012:failed"
    given = {"MaximumRetryAttempts": 1, "DestinationConfig": {"OnFailure": {"Destination": arn}}}
    mapping = stream(clock, writes=1, **given)
    for _ in range(2):
        clock.now += 1
        batch = mapping.poll()
        assert batch is not None
        mapping.fail(batch, "crashed")
    clock.now += 10
    assert mapping.poll() is None
    assert left("failed") == 1


def test_latest_skips_older_records(clock: Clock) -> None:
    assert ids(stream(clock, writes=2, StartingPosition="LATEST")) is None


def test_the_function_gets_only_records_that_pass_the_filter(clock: Clock) -> None:
    pattern = '{"dynamodb": {"Keys": {"id": {"S": ["1"]}}}}'
    assert ids(stream(clock, writes=3, FilterCriteria={"Filters": [{"Pattern": pattern}]})) == ["1"]
