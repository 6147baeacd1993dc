"""Records have the fields and values that Lambda passes to a function."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.aws.shards import Shard
from infra.local.event_sources.records import stream_record
from infra.local.in_process import environment
from infra.local.model.credentials import ACCOUNT, REGION
from tests.local.event_sources import (
    Clock,
    a_queue,
    a_table,
    answers,
    delivered,
    put,
    queue_mapping,
    send,
    stream_mapping,
)


@pytest.fixture(autouse=True)
def aws() -> Iterator[None]:
    with patched_moto(), environment({}):
        yield


@pytest.fixture
def stream() -> str:
    return a_table()


def changes(stream: str) -> list[dict[str, Any]]:
    """The records of a stream, as Lambda passes them to a function."""
    events = delivered(stream_mapping(Clock(), stream), Clock(), answers(None), seconds=1)
    return [record for event in events for record in event["Records"]]


def test_a_stream_record_has_the_fields_of_lambda(stream: str) -> None:
    put(id={"S": "1"}, n={"N": "42"})
    (record,) = changes(stream)
    assert record.keys() == {
        "eventID",
        "eventName",
        "eventVersion",
        "eventSource",
        "awsRegion",
        "dynamodb",
        "eventSourceARN",
    }
    assert (record["eventVersion"], record["awsRegion"]) == ("1.1", REGION)
    assert record["dynamodb"]["ApproximateCreationDateTime"] % 1 == 0
    assert record["dynamodb"]["SizeBytes"] == len("id1") + len("id1") + len("n") + 2


@pytest.mark.parametrize(
    ("view", "parts"),
    [
        ("KEYS_ONLY", {"Keys"}),
        ("NEW_IMAGE", {"Keys", "NewImage"}),
        ("OLD_IMAGE", {"Keys", "OldImage"}),
        ("NEW_AND_OLD_IMAGES", {"Keys", "NewImage", "OldImage"}),
    ],
)
def test_a_record_has_the_images_of_the_view_type(view: str, parts: set[str]) -> None:
    stream = a_table(view)
    put(id={"S": "1"}, a={"S": "old"})
    put(id={"S": "1"}, a={"S": "new"})
    changed = changes(stream)[1]["dynamodb"]
    assert changed.keys() & {"Keys", "NewImage", "OldImage"} == parts
    assert changed["SizeBytes"] == 3 + 7 * (len(parts) - 1)


def test_a_removed_item_has_no_new_image() -> None:
    stream = a_table("NEW_AND_OLD_IMAGES")
    put(id={"S": "1"})
    client("dynamodb").delete_item(TableName="t", Key={"id": {"S": "1"}})
    record = changes(stream)[1]
    assert record["eventName"] == "REMOVE"
    assert "NewImage" not in record["dynamodb"]


def test_binary_values_are_base64_at_any_depth(stream: str) -> None:
    deep = {"L": [{"B": b"\xff"}, {"M": {"x": {"BS": [b"\x00"]}}}]}
    put(id={"S": "1"}, b={"B": b"foobar"}, bs={"BS": [b"x"]}, deep=deep)
    image = changes(stream)[0]["dynamodb"]["NewImage"]
    assert image["b"] == {"B": "Zm9vYmFy"}
    assert image["bs"] == {"BS": ["eA=="]}
    assert image["deep"] == {"L": [{"B": "/w=="}, {"M": {"x": {"BS": ["AA=="]}}}]}


SCALARS = st.one_of(
    st.builds(lambda b: {"B": b}, st.binary(max_size=9)),
    st.builds(lambda s: {"S": s}, st.text(max_size=9)),
    st.builds(lambda n: {"N": str(n)}, st.integers(-(10**30), 10**30)),
    st.builds(lambda b: {"BOOL": b}, st.booleans()),
    st.builds(lambda s: {"BS": list(s)}, st.sets(st.binary(min_size=1, max_size=9), min_size=1)),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.builds(lambda v: {"L": v}, st.lists(inner, max_size=3))
        | st.builds(lambda v: {"M": v}, st.dictionaries(st.text("ab", min_size=1), inner, max_size=3))
    ),
    max_leaves=6,
)


@given(value=VALUES)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_record_can_be_written_as_json(stream: str, value: Any) -> None:
    put(id={"S": "1"}, value=value)
    (record,) = Shard(stream).read(Shard(stream).latest - 1, 1)
    assert json.loads(json.dumps(stream_record(record, stream)))["dynamodb"]["NewImage"]["id"] == {"S": "1"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"S": "x"}, {"S": "x"}),
        ({"N": "1.50"}, {"N": "1.5"}),
        ({"SS": ["a", "b"]}, {"SS": ["b", "a"]}),
        ({"L": [{"M": {"x": {"NS": ["1", "2"]}}}]}, {"L": [{"M": {"x": {"NS": ["2", "1.0"]}}}]}),
    ],
)
def test_a_write_that_changes_nothing_emits_no_record(stream: str, before: Any, after: Any) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Streams.html"""
    put(id={"S": "1"}, value=before)
    put(id={"S": "1"}, value=after)
    assert [record["eventName"] for record in changes(stream)] == ["INSERT"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"N": "1"}, {"S": "1"}),
        ({"N": "1"}, {"BOOL": True}),
        ({"L": [{"S": "a"}, {"S": "b"}]}, {"L": [{"S": "b"}, {"S": "a"}]}),
    ],
)
def test_a_write_that_changes_a_type_or_an_order_emits_a_record(stream: str, before: Any, after: Any) -> None:
    put(id={"S": "1"}, value=before)
    put(id={"S": "1"}, value=after)
    assert [record["eventName"] for record in changes(stream)] == ["INSERT", "MODIFY"]


def message(**properties: Any) -> dict[str, Any]:
    """The record of the only message in the queue, as Lambda passes it to a function."""
    clock = Clock()
    (event,) = delivered(queue_mapping(clock, **properties), clock, answers(None), seconds=2)
    (record,) = event["Records"]
    return dict(record)


def test_message_attributes_are_text_or_base64() -> None:
    a_queue()
    kind = {"DataType": "String", "StringValue": "order.placed"}
    send("body", kind=kind, logo={"DataType": "Binary.png", "BinaryValue": b"\xff\x00"})
    lists: dict[str, Any] = {"stringListValues": [], "binaryListValues": []}
    assert message()["messageAttributes"] == {
        "kind": {"stringValue": "order.placed", **lists, "dataType": "String"},
        "logo": {"binaryValue": base64.b64encode(b"\xff\x00").decode(), **lists, "dataType": "Binary.png"},
    }


def test_the_digest_of_the_attributes_equals_the_digest_of_send_message() -> None:
    a_queue()
    url = client("sqs").get_queue_url(QueueName="q")["QueueUrl"]
    attributes = {"logo": {"DataType": "Binary", "BinaryValue": b"\xff"}}
    sent = client("sqs").send_message(QueueUrl=url, MessageBody="x", MessageAttributes=attributes)
    assert message()["md5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]


def test_a_topic_delivers_a_binary_attribute() -> None:
    topic = client("sns").create_topic(Name="topic")["TopicArn"]
    raw = {"RawMessageDelivery": "true"}
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=a_queue(), Attributes=raw)
    attributes = {"logo": {"DataType": "Binary", "BinaryValue": b"\xff"}}
    client("sns").publish(TopicArn=topic, Message="x", MessageAttributes=attributes)
    assert message()["messageAttributes"]["logo"]["binaryValue"] == "/w=="


def test_a_message_without_attributes_has_a_digest_of_null_only_with_a_batching_window() -> None:
    """All recorded answers of AWS show this. AWS does not document it."""
    a_queue()
    send("first")
    assert "md5OfMessageAttributes" not in message()
    send("second")
    assert message(MaximumBatchingWindowInSeconds=1)["md5OfMessageAttributes"] is None


def test_a_dead_letter_names_its_source_queue() -> None:
    arn = a_queue()
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 1})
    sqs = client("sqs")
    url = sqs.create_queue(QueueName="source", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    send("poison", "source")
    for _ in range(2):
        sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
    source = f"arn:aws:sqs:{REGION}:{ACCOUNT}:source"
    assert message()["attributes"]["DeadLetterQueueSourceArn"] == source


def test_messages_that_match_no_filter_are_deleted() -> None:
    a_queue()
    for body in ('{"city": "Oslo"}', '{"city": "Rome"}', "Oslo"):
        send(body)
    criteria = {"Filters": [{"Pattern": json.dumps({"body": {"city": ["Oslo"]}})}]}
    mapping = queue_mapping(Clock(), FilterCriteria=criteria)
    (event,) = delivered(mapping, Clock(), lambda event: 1 / 0, seconds=1)
    assert [record["body"] for record in event["Records"]] == ['{"city": "Oslo"}']
    url = client("sqs").get_queue_url(QueueName="q")["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    assert [counts[name] for name in names] == ["0", "1"]
