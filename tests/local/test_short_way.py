"""The short way to moto gives the same answers as the long way, errors included."""

import asyncio
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from botocore.exceptions import ClientError
from botocore.parsers import create_parser
from moto.core.utils import get_service_model

from infra.local.aws import backends
from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.aws.short_way.answers import xml_answer
from infra.local.aws.short_way.operations import OPERATIONS
from infra.local.http import aws_endpoint
from infra.local.in_process import environment
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.messages import AwsCall, Request, Response

ARN = f"arn:aws:{{}}:{REGION}:{ACCOUNT}:{{}}"
URL = f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/"
ITEM = {
    "id": {"S": "1"},
    "count": {"N": "7"},
    "list": {"L": [{"S": "a"}, {"NULL": True}, {"B": b"\x00\xff"}, {"BOOL": False}]},
    "map": {"M": {"B": {"B": b"b"}, "S": {"SS": ["x", "y"]}, "empty": {"M": {}}}},
    "sets": {"BS": [b"1", b"2"]},
}
ATTRIBUTES = {
    "text": {"DataType": "String", "StringValue": "a"},
    "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
}
KEY = {"id": {"S": "1"}}
IF_NEW: dict[str, Any] = {
    "ConditionExpression": "attribute_not_exists(id)",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
CONSUMED: dict[str, Any] = {"ReturnConsumedCapacity": "TOTAL"}
ADD: dict[str, Any] = {"UpdateExpression": "SET #c = #c + :n", "ExpressionAttributeNames": {"#c": "count"}}
ONE: dict[str, Any] = {"ExpressionAttributeValues": {":n": {"N": "1"}}}
QUERY: dict[str, Any] = {
    "KeyConditionExpression": "id = :id",
    "ExpressionAttributeValues": {":id": {"S": "1"}},
}
RECEIVE: dict[str, Any] = {
    "MaxNumberOfMessages": 10,
    "AttributeNames": ["All"],
    "MessageAttributeNames": ["All"],
}

Call = tuple[str, str, dict[str, Any]]


def of_table(operation: str, table: str = "table", /, **parameters: Any) -> Call:
    return "dynamodb", operation, {"TableName": table, **parameters}


def of_queue(operation: str, queue: str = "queue", /, **parameters: Any) -> Call:
    return "sqs", operation, {"QueueUrl": URL + queue, **parameters}


def of_topic(operation: str, topic: str = "topic", /, **parameters: Any) -> Call:
    return "sns", operation, {"TopicArn": ARN.format("sns", topic), **parameters}


def entries(**parameters: Any) -> list[dict[str, Any]]:
    return [{"Id": name, **parameters} for name in ("one", "two")]


CALLS: list[list[Call]] = [
    [
        of_table("put_item", Item=ITEM),
        of_table("get_item", Key=KEY),
        of_table("get_item", Key=KEY, ConsistentRead=True, ProjectionExpression="count", **CONSUMED),
        of_table("put_item", Item=ITEM, ReturnValues="ALL_OLD", **CONSUMED),
        of_table("put_item", Item=ITEM, **IF_NEW),
        of_table("update_item", Key=KEY, ReturnValues="ALL_NEW", **ADD, **ONE),
        of_table("query", **QUERY),
        of_table("query", Select="COUNT", **QUERY, **CONSUMED),
        of_table("scan", Limit=1),
        ("dynamodb", "batch_get_item", {"RequestItems": {"table": {"Keys": [KEY]}}, **CONSUMED}),
        of_table("delete_item", Key=KEY, ReturnValues="ALL_OLD"),
        of_table("get_item", Key=KEY),
        of_table("scan"),
    ],
    [
        of_table("get_item", "missing", Key=KEY),
        of_table("get_item", Key={"other": {"S": "1"}}),
        of_table("put_item", Item={"id": {"N": "1"}}),
        of_table("put_item", Item=ITEM, ReturnValues="ALL_NEW"),
        of_table("update_item", Key=KEY, UpdateExpression="SET"),
        of_table("update_item", Key=KEY, **ADD, **ONE),
        of_table("query", KeyConditionExpression="id = :unknown"),
        of_table("delete_item", Key=KEY, ConditionExpression="attribute_exists(id)"),
        ("dynamodb", "batch_get_item", {"RequestItems": {"missing": {"Keys": [KEY]}}}),
    ],
    [
        of_queue("send_message", MessageBody="a", MessageAttributes=ATTRIBUTES),
        of_queue("send_message_batch", Entries=entries(MessageBody="b", MessageAttributes=ATTRIBUTES)),
        of_queue("get_queue_attributes", AttributeNames=["All"]),
        of_queue("receive_message", **RECEIVE),
        of_queue("receive_message"),
        of_queue("change_message_visibility", ReceiptHandle="0", VisibilityTimeout=0),
        of_queue("receive_message"),
        of_queue("change_message_visibility_batch", Entries=entries(ReceiptHandle="0", VisibilityTimeout=0)),
        of_queue("delete_message", ReceiptHandle="0"),
        of_queue("delete_message_batch", Entries=[{"Id": "one", "ReceiptHandle": "1"}]),
        of_queue("get_queue_attributes", AttributeNames=["ApproximateNumberOfMessages"]),
    ],
    [
        of_queue("send_message", "missing", MessageBody="a"),
        of_queue("send_message", MessageBody=""),
        of_queue("send_message_batch", Entries=[]),
        of_queue("send_message_batch", Entries=[{"Id": "1", "MessageBody": "\ud7ff\ufffe"}]),
        of_queue("receive_message", MaxNumberOfMessages=11),
        of_queue("delete_message", ReceiptHandle="unknown"),
        of_queue("change_message_visibility", ReceiptHandle="unknown", VisibilityTimeout=1),
        of_queue("get_queue_attributes", AttributeNames=["Unknown"]),
    ],
    [
        of_topic("publish", Message="a", Subject="s", MessageAttributes=ATTRIBUTES),
        of_topic(
            "publish_batch", PublishBatchRequestEntries=entries(Message="b", MessageAttributes=ATTRIBUTES)
        ),
        of_queue("receive_message", **RECEIVE),
        of_topic("publish", "missing", Message="a"),
        of_topic("publish", Message=""),
        of_topic("publish_batch", PublishBatchRequestEntries=[]),
        of_topic("publish_batch", PublishBatchRequestEntries=entries(Message="")),
    ],
]


def answers(calls: list[Call], *, plain: bool) -> list[Any]:
    """The answers of the calls on new resources. A receipt handle is named by its number."""
    with time_machine.travel("2026-01-01T00:00:00Z", tick=False), environment({}), patched_moto(plain=plain):
        backends.seed_ids(1)
        create()
        handles: list[str] = []
        return [answer(handles, *call) for call in calls]


def create() -> None:
    client("dynamodb").create_table(
        TableName="table",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    client("sqs").create_queue(QueueName="queue")
    client("sns").create_topic(Name="topic")
    client("sns").subscribe(
        TopicArn=ARN.format("sns", "topic"),
        Protocol="sqs",
        Endpoint=ARN.format("sqs", "queue"),
        Attributes={"RawMessageDelivery": "true"},  # other messages are signed with a new key
    )


def answer(handles: list[str], service: str, operation: str, parameters: dict[str, Any]) -> Any:
    def known(value: Any) -> Any:
        return handles[int(value)] if isinstance(value, str) and value.isdigit() and handles else value

    if "ReceiptHandle" in parameters:
        parameters = {**parameters, "ReceiptHandle": known(parameters["ReceiptHandle"])}
    if operation in ("delete_message_batch", "change_message_visibility_batch"):
        changed = [
            {**entry, "ReceiptHandle": known(entry["ReceiptHandle"])} for entry in parameters["Entries"]
        ]
        parameters = {**parameters, "Entries": changed}
    try:
        answered = getattr(client(service), operation)(**parameters)
    except ClientError as error:
        return str(error), error.response
    handles += [message["ReceiptHandle"] for message in answered.get("Messages", ())]
    return answered


def comparable(answer: Any) -> Any:
    """An answer without headers: the short way has only the request id in them."""
    if isinstance(answer, tuple):
        return answer[0], comparable(answer[1])
    metadata = {**answer["ResponseMetadata"], "HTTPHeaders": None}
    return {**answer, "ResponseMetadata": metadata}


@pytest.fixture(autouse=True)
def answers_match_models() -> None:
    """Replaces the check of each answer: against its model, SQS leaves an empty list out of an answer."""


@pytest.mark.parametrize(
    "calls", CALLS, ids=["items", "refused items", "messages", "refused messages", "topic"]
)
def test_each_call_is_answered_the_same_on_both_ways(calls: list[Call]) -> None:
    short, long = (answers(calls, plain=plain) for plain in (False, True))
    assert list(map(comparable, short)) == list(map(comparable, long))


def over_http(body: bytes, *, plain: bool) -> Response:
    headers = [("x-amz-target", "DynamoDB_20120810.GetItem"), ("content-type", "application/x-amz-json-1.0")]
    call = AwsCall("dynamodb", REGION, "GetItem", Request("POST", "/", "", headers, body))
    with patched_moto(plain=plain):
        backends.seed_ids(1)
        answered = asyncio.run(aws_endpoint.respond(call, asyncio.Event()))
    return Response(answered.status, [], answered.body)


PUBLICATIONS: list[tuple[str, dict[str, str]]] = [
    ("Publish", {"TopicArn": ARN.format("sns", "topic"), "Message": "a & b"}),
    (
        "PublishBatch",
        {
            "TopicArn": ARN.format("sns", "topic"),
            "PublishBatchRequestEntries.member.1.Id": "<one>",
            "PublishBatchRequestEntries.member.1.Message": "a",
            "PublishBatchRequestEntries.member.2.Id": "two",
            "PublishBatchRequestEntries.member.2.Message": "b",
        },
    ),
    ("Publish", {"TopicArn": ARN.format("sns", "missing"), "Message": "a"}),
]


@pytest.mark.parametrize(("operation", "parameters"), PUBLICATIONS)
def test_a_publication_over_http_is_answered_the_same_on_both_ways(
    operation: str, parameters: dict[str, str]
) -> None:
    short, long = (published(operation, parameters, plain=plain) for plain in (False, True))
    assert short == long
    assert short["ResponseMetadata"]["RequestId"] is None


def published(operation: str, parameters: dict[str, str], *, plain: bool) -> Any:
    """The parsed answer over HTTP, without its random ids."""
    headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")]
    body = urlencode({"Action": operation, "Version": "2010-03-31", **parameters}).encode()
    call = AwsCall("sns", REGION, operation, Request("POST", "/", "", headers, body))
    with environment({}), patched_moto(plain=plain):
        create()
        answered = asyncio.run(aws_endpoint.respond(call, asyncio.Event()))
    read = {"headers": dict(answered.headers), "body": answered.body, "status_code": answered.status}
    shape = get_service_model("sns").operation_model(operation).output_shape
    return without_ids(create_parser("query").parse(read, shape))


def without_ids(parsed: Any) -> Any:
    if isinstance(parsed, dict):
        ids = {"MessageId": None, "RequestId": None, "x-amzn-requestid": None}
        return {name: ids.get(name, without_ids(value)) for name, value in parsed.items()}
    return list(map(without_ids, parsed)) if isinstance(parsed, list) else parsed


def test_an_entry_that_failed_is_xml_with_a_boolean_in_lower_case() -> None:
    failed = {"Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}], "Successful": []}
    _, body = xml_answer("PublishBatch", failed)
    shape = get_service_model("sns").operation_model("PublishBatch").output_shape
    parsed = create_parser("query").parse({"headers": {}, "body": body, "status_code": 200}, shape)
    assert {name: parsed[name] for name in failed} == failed


@pytest.mark.parametrize("body", [b"", b"{", b'{"TableName": null}'])
def test_a_malformed_request_over_http_is_answered_the_same_on_both_ways(body: bytes) -> None:
    assert over_http(body, plain=False) == over_http(body, plain=True)


def test_each_operation_of_the_short_way_is_compared() -> None:
    compared = {(service, operation.replace("_", "")) for calls in CALLS for service, operation, _ in calls}
    assert compared == {(service, operation.lower()) for service, operation in OPERATIONS}
