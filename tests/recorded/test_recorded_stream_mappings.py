"""Event source mappings of streams deliver, retry and give up as AWS did in the recorded answers.

Each test repeats the steps of a LocalStack test, whose name is the key of its recorded answers.
"""

import json
from typing import Any

import pytest

from infra.local.aws.clients import client
from infra.local.event_sources.checks import UnsupportedMapping, check
from tests.local.event_sources import (
    Clock,
    a_queue,
    a_table,
    delivered,
    put,
    raises,
    received,
    stream_mapping,
)
from tests.local.event_sources import answers as answering
from tests.recorded.mapping_fixtures import REPORTS, aws, clock, recorded
from tests.recorded.recorded import answers, differences

__all__ = ["aws", "clock"]

STREAM = answers("mapping_of_a_stream")
OF_STREAMS = "TestDynamoDBEventSourceMapping::test_dynamodb_"


def failures(queue: str = "failed") -> Any:
    """Return the messages that the destination received, in the form of the recordings."""
    return [json.loads(message["Body"]) for message in received(queue)]


def recorded_failures(answered: dict[str, Any]) -> Any:
    return [message["Body"] for message in answered["destination_queue_messages"]["Messages"]]


TABLE_FILTERS: dict[str, Any] = {
    "insert_same_entry_twice": {"eventName": ["INSERT"]},
    "content_or_filter": {"eventName": ["INSERT", "MODIFY"]},
    "content_multiple_filters": {"eventName": ["INSERT"], "eventSource": ["aws:dynamodb"]},
    "content_filter_type": {"dynamodb": {"NewImage": {"presentKey": {"S": ["presentValue"]}}}},
    "exists_filter_type": {"dynamodb": {"NewImage": {"presentKey": {"S": [{"exists": True}]}}}},
    "exists_false_filter": {"dynamodb": {"NewImage": {"presentKey": [{"exists": False}]}}},
    "numeric_filter": {
        "dynamodb": {"NewImage": {"numericFilter": {"N": [{"numeric": [">", 100]}, {"anything-but": "101"}]}}}
    },
    "prefix_filter": {"dynamodb": {"NewImage": {"prefix": {"S": [{"prefix": "us-1"}]}}}},
    "date_time_conversion": {"dynamodb": {"ApproximateCreationDateTime": [{"numeric": [">", 0]}]}},
}
NOT_MATCHING: dict[str, Any] = {
    "insert_same_entry_twice": {"id": {"S": "id_value"}, "id2": {"S": "id2_value"}},
    "content_multiple_filters": {"id": {"S": "id_value"}, "id2": {"S": "id2_new_value"}},
    "content_filter_type": {"id": {"S": "id_value_2"}},
    "exists_filter_type": {"id": {"S": "id_value_2"}},
    "numeric_filter": {"id": {"S": "id_value_2"}, "numericFilter": {"N": "101"}},
    "prefix_filter": {"id": {"S": "id_value_1"}, "prefix": {"S": "other-suffix"}},
}


@pytest.mark.parametrize("name", TABLE_FILTERS)
def test_a_filter_of_a_stream_passes_the_recorded_records(name: str, clock: Clock) -> None:
    """The comparison includes every field of the records, such as SizeBytes."""
    answered = recorded(STREAM, f"{OF_STREAMS}event_filter[{name}]")
    first, expected = answered["lambda-log-events"], answered["lambda-multiple-log-events"]
    criteria = {"Filters": [{"Pattern": json.dumps(TABLE_FILTERS[name])}]}
    mapping = stream_mapping(clock, a_table("NEW_AND_OLD_IMAGES"), BatchSize=1, FilterCriteria=criteria)
    for event in expected:
        put(**event["Records"][0]["dynamodb"]["NewImage"])
    if name in NOT_MATCHING:
        put(**NOT_MATCHING[name])
    events = delivered(mapping, clock, answering(None))
    assert differences(expected, events) == []
    assert differences(first, events[: len(first)]) == []


@pytest.mark.parametrize("pattern", ["single-string", '[{"eventName": ["INSERT"=123}]'])
def test_an_invalid_filter_is_refused_as_recorded(pattern: str) -> None:
    refusals = [name for name in STREAM if name.startswith(f"{OF_STREAMS}invalid_event_filter")]
    assert len(refusals) == 2
    criteria = {"StartingPosition": "LATEST", "FilterCriteria": {"Filters": [{"Pattern": pattern}]}}
    with pytest.raises(UnsupportedMapping, match="FilterCriteria"):
        check("arn:aws:dynamodb:eu-west-1:111111111111:table/t/stream/s", criteria)


def create_stream_with_binary_value() -> str:
    """Return the stream of a table to which the item of the recorded answers was written."""
    stream = a_table(key="my_partition_key")
    put(my_partition_key={"S": "hello world"}, binary_key={"B": b"foobar"})
    return stream


def test_a_binary_value_in_an_event_is_as_recorded(clock: Clock) -> None:
    expected = recorded(STREAM, f"{OF_STREAMS}event_source_mapping")["event_logs"]
    mapping = stream_mapping(clock, create_stream_with_binary_value(), BatchSize=1)
    assert differences(expected, delivered(mapping, clock, answering(None))) == []


FAILING: dict[str, Any] = {
    "item_identifier_not_present_failure": [{"itemIdentifier": 123}],
    "empty_string_item_identifier_failure": [{"itemIdentifier": ""}],
    "null_item_identifier_failure": [{"itemIdentifier": None}],
    "invalid_key_foo_failure": [{"foo": 123}],
    "invalid_key_foo_null_value_failure": [{"foo": None}],
    "unhandled_exception_in_function": None,
}


@pytest.mark.parametrize("name", FAILING)
def test_the_mapping_retries_a_failing_batch_and_gives_up_as_recorded(name: str, clock: Clock) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}report_batch_item_failure_scenarios[{name}]")
    handler = raises if FAILING[name] is None else answering({"batchItemFailures": FAILING[name]})
    destination = {"OnFailure": {"Destination": a_queue("failed")}}
    given = {"BatchSize": 3, "MaximumRetryAttempts": 3, "DestinationConfig": destination, **REPORTS}
    events = delivered(stream_mapping(clock, create_stream_with_binary_value(), **given), clock, handler)
    assert differences(answered["dynamodb_events"], events) == []
    assert differences(recorded_failures(answered), failures()) == []


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("empty_list_success", []),
        ("null_success", None),
        ("empty_dict_success", {}),
        ("empty_batch_item_failure_success", {"batchItemFailures": []}),
        ("null_batch_item_failure_success", {"batchItemFailures": None}),
    ],
)
def test_an_empty_partial_batch_response_is_a_success_as_recorded(
    name: str, answer: Any, clock: Clock
) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}report_batch_item_success_scenarios[{name}]")
    mapping = stream_mapping(
        clock, create_stream_with_binary_value(), BatchSize=1, MaximumRetryAttempts=2, **REPORTS
    )
    assert differences(answered["dynamodb_events"], delivered(mapping, clock, answering(answer))) == []


def reports_the_records_that_should_fail(event: Any) -> Any:
    changes = [record["dynamodb"] for record in event["Records"]]
    failed = [change["SequenceNumber"] for change in changes if change["NewImage"]["should_fail"]["BOOL"]]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def test_the_mapping_retries_a_partial_failure_and_gives_up_as_recorded(clock: Clock) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}report_batch_item_failures")
    stream, destination = a_table(key="my_partition_key"), {"OnFailure": {"Destination": a_queue("failed")}}
    for number in range(6):
        put(my_partition_key={"S": f"testId{number}"}, should_fail={"BOOL": number == 5})
    given = {"BatchSize": 3, "MaximumRetryAttempts": 3, "DestinationConfig": destination, **REPORTS}
    events = delivered(stream_mapping(clock, stream, **given), clock, reports_the_records_that_should_fail)
    records = [record for event in events for record in event["Records"]]
    by_key = sorted(records, key=lambda record: record["dynamodb"]["Keys"]["my_partition_key"]["S"])
    assert differences(answered["dynamodb_records"]["Records"], by_key) == []
    assert differences(recorded_failures(answered), failures()) == []


def test_a_batch_that_the_function_reports_as_failed_goes_to_the_destination_as_recorded(
    clock: Clock,
) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}report_batch_item_failures_with_on_failure_destination_config")
    destination = {"OnFailure": {"Destination": a_queue("failed")}}
    given = {"BatchSize": 1, "MaximumRetryAttempts": 3, "DestinationConfig": destination, **REPORTS}
    stream = create_stream_with_binary_value()
    delivered(stream_mapping(clock, stream, **given), clock, reports_all)
    assert differences(recorded_failures(answered), failures()) == []


def reports_all(event: Any) -> Any:
    numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}


def test_a_queue_as_destination_receives_the_recorded_message(clock: Clock) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}event_source_mapping_with_on_failure_destination_config")
    destination = {"OnFailure": {"Destination": a_queue("failed")}}
    given = {"BatchSize": 1, "MaximumRetryAttempts": 1, "DestinationConfig": destination}
    delivered(stream_mapping(clock, create_stream_with_binary_value(), **given), clock, raises)
    assert differences(recorded_failures(answered), failures()) == []


def test_a_topic_as_destination_receives_the_recorded_message(clock: Clock) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}event_source_mapping_with_sns_on_failure_destination_config")
    topic = client("sns").create_topic(Name="failed")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=a_queue("failed"))
    destination = {"OnFailure": {"Destination": topic}}
    given = {"BatchSize": 1, "MaximumRetryAttempts": 1, "DestinationConfig": destination}
    delivered(stream_mapping(clock, create_stream_with_binary_value(), **given), clock, raises)
    (notification,) = failures()
    assert differences(answered["failure_sns_message"]["Message"], json.loads(notification["Message"])) == []
