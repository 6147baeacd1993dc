"""The requests of the recorded tests of streams.

Each function has the name of its test. The facts are from
LocalStack's tests/aws/services/dynamodb/test_dynamodb.py.
"""

from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from tests.recorded.scenarios.local_aws import LocalAws, ask
from tests.recorded.scenarios.table import FRED, NEW, STREAM, Answers, make, put


def _described(aws: LocalAws, made: Any) -> Any:
    arn = made["TableDescription"]["LatestStreamArn"].replace("111111111111", ACCOUNT)
    return ask(aws.streams.describe_stream, StreamArn=arn)


def _records(aws: LocalAws, described: Any) -> list[Any]:
    """Return all records of a stream."""
    stream = described["StreamDescription"]
    iterator = aws.streams.get_shard_iterator(
        StreamArn=stream["StreamArn"].replace("111111111111", ACCOUNT),
        ShardId=stream["Shards"][0]["ShardId"],
        ShardIteratorType="TRIM_HORIZON",
    )
    records: list[Any] = ask(aws.streams.get_records, ShardIterator=iterator["ShardIterator"])["Records"]
    return records


def batch_write_items_streaming(aws: LocalAws, _: str) -> Answers:
    made = make(aws, StreamSpecification=STREAM)
    described = _described(aws, made)
    found = {"create-table": made, "describe-stream": described, "put-item-1": put(aws, **FRED)}
    same = [{"PutRequest": {"Item": FRED}}, {"PutRequest": {"Item": NEW}}]
    found["batch-write-response-overwrite-item-1"] = ask(
        aws.db.batch_write_item, RequestItems={"table": same}
    )
    changes = [{"PutRequest": {"Item": {**FRED, "name": {"S": "Fred"}}}}, {"DeleteRequest": {"Key": NEW}}]
    found["batch-write-response-delete"] = ask(
        aws.db.batch_write_item, RequestItems={"table": list(reversed(changes))}
    )
    return {**found, "get-records": {"Records": _records(aws, described)}}


def data_encoding_consistency(aws: LocalAws, _: str) -> Answers:
    made = make(aws, StreamSpecification=STREAM)
    described, key = _described(aws, made), {"id": {"S": "id1"}}
    put(aws, **key, version={"N": "1"}, data={"B": b"\x90"})
    first = ask(aws.db.get_item, TableName="table", Key=key)["Item"]
    aws.db.update_item(
        TableName="table",
        Key=key,
        UpdateExpression="SET version=:v",
        ExpressionAttributeValues={":v": {"N": "2"}},
    )
    images = [record["dynamodb"]["NewImage"] for record in _records(aws, described)]
    return {
        "GetItem": first,
        "GetItemAfterUpdate": ask(aws.db.get_item, TableName="table", Key=key)["Item"],
        "GetRecords": images[0],
        "GetRecordsAfterUpdate": images[1],
    }


def dynamodb_stream_records_with_update_item(aws: LocalAws, _: str) -> Answers:
    made = make(aws, StreamSpecification=STREAM)
    described, key = _described(aws, made), {"id": {"S": "my-item-id"}}
    for one, two in (("value1", "value2"), ("value2", "value3"), ("value2", "value3")):
        aws.db.update_item(
            TableName="table",
            Key=key,
            UpdateExpression="SET attr1 = :v1, attr2 = :v2",
            ExpressionAttributeValues={":v1": {"S": one}, ":v2": {"S": two}},
        )
    stream = described["StreamDescription"]
    iterator = ask(
        aws.streams.get_shard_iterator,
        StreamArn=stream["StreamArn"].replace("111111111111", ACCOUNT),
        ShardId=stream["Shards"][0]["ShardId"],
        ShardIteratorType="TRIM_HORIZON",
    )
    return {
        "create-table": made,
        "describe-stream": described,
        "get-shard-iterator": iterator,
        "get-records": {"Records": _records(aws, described)},
    }


def _update(key: Any, expression: str, **values: str) -> dict[str, Any]:
    given = {f":{name}": {"S": value} for name, value in values.items()}
    return {
        "Update": {
            "TableName": "table",
            "Key": key,
            "UpdateExpression": expression,
            "ExpressionAttributeValues": given,
        }
    }


def transact_write_items_streaming(aws: LocalAws, _: str) -> Answers:
    made = make(aws, StreamSpecification=STREAM)
    described = _described(aws, made)

    def write(*items: Any) -> Any:
        return ask(aws.db.transact_write_items, TransactItems=list(items))

    def a_put(**item: Any) -> Any:
        return {"Put": {"TableName": "table", "Item": item}}

    other = {"id": {"S": "NonExistentKey"}}
    return {
        "create-table": made,
        "describe-stream": described,
        "put-item-1": put(aws, **FRED),
        "transact-write-response-overwrite": write(a_put(**FRED), a_put(**NEW)),
        "transact-write-response-update": write(
            _update(NEW, "SET attr1 = :a, attr2 = :b", a="value1", b="value2")
        ),
        "transact-write-update-insert": write(_update(other, "SET attr1 = :a", a="value1")),
        "transact-write-response-delete": write(
            {"Delete": {"TableName": "table", "Key": NEW}}, a_put(**FRED, name={"S": "Fred"})
        ),
        "get-records": {"Records": _records(aws, described)},
    }


def transact_write_items_streaming_for_different_tables(aws: LocalAws, _: str) -> Answers:
    made, other = make(aws, StreamSpecification=STREAM), make(aws, "other")
    described = _described(aws, made)
    items = [
        {"Put": {"TableName": "other", "Item": NEW}},
        {"Put": {"TableName": "table", "Item": FRED}},
    ]
    written = ask(aws.db.transact_write_items, TransactItems=items)
    return {
        "create-table-stream": made,
        "create-table-no-stream": other,
        "describe-stream": described,
        "transact-write-two-tables": written,
        "get-records": {"Records": _records(aws, described)},
    }


def non_existent_stream(aws: LocalAws, _: str) -> Answers:
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/gone/stream/2024-11-18T14:36:44.149"
    return {"non-existent-stream": ask(aws.streams.describe_stream, StreamArn=arn)}
