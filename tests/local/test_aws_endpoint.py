"""The AWS endpoint: its own URLs, both protocols, long polls, and the fields of its answers."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.http import aws_endpoint
from infra.local.model.credentials import REGION
from infra.local.model.messages import Answer, Request
from tests.local import shapes
from tests.local.endpoint import SIGNED, URL, Endpoint, endpoint, queue_arn

BINARY = {"DataType": "Binary", "BinaryValue": b"\x00\xff"}


@pytest.fixture
def aws() -> Iterator[Endpoint]:
    with endpoint() as it:
        yield it


def test_every_url_of_a_queue_is_a_url_of_the_endpoint(aws: Endpoint) -> None:
    sqs, url = aws.client("sqs"), aws.queue(RedrivePolicy=redrive_to(aws, "dead"))
    assert url == f"{URL}/123456789012/queue"
    assert sqs.get_queue_url(QueueName="queue")["QueueUrl"] == url
    assert url in sqs.list_queues()["QueueUrls"]
    dead = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]


def redrive_to(aws: Endpoint, name: str) -> str:
    aws.queue(name)
    return json.dumps({"deadLetterTargetArn": queue_arn(name), "maxReceiveCount": 1})


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("CreateQueue", {"QueueName": "queue"}),
        ("GetQueueUrl", {"QueueName": "queue"}),
        ("ListQueues", {}),
    ],
)
def test_every_url_is_a_url_of_the_endpoint_by_the_query_protocol(
    aws: Endpoint, action: str, parameters: dict[str, str]
) -> None:
    url = aws.queue()
    body = aws.query("sqs", action, **parameters).body
    assert f"<QueueUrl>{url}</QueueUrl>".encode() in body
    assert b"amazonaws.com/1" not in body


def test_a_notification_has_urls_of_the_endpoint(aws: Endpoint) -> None:
    url, topic = aws.queue(), aws.topic()
    subscription = aws.subscribe(topic, "queue")
    aws.client("sns").publish(TopicArn=topic, Message="told", Subject="news")
    (body,) = aws.bodies(url)
    told = json.loads(body)
    assert list(told)[:4] == ["Type", "MessageId", "TopicArn", "Message"]
    assert told["UnsubscribeURL"] == f"{URL}/?Action=Unsubscribe&SubscriptionArn={subscription}"
    assert told["SigningCertURL"].startswith(f"{URL}/SimpleNotificationService-")


def test_a_message_is_received_by_the_query_protocol(aws: Endpoint) -> None:
    url = aws.queue()
    aws.client("sqs").send_message(QueueUrl=url, MessageBody="told", MessageAttributes={"raw": BINARY})
    received = aws.query(
        "sqs",
        "ReceiveMessage",
        path="/123456789012/queue",
        AttributeName_1="All",
        MessageAttributeName_1="All",
        WaitTimeSeconds="1",
    )
    assert received.status == 200
    assert b"<Body>told</Body>" in received.body
    assert b"<BinaryValue>AP8=</BinaryValue>" in received.body


def test_an_empty_queue_is_polled_by_the_query_protocol(aws: Endpoint) -> None:
    received = aws.query("sqs", "ReceiveMessage", QueueUrl=aws.queue(), WaitTimeSeconds="1")
    assert (received.status, b"<Message>" in received.body) == (200, False)


def test_an_error_by_the_query_protocol_has_its_code(aws: Endpoint) -> None:
    refused = aws.query("sqs", "ReceiveMessage", QueueUrl=aws.queue(), WaitTimeSeconds="21")
    assert refused.status == 400
    assert b"<Code>InvalidParameterValue</Code>" in refused.body


def test_raw_delivery_keeps_a_binary_attribute(aws: Endpoint) -> None:
    url, topic = aws.queue(), aws.topic()
    aws.subscribe(topic, "queue", RawMessageDelivery="true")
    aws.client("sns").publish(TopicArn=topic, Message="told", MessageAttributes={"raw": BINARY})
    received = aws.client("sqs").receive_message(QueueUrl=url, MessageAttributeNames=["All"])
    assert received["Messages"][0]["MessageAttributes"] == {"raw": BINARY}
    assert aws.query("sqs", "ReceiveMessage", QueueUrl=url).status == 200


def polled(aws: Endpoint, body: str, asked: Any, content_type: str = "application/x-amz-json-1.0") -> float:
    """The seconds that ReceiveMessage waits for a message that another call sends meanwhile."""
    url = aws.queue("polled")
    headers = [
        ("host", "localhost"),
        ("content-type", content_type),
        ("authorization", SIGNED.format(REGION, "sqs")),
        *([("x-amz-target", "AmazonSQS.ReceiveMessage")] if "json" in content_type else []),
    ]
    raw = json.dumps({"QueueUrl": url, **asked}) if "json" in content_type else asked
    call = aws_endpoint.read_call(Request("POST", "/123456789012/polled", "", headers, raw.encode()))
    assert call is not None

    async def poll() -> Answer:
        waiting = asyncio.create_task(aws_endpoint.answer(call, asyncio.Event()))
        await asyncio.sleep(0)
        assert not waiting.done()
        await asyncio.to_thread(aws.client("sqs").send_message, QueueUrl=url, MessageBody=body)
        return await waiting

    began = time.monotonic()
    assert body.encode() in asyncio.run(poll()).body
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("asked", "content_type"),
    [
        ({"WaitTimeSeconds": 20}, "application/x-amz-json-1.0"),
        ("Action=ReceiveMessage&WaitTimeSeconds=20", "application/x-www-form-urlencoded"),
    ],
)
def test_other_calls_are_answered_during_a_long_poll(aws: Endpoint, asked: Any, content_type: str) -> None:
    assert polled(aws, "late", asked, content_type) < 10


def test_the_wait_time_of_a_queue_makes_a_receive_a_long_poll(aws: Endpoint) -> None:
    aws.queue("polled", ReceiveMessageWaitTimeSeconds="20")
    assert polled(aws, "late", {}) < 10


def test_a_dead_letter_names_its_source_queue(aws: Endpoint) -> None:
    sqs, url = aws.client("sqs"), aws.queue(RedrivePolicy=redrive_to(aws, "dead"), VisibilityTimeout="0")
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    assert aws.bodies(url) == ["poison"]
    assert aws.bodies(url) == []
    dead = sqs.get_queue_url(QueueName="dead")["QueueUrl"]
    received = sqs.receive_message(QueueUrl=dead, MessageSystemAttributeNames=["All"])
    attributes = received["Messages"][0]["Attributes"]
    assert attributes["DeadLetterQueueSourceArn"] == queue_arn("queue")
    assert attributes["ApproximateReceiveCount"] == "2"


def test_a_message_has_the_digest_of_the_returned_attributes(aws: Endpoint) -> None:
    sqs, url = aws.client("sqs"), aws.queue(VisibilityTimeout="0")
    given = {name: {"DataType": "String", "StringValue": "x"} for name in ("one", "two")}
    sent = sqs.send_message(QueueUrl=url, MessageBody="told", MessageAttributes=given)
    (every,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])["Messages"]
    assert every["MD5OfMessageAttributes"] == sent["MD5OfMessageAttributes"]
    (one,) = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["one"])["Messages"]
    assert one["MessageAttributes"].keys() == {"one"}
    assert one["MD5OfMessageAttributes"] != sent["MD5OfMessageAttributes"]


def test_the_creation_time_of_a_queue_is_in_whole_seconds(aws: Endpoint) -> None:
    found = aws.client("sqs").get_queue_attributes(QueueUrl=aws.queue(), AttributeNames=["All"])
    assert found["Attributes"]["CreatedTimestamp"].isdigit()
    assert found["Attributes"]["MaximumMessageSize"] == "1048576"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (b'{"QueueUrl": "x"}', []),
        (b'{"QueueUrl": 1}', ["GetQueueUrl.QueueUrl: 1 is no string"]),
        (b'{"QueueURL": "x"}', ["GetQueueUrl: QueueURL is unknown"]),
        (
            b"<GetQueueUrlResponse><GetQueueUrlResult><Url/></GetQueueUrlResult></GetQueueUrlResponse>",
            ["GetQueueUrl: Url is unknown"],
        ),
    ],
)
def test_the_check_of_answers_finds_wrong_members(body: bytes, wrong: list[str]) -> None:
    assert shapes.wrong("sqs", "GetQueueUrl", Answer(200, [], body)) == wrong
