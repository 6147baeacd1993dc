"""The mapping of a stream retries, splits or discards a failed batch, and sends a message to the destination.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from infra.local.model.credentials import ACCOUNT, REGION
from tests.local.event_sources import (
    Clock,
    a_queue,
    a_table,
    answers,
    delivered,
    put,
    raises,
    received,
    stream_mapping,
)

REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with patched_moto(), environment({}):
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stream() -> str:
    """The ARN of the stream of a table with four items."""
    arn = a_table()
    for number in range(4):
        put(id={"S": str(number)})
    return arn


def to(destination: str) -> dict[str, Any]:
    return {"DestinationConfig": {"OnFailure": {"Destination": destination}}}


def keys(events: list[Any]) -> list[str]:
    """The keys of the records in each event, such as `012`."""
    return ["".join(record["dynamodb"]["Keys"]["id"]["S"] for record in e["Records"]) for e in events]


def third_fails(event: Any) -> Any:
    """Reports the record with the key 2 as failed."""
    failed = [
        r["dynamodb"]["SequenceNumber"] for r in event["Records"] if r["dynamodb"]["Keys"]["id"]["S"] == "2"
    ]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def test_the_rest_of_a_partially_failed_batch_has_the_full_number_of_retries(
    stream: str, clock: Clock
) -> None:
    mapping = stream_mapping(clock, stream, MaximumRetryAttempts=1, **REPORTS)
    assert keys(delivered(mapping, clock, third_fails)) == ["0123", "23", "23"]


def test_if_the_first_record_fails_the_whole_batch_is_retried(stream: str, clock: Clock) -> None:
    mapping = stream_mapping(clock, stream, MaximumRetryAttempts=1, BatchSize=2, **REPORTS)
    assert keys(delivered(mapping, clock, third_fails)) == ["01", "23", "23"]


def test_each_part_of_a_split_batch_has_the_full_number_of_retries(stream: str, clock: Clock) -> None:
    given = {"MaximumRetryAttempts": 1, "BisectBatchOnFunctionError": True, "BatchSize": 2}
    mapping = stream_mapping(clock, stream, **given)
    assert keys(delivered(mapping, clock, raises)) == ["01", "0", "0", "1", "1", "23", "2", "2", "3", "3"]


def test_a_malformed_answer_fails_the_batch(stream: str, clock: Clock) -> None:
    mapping = stream_mapping(clock, stream, MaximumRetryAttempts=1, **REPORTS)
    malformed = answers({"batchItemFailures": [{"itemIdentifier": "unknown"}]})
    assert keys(delivered(mapping, clock, malformed)) == ["0123", "0123"]


def test_records_that_are_too_old_are_discarded_without_an_invocation(stream: str, clock: Clock) -> None:
    mapping = stream_mapping(clock, stream, MaximumRecordAgeInSeconds=60, **to(a_queue()))
    clock.now += 100
    assert delivered(mapping, clock, answers(None)) == []
    message = json.loads(received()[0]["Body"])
    assert message["requestContext"]["condition"] == "RecordAgeExceeded"
    assert message["requestContext"]["approximateInvokeCount"] == 0
    assert "responseContext" not in message
    assert message["DDBStreamBatchInfo"]["batchSize"] == 4


def test_a_record_that_becomes_too_old_during_its_retries_is_discarded(stream: str, clock: Clock) -> None:
    mapping = stream_mapping(clock, stream, MaximumRecordAgeInSeconds=60, **to(a_queue()))
    delivered(mapping, clock, raises, seconds=90)
    assert json.loads(received()[0]["Body"])["requestContext"]["condition"] == "RecordAgeExceeded"


def on_failure_message(stream: str, clock: Clock, **properties: Any) -> dict[str, Any]:
    """The message to the on-failure queue after a batch was discarded."""
    mapping = stream_mapping(clock, stream, MaximumRetryAttempts=1, **to(a_queue()), **properties)
    batch = mapping.poll()
    assert batch is not None
    mapping.fail(batch, "crashed", "request-1")
    clock.now += 10
    mapping.fail(batch, "crashed", "request-2")
    (message,) = received()
    found: dict[str, Any] = json.loads(message["Body"])
    return found


def test_the_on_failure_message_has_the_fields_that_aws_sends(stream: str, clock: Clock) -> None:
    found = on_failure_message(stream, clock)
    assert found["requestContext"] == {
        "requestId": "request-2",
        "functionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:F",
        "condition": "RetryAttemptsExhausted",
        "approximateInvokeCount": 2,
    }
    assert found["responseContext"] == {
        "statusCode": 200,
        "executedVersion": "$LATEST",
        "functionError": "Unhandled",
    }
    assert found["version"] == "1.0"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["timestamp"])
    batch = found["DDBStreamBatchInfo"]
    assert batch["streamArn"] == stream
    assert batch["batchSize"] == int(batch["endSequenceNumber"]) - int(batch["startSequenceNumber"]) + 1 == 4
    for name in ("approximateArrivalOfFirstRecord", "approximateArrivalOfLastRecord"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", batch[name])


def test_the_on_failure_message_names_the_invoked_alias(stream: str, clock: Clock) -> None:
    alias = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:F:live"
    found = on_failure_message(stream, clock, FunctionName=alias)
    assert found["requestContext"]["functionArn"] == alias
    assert found["responseContext"]["executedVersion"] == "1"


def test_a_batch_with_reported_failures_has_no_function_error(stream: str, clock: Clock) -> None:
    given = {"MaximumRetryAttempts": 0, **REPORTS, **to(a_queue())}
    delivered(stream_mapping(clock, stream, **given), clock, third_fails)
    assert json.loads(received()[0]["Body"])["responseContext"]["functionError"] is None


def test_a_topic_gets_the_same_message_as_a_queue(stream: str, clock: Clock) -> None:
    topic = client("sns").create_topic(Name="failed")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=a_queue())
    delivered(stream_mapping(clock, stream, MaximumRetryAttempts=0, **to(topic)), clock, raises)
    notification = json.loads(received()[0]["Body"])
    assert json.loads(notification["Message"])["DDBStreamBatchInfo"]["batchSize"] == 4


def test_records_are_kept_until_the_destination_has_the_message(stream: str, clock: Clock) -> None:
    destination = f"arn:aws:sqs:{REGION}:{ACCOUNT}:later"
    mapping = stream_mapping(clock, stream, MaximumRetryAttempts=0, **to(destination))
    with pytest.raises(client("sqs").exceptions.QueueDoesNotExist):
        delivered(mapping, clock, raises)
    a_queue("later")
    delivered(mapping, clock, raises)
    assert json.loads(received("later")[0]["Body"])["DDBStreamBatchInfo"]["batchSize"] == 4


def test_a_batching_window_waits_for_more_records(stream: str, clock: Clock) -> None:
    mapping = stream_mapping(clock, stream, BatchSize=6, MaximumBatchingWindowInSeconds=5)
    assert mapping.poll() is None
    assert mapping.backlog() == 4
    put(id={"S": "4"})
    assert keys(delivered(mapping, clock, answers(None), seconds=4)) == []
    assert keys(delivered(mapping, clock, answers(None), seconds=1)) == ["01234"]


def test_a_full_batch_does_not_wait_for_the_window_to_end(stream: str, clock: Clock) -> None:
    mapping = stream_mapping(clock, stream, BatchSize=3, MaximumBatchingWindowInSeconds=5)
    assert keys(delivered(mapping, clock, answers(None), seconds=1)) == ["012"]


def test_records_that_the_filter_drops_do_not_fill_a_batch(stream: str, clock: Clock) -> None:
    pattern = json.dumps({"dynamodb": {"Keys": {"id": {"S": ["3"]}}}})
    mapping = stream_mapping(clock, stream, BatchSize=2, FilterCriteria={"Filters": [{"Pattern": pattern}]})
    assert keys(delivered(mapping, clock, answers(None), seconds=1)) == ["3"]
