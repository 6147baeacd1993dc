"""DynamoDB's answers and stream records in cases where unpatched moto differs from AWS."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.endpoint import Endpoint, endpoint, refusal

ID = {"id": {"S": "1"}}
TABLE: dict[str, Any] = {
    "TableName": "table",
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
}


@pytest.fixture
def aws() -> Iterator[Endpoint]:
    with endpoint() as it:
        yield it


def records(aws: Endpoint, stream_arn: str) -> list[Any]:
    streams = aws.client("dynamodbstreams")
    (shard,) = streams.describe_stream(StreamArn=stream_arn)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=stream_arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    found: list[Any] = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    return found


def test_an_update_that_creates_an_item_emits_one_record(aws: Endpoint) -> None:
    db = aws.client("dynamodb")
    stream = db.create_table(**TABLE)["TableDescription"]["LatestStreamArn"]
    for number in ("1", "2"):
        db.update_item(
            TableName="table",
            Key=ID,
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues={":n": {"N": number}},
        )
    first, second = records(aws, stream)
    assert (first["eventName"], second["eventName"]) == ("INSERT", "MODIFY")
    assert first["dynamodb"]["NewImage"] == {**ID, "n": {"N": "1"}}
    assert int(second["dynamodb"]["SequenceNumber"]) == int(first["dynamodb"]["SequenceNumber"]) + 1


def test_the_answer_has_the_consumed_capacity_only_if_the_request_asks_for_it(aws: Endpoint) -> None:
    db = aws.client("dynamodb")
    db.create_table(**TABLE)
    items = {"table": [{"PutRequest": {"Item": ID}}]}
    assert "ConsumedCapacity" not in db.batch_write_item(RequestItems=items)
    assert "ConsumedCapacity" not in db.get_item(TableName="table", Key=ID)
    answer = db.get_item(TableName="table", Key=ID, ReturnConsumedCapacity="TOTAL")
    assert answer["ConsumedCapacity"]["TableName"] == "table"


def test_the_description_of_a_table_has_the_fields_of_aws(aws: Endpoint) -> None:
    db = aws.client("dynamodb")
    made = db.create_table(**TABLE)["TableDescription"]
    described = db.describe_table(TableName="table")["Table"]
    assert made["TableId"] == described["TableId"]
    assert "GlobalSecondaryIndexes" not in described
    assert "LastUpdateToPayPerRequestDateTime" in described["BillingModeSummary"]


def test_provisioned_capacity_with_on_demand_billing_is_refused(aws: Endpoint) -> None:
    capacity = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    code, message = refusal(aws.client("dynamodb").create_table, **TABLE, ProvisionedThroughput=capacity)
    assert (code, "PAY_PER_REQUEST" in message) == ("ValidationException", True)
