"""Event source mappings of queues deliver, retry and give up as AWS did in the recorded answers.

Each test repeats the steps of a LocalStack test, whose name is the key of its recorded answers.
"""

import json
from typing import Any

import pytest

from infra.local.aws.clients import client
from tests.local.event_sources import Clock, a_queue, delivered, queue_mapping, raises, received, send
from tests.local.event_sources import answers as answering
from tests.recorded.differing import MAPPING_STEPS_NOT_COMPARED
from tests.recorded.mapping_fixtures import REPORTS, aws, clock, recorded
from tests.recorded.recorded import answers, differences

__all__ = ["aws", "clock"]

QUEUE = answers("mapping_of_a_queue")
OF_QUEUES = "TestSQSEventSourceMapping::test_sqs_"


def bodies_as_recorded(events: list[Any]) -> list[Any]:
    """Return the events with parsed bodies, as the recorder parsed bodies that are JSON."""
    for record in (record for event in events for record in event["Records"]):
        record["body"] = json.loads(record["body"])
    return events


def test_each_step_that_is_not_compared_exists_in_the_recordings() -> None:
    entries = QUEUE | answers("mapping_of_a_stream")
    steps = {(entry, step) for entry in entries for step in entries[entry]["answers"]}
    assert MAPPING_STEPS_NOT_COMPARED.keys() <= steps


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
NOT_MATCHING = {
    "and": {"my-key-one": "other-value-", "my-key-two": "my-value-two"},
    "exists": {"other-key": "any-value-two"},
    "numeric-bigger": {"my-number": 100},
    "numeric-smaller": {"my-number": 100},
    "numeric-range": {"my-number": 200},
    "prefix": {"my-key": "no-value"},
    "valid-json-filter": None,
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_of_a_queue_passes_the_recorded_messages(name: str, clock: Clock) -> None:
    expected = recorded(QUEUE, f"{OF_QUEUES}event_filter[{name}]")["invocation_events"]
    a_queue()
    not_matching = NOT_MATCHING.get(name, {"my-key": "other-value"})
    send(json.dumps(expected[0]["Records"][0]["body"]))
    send("plain-string" if not_matching is None else json.dumps(not_matching))
    criteria = {"Filters": [{"Pattern": json.dumps({"body": FILTERS[name]})}]}
    mapping = queue_mapping(clock, MaximumBatchingWindowInSeconds=1, FilterCriteria=criteria)
    events = delivered(mapping, clock, answering(None))
    assert differences(expected, bodies_as_recorded(events)) == []
    assert received() == []


def test_the_event_of_a_message_is_as_recorded(clock: Clock) -> None:
    expected = recorded(QUEUE, f"{OF_QUEUES}event_source_mapping")["events"]
    a_queue()
    send(json.dumps({"foo": "bar"}))
    events = delivered(queue_mapping(clock, MaximumBatchingWindowInSeconds=1), clock, answering(None))
    assert differences(expected, bodies_as_recorded(events)) == []


@pytest.mark.parametrize("size", [15, 100, 1_000, 10_000])
def test_the_event_of_a_large_batch_is_as_recorded(size: int, clock: Clock) -> None:
    expected = recorded(QUEUE, f"{OF_QUEUES}event_source_mapping_batch_size[{size}]")["Records"]
    a_queue()
    for record in expected:
        send(record["body"])
    mapping = queue_mapping(clock, MaximumBatchingWindowInSeconds=10, BatchSize=size)
    (event,) = delivered(mapping, clock, answering(None))
    assert differences(expected, event["Records"]) == []


def test_message_attributes_in_an_event_are_as_recorded(clock: Clock) -> None:
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


def test_a_failed_message_is_delivered_again_as_recorded(clock: Clock) -> None:
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


def create_queue_with_dead_letter_queue() -> None:
    """Create a queue whose messages move to the queue `dead` after two receives."""
    policy = {"deadLetterTargetArn": a_queue("dead"), "maxReceiveCount": "2"}
    attributes = {"VisibilityTimeout": "0", "RedrivePolicy": json.dumps(policy)}
    client("sqs").create_queue(QueueName="q", Attributes=attributes)


def recorded_events(answered: dict[str, Any], *steps: str) -> list[Any]:
    """Return the recorded events of these invocations, with the body that the tests here send."""
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
def test_the_mapping_of_a_queue_handles_a_partial_batch_response_as_recorded(
    name: str, answer: Any, steps: list[str], clock: Clock
) -> None:
    answered = recorded(QUEUE, f"test_report_batch_item_failures_{name}")
    create_queue_with_dead_letter_queue()
    send("body")
    events = delivered(queue_mapping(clock, **REPORTS), clock, answering(answer))
    assert differences(recorded_events(answered, *steps), events) == []
    assert len(received("dead")) == len(answered.get("dlq_response", {}).get("Messages", []))


def test_a_message_moves_to_the_dead_letter_queue_as_recorded(clock: Clock) -> None:
    answered = recorded(QUEUE, "test_redrive_policy_with_failing_lambda")
    create_queue_with_dead_letter_queue()
    send("body")
    events = delivered(queue_mapping(clock, BatchSize=1), clock, raises)
    assert differences(recorded_events(answered, "first_attempt", "second_attempt"), events) == []
    assert [message["Body"] for message in received("dead")] == ["body"]
    assert len(answered["dlq_response"]["Messages"]) == 1


def test_an_error_of_the_function_fails_the_whole_batch_as_recorded(clock: Clock) -> None:
    answered = recorded(QUEUE, "test_report_batch_item_failures_on_lambda_error")
    bodies = ["{not a json body", json.dumps({"message": 2, "fail_attempts": 0})]
    create_queue_with_dead_letter_queue()
    for body in bodies:
        send(body)
    delivered(queue_mapping(clock, **REPORTS), clock, raises)
    assert [message["Body"] for message in received("dead")] == bodies
    assert [message["Body"] for message in answered["dlq_messages"]] == [bodies[0], json.loads(bodies[1])]
