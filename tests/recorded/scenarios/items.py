"""The requests of the recorded tests of DynamoDB.

Each function has the name of its test. The facts are from
LocalStack's tests/aws/services/dynamodb/test_dynamodb.py.
"""

from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from tests.recorded.scenarios.local_aws import LocalAws, ask, recorded_form
from tests.recorded.scenarios.table import FIVE, FRED, NEW, ON_DEMAND, Answers, failure, make, put


def batch_write_binary(aws: LocalAws, _: str) -> Answers:
    make(aws, keys="PK SK")
    item = {"PK": {"S": "hello"}, "SK": {"S": "user"}, "data": {"B": b"test"}}
    writes = [{"PutRequest": {"Item": item}}]
    return {"Response": ask(aws.db.batch_write_item, RequestItems={"table": writes})}


def batch_write_items(aws: LocalAws, _: str) -> Answers:
    make(aws)
    put(aws, **FRED)
    writes = [{"DeleteRequest": {"Key": FRED}}, {"PutRequest": {"Item": {"id": {"S": "Bob"}}}}]
    return {"BatchWriteResponse": ask(aws.db.batch_write_item, RequestItems={"table": writes})}


def batch_write_not_existing_table(aws: LocalAws, _: str) -> Answers:
    writes = [{"Put": {"TableName": "gone", "Item": FRED}}]
    return {"exc-not-found-transact-write-items": ask(aws.db.transact_write_items, TransactItems=writes)}


def batch_write_not_matching_schema(aws: LocalAws, _: str) -> Answers:
    make(aws, keys="id sk")
    writes = [{"DeleteRequest": {"Key": {"id": {"S": "x"}}}}]
    failed = failure(aws.db.batch_write_item, RequestItems={"table": writes})
    return {"ValidationException": failed}


def create_duplicate_table(aws: LocalAws, _: str) -> Answers:
    make(aws)
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    types = [{"AttributeName": "id", "AttributeType": "S"}]
    given = {"KeySchema": keys, "AttributeDefinitions": types, "ProvisionedThroughput": FIVE}
    return {"Error": failure(aws.db.create_table, TableName="table", **given)}


def dynamodb_execute_transaction(aws: LocalAws, _: str) -> Answers:
    make(aws, keys="Username")
    statements = [
        {"Statement": f"INSERT INTO \"table\" VALUE {{'Username': 'user0{number}'}}"} for number in (1, 2)
    ]
    done = ask(aws.db.execute_transaction, TransactStatements=statements)
    return {"ExecutedTransaction": done, "TableScan": ask(aws.db.scan, TableName="table")}


def dynamodb_get_batch_items(aws: LocalAws, _: str) -> Answers:
    make(aws)
    found = ask(aws.db.batch_get_item, RequestItems={"table": {"Keys": [FRED]}})
    return {"Response": {**found, "Responses": {"<test-table>": found["Responses"]["table"]}}}


def dynamodb_idempotent_writing(aws: LocalAws, _: str) -> Answers:
    make(aws)
    request = {"TransactItems": [{"Put": {"TableName": "table", "Item": FRED}}], "ClientRequestToken": "dupe"}
    first = ask(aws.db.transact_write_items, **request)
    return {"Response1": first, "Response2": ask(aws.db.transact_write_items, **request)}


def dynamodb_pay_per_request(aws: LocalAws, _: str) -> Answers:
    keys = [{"AttributeName": "id", "KeyType": "HASH"}]
    types = [{"AttributeName": "id", "AttributeType": "S"}]
    given = {"KeySchema": keys, "AttributeDefinitions": types, "ProvisionedThroughput": FIVE, **ON_DEMAND}
    return {"Error": failure(aws.db.create_table, TableName="table", **given)}


def empty_and_binary_values(aws: LocalAws, _: str) -> Answers:
    make(aws)
    return {
        "PutFirstItem": put(aws, id={"S": "id1"}, data={"S": ""}),
        "PutSecondItem": put(aws, id={"S": "id2"}, data={"B": b"\x90"}),
    }


def gsi_with_billing_mode(aws: LocalAws, mode: str) -> Answers:
    index: dict[str, Any] = {
        "IndexName": "TransactionRecordID",
        "KeySchema": [{"AttributeName": "TRID", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    request: dict[str, Any] = {
        "TableName": "table",
        "KeySchema": [{"AttributeName": "TID", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("TID", "TRID")],
        "BillingMode": mode,
        "GlobalSecondaryIndexes": [index],
    }
    if mode == "PROVISIONED":
        request["ProvisionedThroughput"] = FIVE
        index["ProvisionedThroughput"] = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    made = ask(aws.db.create_table, **request)
    return {"create-table-with-gsi": made, "describe-table": ask(aws.db.describe_table, TableName="table")}


def return_values_in_put_item(aws: LocalAws, _: str) -> Answers:
    make(aws)
    item = {"id": {"S": "id1"}, "data": {"S": "foobar"}}
    old = {"TableName": "table", "ReturnValues": "ALL_OLD"}
    return {
        "PutFirstItem": ask(aws.db.put_item, **old, Item=item),
        "PutFirstItemOLD": ask(aws.db.put_item, **old, Item=item),
        "PutSecondItem": ask(aws.db.put_item, **old, Item={**item, "id": {"S": "id2"}}),
        "PutSecondItemReturnNone": ask(
            aws.db.put_item, TableName="table", ReturnValues="NONE", Item={**item, "id": {"S": "id2"}}
        ),
        "PutFirstItemB": ask(aws.db.put_item, **old, Item=item),
    }


def return_values_on_conditions_check_failure(aws: LocalAws, _: str) -> Answers:
    make(aws)
    item = {"id": {"S": "456"}, "product": {"S": "sporting goods"}, "price": {"N": "650"}}
    put(aws, **item)
    refused = ask(
        aws.db.delete_item,
        TableName="table",
        Key={"id": item["id"]},
        ConditionExpression="price < :lo",
        ExpressionAttributeValues={":lo": {"N": "500"}},
        ReturnValuesOnConditionCheckFailure="ALL_OLD",
    )
    return {"items": {name: value for name, value in refused.items() if name != "message"}}


def transact_get_items(aws: LocalAws, _: str) -> Answers:
    make(aws)
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/table"
    found = {}
    for step, table, name in (
        ("TransactGetItems", "table", "John"),
        ("TransactGetItems-with-TableArn", arn, "Sarah"),
    ):
        put(aws, id={"S": name})
        items = [{"Get": {"TableName": table, "Key": {"id": {"S": name}}}}]
        found[step] = ask(aws.db.transact_get_items, TransactItems=items)
    return found


def transaction_write_binary_data(aws: LocalAws, _: str) -> Answers:
    make(aws)
    item = {"id": {"S": "someUser"}, "binaryData": {"B": b"foobar"}}
    items = [{"Put": {"TableName": "table", "Item": item}}]
    written = ask(aws.db.transact_write_items, TransactItems=items)
    found = aws.db.get_item(TableName="table", Key={"id": item["id"]})["Item"]
    return {"WriteResponse": written, "GetItem": recorded_form(found)}


def transaction_write_canceled(aws: LocalAws, _: str) -> Answers:
    make(aws)
    condition = {"ConditionExpression": "attribute_exists(id)"}
    items = [
        {"ConditionCheck": {"TableName": "table", "Key": FRED, **condition}},
        {"Put": {"TableName": "table", "Item": NEW}},
    ]
    return {"Error": failure(aws.db.transact_write_items, TransactItems=items)}


def transaction_write_items(aws: LocalAws, _: str) -> Answers:
    make(aws)
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/table"

    def write(table: str) -> Any:
        put = {"TableName": table, "Item": {"id": {"S": "test1"}}}
        condition = {"ConditionExpression": "attribute_not_exists(id)"}
        items = [
            {"ConditionCheck": {"TableName": table, "Key": {"id": {"S": "none"}}, **condition}},
            {"Put": put},
            {"Delete": {"TableName": table, "Key": {"id": {"S": "test3"}}}},
        ]
        return ask(aws.db.transact_write_items, TransactItems=items)

    return {"Response": write("table"), "Response_using_table_arn": write(arn)}


def valid_local_secondary_index(aws: LocalAws, _: str) -> Answers:
    index = {
        "IndexName": "LSI1",
        "KeySchema": [
            {"AttributeName": "PK", "KeyType": "HASH"},
            {"AttributeName": "LSI1SK", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "ALL"},
    }
    types = {"PK": "S", "SK": "S", "LSI1SK": "N"}
    definitions = [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]
    make(aws, keys="PK SK", AttributeDefinitions=definitions, LocalSecondaryIndexes=[index])
    put(aws, SK={"S": "hello"}, LSI1SK={"N": "123"}, PK={"S": "test one"})
    found = ask(
        aws.db.query,
        TableName="table",
        IndexName="LSI1",
        KeyConditionExpression="PK = :v1",
        ExpressionAttributeValues={":v1": {"S": "test one"}},
        Select="ALL_ATTRIBUTES",
    )
    return {"Items": found}
