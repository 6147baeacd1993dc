"""A table, for the scenarios of DynamoDB."""

from typing import Any

from botocore.exceptions import ClientError

from tests.recorded.scenarios.local_aws import LocalAws, ask

Answers = dict[str, Any]
FIVE = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
ON_DEMAND = {"BillingMode": "PAY_PER_REQUEST"}
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
FRED, NEW = {"id": {"S": "Fred"}}, {"id": {"S": "NewKey"}}


def make(aws: LocalAws, name: str = "table", keys: str = "id", **given: Any) -> Any:
    """Create a table and return the answer. `keys` names the partition key and the sort key."""
    roles = dict(zip(keys.split(), ("HASH", "RANGE"), strict=False))
    request = {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": key, "AttributeType": "S"} for key in roles],
        "KeySchema": [{"AttributeName": key, "KeyType": role} for key, role in roles.items()],
        "ProvisionedThroughput": FIVE,
        **given,
    }
    return ask(aws.db.create_table, **request)


def put(aws: LocalAws, **item: Any) -> Any:
    return ask(aws.db.put_item, TableName="table", Item=item)


def failure(call: Any, **request: Any) -> str:
    """Return the text of a call's error: for some errors the recordings contain only the text."""
    try:
        call(**request)
    except ClientError as error:
        # Like str(error), but without the number of attempts.
        return error.MSG_TEMPLATE.format(
            error_code=error.response["Error"]["Code"],
            operation_name=error.operation_name,
            retry_info="",
            error_message=error.response["Error"]["Message"],
        )
    return "no error"
