"""Event source mappings hand over, retry and give up as AWS did in the recorded answers.

The steps are those of LocalStack's tests, which recorded the answers; their names are in the answers' keys.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.clients import client
from infra.local.event_sources.checks import Unplayable, check
from infra.local.in_process import environment
from infra.local.quicker import quicker_moto
from tests.local.event_sources import (
    Clock,
    a_queue,
    a_table,
    delivered,
    put,
    queue_mapping,
    raises,
    received,
    send,
    stream_mapping,
)
from tests.local.event_sources import (
    answers as answering,
)
from tests.recorded.differing import MAPPING_STEPS_NOT_PLAYED
from tests.recorded.recorded import answers, differences

QUEUE, STREAM = answers("mapping_of_a_queue"), answers("mapping_of_a_stream")
OF_STREAMS = "TestDynamoDBEventSourceMapping::test_dynamodb_"
OF_QUEUES = "TestSQSEventSourceMapping::test_sqs_"
REPORTS = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with quicker_moto(), environment({}):
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


def recorded(answered: dict[str, Any], name: str) -> dict[str, Any]:
    """The answers of an entry, without those that are named as not played."""
    found: dict[str, Any] = answered[name]["answers"]
    return {step: found[step] for step in found if (name, step) not in MAPPING_STEPS_NOT_PLAYED}


def test_what_is_not_played_is_recorded() -> None:
    entries = {**QUEUE, **STREAM}
    assert {
        (entry, step) for entry in entries for step in entries[entry]["answers"]
    } >= MAPPING_STEPS_NOT_PLAYED.keys()


def bodies_as_recorded(events: list[Any]) -> list[Any]:
    """The recorder read bodies that are JSON, and put fixed texts for these."""
    for record in (record for event in events for record in event["Records"]):
        record["body"] = json.loads(record["body"])
    return events


def failures(queue: str = "failed") -> Any:
    """What the destination got, in the recorded form."""
    return [json.loads(message["Body"]) for message in received(queue)]


def recorded_failures(answered: dict[str, Any]) -> Any:
    return [message["Body"] for message in answered["destination_queue_messages"]["Messages"]]


FILTERS = {
    "single": {"my-key": ["my-value"]},
    "or": {"my-key": ["my-value-one", "my-value-two"]},
    "and": {"my-key-one": ["other-filter", "my-value-one"], "my-key-two": ["my-value-two"]},
    "exists": {"my-key": [{"exists": True}]},
    "numeric-bigger": {"my-number": [{"numeric": [">", 100]}]},
    "numeric-smaller": {"my-number": [{"numeric": ["<", 100]}]},
    "numeric-range": {"my-number": [{"numeric": [">=", 100, "<", 200]}]},
    "prefix": {"my-key": [{"prefix": "yes"}]},
    "valid-json-filter": {"my-key": ["my-value"]},
}
OTHERS = {
    "and": {"my-key-one": "other-value-", "my-key-two": "my-value-two"},
    "exists": {"other-key": "any-value-two"},
    "numeric-bigger": {"my-number": 100},
    "numeric-smaller": {"my-number": 100},
    "numeric-range": {"my-number": 200},
    "prefix": {"my-key": "no-value"},
    "valid-json-filter": None,
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_queue_filter_lets_through_what_was_recorded(name: str, clock: Clock) -> None:
    expected = recorded(QUEUE, f"{OF_QUEUES}event_filter[{name}]")["invocation_events"]
    a_queue()
    other = OTHERS.get(name, {"my-key": "other-value"})
    send(json.dumps(expected[0]["Records"][0]["body"]))
    send("plain-string" if other is None else json.dumps(other))
    criteria = {"Filters": [{"Pattern": json.dumps({"body": FILTERS[name]})}]}
    mapping = queue_mapping(clock, MaximumBatchingWindowInSeconds=1, FilterCriteria=criteria)
    events = delivered(mapping, clock, answering(None))
    assert differences(expected, bodies_as_recorded(events)) == []
    assert received() == []


def test_a_message_is_handed_over_as_recorded(clock: Clock) -> None:
    expected = recorded(QUEUE, f"{OF_QUEUES}event_source_mapping")["events"]
    a_queue()
    send(json.dumps({"foo": "bar"}))
    events = delivered(queue_mapping(clock, MaximumBatchingWindowInSeconds=1), clock, answering(None))
    assert differences(expected, bodies_as_recorded(events)) == []


@pytest.mark.parametrize("size", [15, 100, 1_000, 10_000])
def test_a_large_batch_is_handed_over_as_recorded(size: int, clock: Clock) -> None:
    expected = recorded(QUEUE, f"{OF_QUEUES}event_source_mapping_batch_size[{size}]")["Records"]
    a_queue()
    for record in expected:
        send(record["body"])
    mapping = queue_mapping(clock, MaximumBatchingWindowInSeconds=10, BatchSize=size)
    (event,) = delivered(mapping, clock, answering(None))
    assert differences(expected, event["Records"]) == []


def test_message_attributes_are_handed_over_as_recorded(clock: Clock) -> None:
    answered = recorded(QUEUE, "test_message_body_and_attributes_passed_correctly")
    expected = answered["first_attempt"]["Messages"][0]["Body"]["event"]
    (record,) = expected["Records"]
    attributes: dict[str, Any] = {
        name: {"DataType": value["dataType"], "StringValue": value["stringValue"]}
        for name, value in record["messageAttributes"].items()
    }
    a_queue()
    send("body", **attributes)
    (event,) = delivered(queue_mapping(clock, BatchSize=1), clock, answering(None))
    assert differences(expected | {"Records": [record | {"body": "body"}]}, event) == []


def test_a_message_comes_again_as_recorded(clock: Clock) -> None:
    answered = recorded(QUEUE, "test_failing_lambda_retries_after_visibility_timeout")
    url = client("sqs").create_queue(QueueName="q", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
    client("sqs").send_message(QueueUrl=url, MessageBody="body")
    mapping = queue_mapping(clock, BatchSize=1)
    for attempt in ("first_attempt", "second_attempt"):
        expected = answered[attempt]["Messages"][0]["Body"]["event"]
        expected["Records"][0]["body"] = "body"
        batch = mapping.poll()
        assert batch is not None
        mapping.fail(batch, "failed attempt")
        assert differences(expected, batch.event) == []


def redriving() -> None:
    """Makes a queue whose messages go to the queue `dead` after two receives."""
    policy = {"deadLetterTargetArn": a_queue("dead"), "maxReceiveCount": "2"}
    attributes = {"VisibilityTimeout": "0", "RedrivePolicy": json.dumps(policy)}
    client("sqs").create_queue(QueueName="q", Attributes=attributes)


def handed_over(answered: dict[str, Any], *steps: str) -> list[Any]:
    """The recorded events of these invocations, with the body that is sent here."""
    events = [answered[step]["Messages"][0]["Body"]["event"] for step in steps]
    for record in (record for event in events for record in event["Records"]):
        record["body"] = "body"
    return events


@pytest.mark.parametrize(
    ("name", "answer", "steps"),
    [
        ("empty_json_batch_succeeds", {}, ["first_invocation"]),
        (
            "invalid_result_json_batch_fails",
            {"batchItemFailures": [{"foo": "notvalid"}]},
            ["first_invocation", "second_invocation"],
        ),
    ],
)
def test_a_queue_answers_a_partial_batch_response_as_recorded(
    name: str, answer: Any, steps: list[str], clock: Clock
) -> None:
    answered = recorded(QUEUE, f"test_report_batch_item_failures_{name}")
    redriving()
    send("body")
    events = delivered(queue_mapping(clock, **REPORTS), clock, answering(answer))
    assert differences(handed_over(answered, *steps), events) == []
    assert len(received("dead")) == len(answered.get("dlq_response", {}).get("Messages", []))


def test_a_message_that_fails_too_often_is_dead_lettered_as_recorded(clock: Clock) -> None:
    answered = recorded(QUEUE, "test_redrive_policy_with_failing_lambda")
    redriving()
    send("body")
    events = delivered(queue_mapping(clock, BatchSize=1), clock, raises)
    assert differences(handed_over(answered, "first_attempt", "second_attempt"), events) == []
    assert [message["Body"] for message in received("dead")] == ["body"]
    assert len(answered["dlq_response"]["Messages"]) == 1


def test_an_error_of_the_function_fails_the_whole_batch_as_recorded(clock: Clock) -> None:
    answered = recorded(QUEUE, "test_report_batch_item_failures_on_lambda_error")
    bodies = ["{not a json body", json.dumps({"message": 2, "fail_attempts": 0})]
    redriving()
    for body in bodies:
        send(body)
    delivered(queue_mapping(clock, **REPORTS), clock, raises)
    assert [message["Body"] for message in received("dead")] == bodies
    assert [message["Body"] for message in answered["dlq_messages"]] == [bodies[0], json.loads(bodies[1])]


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
def test_a_stream_filter_lets_through_what_was_recorded(name: str, clock: Clock) -> None:
    """With every field of the records, such as SizeBytes."""
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
    with pytest.raises(Unplayable, match="FilterCriteria"):
        check("arn:aws:dynamodb:eu-west-1:111111111111:table/t/stream/s", criteria)


def with_binary() -> str:
    """The stream of a table into which the item of the recorded answers was written."""
    stream = a_table(key="my_partition_key")
    put(my_partition_key={"S": "hello world"}, binary_key={"B": b"foobar"})
    return stream


def test_a_binary_value_is_handed_over_as_recorded(clock: Clock) -> None:
    expected = recorded(STREAM, f"{OF_STREAMS}event_source_mapping")["event_logs"]
    mapping = stream_mapping(clock, with_binary(), BatchSize=1)
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
def test_a_failing_batch_is_retried_and_given_up_as_recorded(name: str, clock: Clock) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}report_batch_item_failure_scenarios[{name}]")
    handler = raises if FAILING[name] is None else answering({"batchItemFailures": FAILING[name]})
    destination = {"OnFailure": {"Destination": a_queue("failed")}}
    given = {"BatchSize": 3, "MaximumRetryAttempts": 3, "DestinationConfig": destination, **REPORTS}
    events = delivered(stream_mapping(clock, with_binary(), **given), clock, handler)
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
def test_an_answer_is_success_as_recorded(name: str, answer: Any, clock: Clock) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}report_batch_item_success_scenarios[{name}]")
    mapping = stream_mapping(clock, with_binary(), BatchSize=1, MaximumRetryAttempts=2, **REPORTS)
    assert differences(answered["dynamodb_events"], delivered(mapping, clock, answering(answer))) == []


def reports_what_should_fail(event: Any) -> Any:
    changes = [record["dynamodb"] for record in event["Records"]]
    failed = [change["SequenceNumber"] for change in changes if change["NewImage"]["should_fail"]["BOOL"]]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def test_a_partial_failure_is_retried_and_given_up_as_recorded(clock: Clock) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}report_batch_item_failures")
    stream, destination = a_table(key="my_partition_key"), {"OnFailure": {"Destination": a_queue("failed")}}
    for number in range(6):
        put(my_partition_key={"S": f"testId{number}"}, should_fail={"BOOL": number == 5})
    given = {"BatchSize": 3, "MaximumRetryAttempts": 3, "DestinationConfig": destination, **REPORTS}
    events = delivered(stream_mapping(clock, stream, **given), clock, reports_what_should_fail)
    records = [record for event in events for record in event["Records"]]
    by_key = sorted(records, key=lambda record: record["dynamodb"]["Keys"]["my_partition_key"]["S"])
    assert differences(answered["dynamodb_records"]["Records"], by_key) == []
    assert differences(recorded_failures(answered), failures()) == []


def test_a_batch_that_is_reported_to_fail_is_told_as_recorded(clock: Clock) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}report_batch_item_failures_with_on_failure_destination_config")
    destination = {"OnFailure": {"Destination": a_queue("failed")}}
    given = {"BatchSize": 1, "MaximumRetryAttempts": 3, "DestinationConfig": destination, **REPORTS}
    stream = with_binary()
    delivered(stream_mapping(clock, stream, **given), clock, reports_all)
    assert differences(recorded_failures(answered), failures()) == []


def reports_all(event: Any) -> Any:
    numbers = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
    return {"batchItemFailures": [{"itemIdentifier": number} for number in numbers]}


def test_a_queue_as_destination_is_told_what_was_recorded(clock: Clock) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}event_source_mapping_with_on_failure_destination_config")
    destination = {"OnFailure": {"Destination": a_queue("failed")}}
    given = {"BatchSize": 1, "MaximumRetryAttempts": 1, "DestinationConfig": destination}
    delivered(stream_mapping(clock, with_binary(), **given), clock, raises)
    assert differences(recorded_failures(answered), failures()) == []


def test_a_topic_as_destination_is_told_what_was_recorded(clock: Clock) -> None:
    answered = recorded(STREAM, f"{OF_STREAMS}event_source_mapping_with_sns_on_failure_destination_config")
    topic = client("sns").create_topic(Name="failed")["TopicArn"]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=a_queue("failed"))
    destination = {"OnFailure": {"Destination": topic}}
    given = {"BatchSize": 1, "MaximumRetryAttempts": 1, "DestinationConfig": destination}
    delivered(stream_mapping(clock, with_binary(), **given), clock, raises)
    (told,) = failures()
    assert differences(answered["failure_sns_message"]["Message"], json.loads(told["Message"])) == []
