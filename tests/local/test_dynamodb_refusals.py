"""Requests that DynamoDB refuses are refused. Requests at a limit are accepted."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.endpoint import Endpoint, endpoint, refusal

KIB = 1024
TABLE: dict[str, Any] = {
    "TableName": "table",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "at", "by")],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "at", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "index",
            "KeySchema": [{"AttributeName": "by", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
KEY = {"id": {"S": "1"}, "at": {"S": "1"}}


@pytest.fixture(scope="module")
def aws() -> Iterator[Endpoint]:
    with endpoint() as it:
        it.client("dynamodb").create_table(**TABLE)
        yield it


NAMES = "ExpressionAttributeNames"
VALUES = "ExpressionAttributeValues"
MATCH: dict[str, Any] = {"KeyConditionExpression": "id = :id"}
DYNAMODB: list[tuple[str, dict[str, Any], str]] = [
    ("put_item", {"Item": {**KEY, "id": {"S": ""}}}, "cannot contain an empty string value. Key: id"),
    ("put_item", {"Item": {**KEY, "id": {"S": "x" * 2049}}}, "the maximum size limit of2048 bytes"),
    ("put_item", {"Item": {**KEY, "at": {"S": "x" * 1025}}}, "exceeded the size limit of 1024 bytes"),
    ("put_item", {"Item": {**KEY, "id": {"N": "1"}}}, "Type mismatch for key id expected: S actual: N"),
    (
        "put_item",
        {"Item": {**KEY, "by": {"N": "1"}}},
        "Type mismatch for Index Key by Expected: S Actual: N IndexName: index",
    ),
    ("put_item", {"Item": {**KEY, "by": {"S": ""}}}, "IndexName: index, IndexKey: by"),
    ("put_item", {"Item": {"id": {"S": "1"}}}, "Missing the key at in the item"),
    ("put_item", {"Item": {**KEY, "n": {"N": "1" * 39}}}, "more than 38 significant digits in a Number"),
    ("put_item", {"Item": {**KEY, "n": {"L": [{"N": "1e126"}]}}}, "Number overflow."),
    ("put_item", {"Item": {**KEY, "n": {"M": {"n": {"N": "1e-131"}}}}}, "Number underflow."),
    ("put_item", {"Item": {**KEY, "n": {"N": "one"}}}, "cannot be converted to a numeric value: one"),
    ("put_item", {"Item": {**KEY, "s": {"SS": []}}}, "An string set  may not be empty"),
    ("put_item", {"Item": {**KEY, "s": {"SS": ["x", "x"]}}}, "Input collection [x, x] contains duplicates."),
    ("put_item", {"Item": {**KEY, "s": {"S": "x" * 400 * KIB}}}, "Item size has exceeded the maximum"),
    ("put_item", {"Item": KEY, VALUES: {":x": {"S": "x"}}}, "can only be specified when using expressions"),
    (
        "put_item",
        {"Item": KEY, "ConditionExpression": "attribute_exists(id)", VALUES: {":x": {"S": "x"}}},
        "Value provided in ExpressionAttributeValues unused in expressions: keys: {:x}",
    ),
    (
        "put_item",
        {"Item": KEY, "ConditionExpression": "attribute_exists(id)", NAMES: {"#x": "x"}},
        "Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}",
    ),
    ("get_item", {"Key": {"id": {"S": "x"}}}, "The provided key element does not match the schema"),
    ("get_item", {"Key": {**KEY, "id": {"S": "x" * 2049}}}, "the maximum size limit of2048 bytes"),
    ("delete_item", {"Key": {**KEY, "at": {"S": ""}}}, "cannot contain an empty string value. Key: at"),
    (
        "update_item",
        {"Key": KEY, "UpdateExpression": "SET by = :x", VALUES: {":x": {"N": "1"}}},
        "Type mismatch for Index Key by Expected: S Actual: N IndexName: index",
    ),
    (
        "update_item",
        {
            "Key": KEY,
            "UpdateExpression": "SET #b = :x",
            NAMES: {"#b": "by"},
            VALUES: {":x": {"S": "x" * 2049}},
        },
        "the maximum size limit of2048 bytes",
    ),
    (
        "update_item",
        {"Key": KEY, "UpdateExpression": "SET x = :x", VALUES: {":x": {"N": "1" * 39}}},
        "more than 38 significant digits",
    ),
    ("query", {**MATCH, VALUES: {":id": {"S": ""}}}, "cannot contain an empty string value. Key: id"),
    ("query", {**MATCH, VALUES: {":id": {"N": "1"}}}, "Condition parameter type does not match schema type"),
    (
        "query",
        {**MATCH, VALUES: {":id": {"S": "1"}}, "ExclusiveStartKey": {**KEY, "at": {"S": "x" * 1025}}},
        "exceeded the size limit of 1024 bytes",
    ),
    ("scan", {"FilterExpression": "x = :x", VALUES: {":x": {"S": "x"}, ":y": {"S": "x"}}}, "keys: {:y}"),
]


@pytest.mark.parametrize(("operation", "request_", "message"), DYNAMODB)
def test_dynamodb_refuses(aws: Endpoint, operation: str, request_: dict[str, Any], message: str) -> None:
    call = getattr(aws.client("dynamodb"), operation)
    code, found = refusal(call, TableName="table", **request_)
    assert code == "ValidationException"
    assert message in found


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("batch_write_item", {"RequestItems": {"table": [{"DeleteRequest": {"Key": {"id": {"S": ""}}}}]}}),
        ("batch_get_item", {"RequestItems": {"table": {"Keys": [{**KEY, "at": {"S": "x" * 1025}}]}}}),
        ("transact_write_items", {"TransactItems": [{"Put": {"TableName": "table", "Item": {}}}]}),
        ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "table", "Key": {}}}]}),
    ],
)
def test_dynamodb_refuses_batches_and_transactions(
    aws: Endpoint, operation: str, request_: dict[str, Any]
) -> None:
    code, _ = refusal(getattr(aws.client("dynamodb"), operation), **request_)
    assert code == "ValidationException"


def test_a_request_at_the_limit_is_accepted(aws: Endpoint) -> None:
    db, key = aws.client("dynamodb"), {"id": {"S": "x" * 2048}, "at": {"S": "x" * 1024}}
    item = {**key, "by": {"S": "x" * 2048}, "n": {"NS": ["9" * 38, "1e125", "1e-130", "0"]}}
    db.put_item(TableName="table", Item=item)
    assert db.get_item(TableName="table", Key=key)["Item"]["by"] == item["by"]


def test_an_item_of_400_kilobytes_is_accepted_and_not_one_of_a_byte_more(aws: Endpoint) -> None:
    """moto's own limit is 405,000 bytes."""
    put = aws.client("dynamodb").put_item
    text = "x" * (400 * KIB - len("id1at1text"))
    put(TableName="table", Item={**KEY, "text": {"S": text}})
    code, message = refusal(put, TableName="table", Item={**KEY, "text": {"S": text + "x"}})
    assert (code, message) == ("ValidationException", "Item size has exceeded the maximum allowed size")


def test_an_update_makes_an_item_of_400_kilobytes_and_not_one_of_a_byte_more(aws: Endpoint) -> None:
    db = aws.client("dynamodb")
    update = {"TableName": "table", "Key": KEY, "UpdateExpression": "SET body = :b"}
    text = "x" * (400 * KIB - len("id1at1body"))
    db.put_item(TableName="table", Item=KEY)
    db.update_item(**update, ExpressionAttributeValues={":b": {"S": text}})
    code, message = refusal(db.update_item, **update, ExpressionAttributeValues={":b": {"S": text + "x"}})
    assert code == "ValidationException"
    assert message == "Item size to update has exceeded the maximum allowed size"
    assert db.get_item(TableName="table", Key=KEY)["Item"]["body"]["S"] == text
