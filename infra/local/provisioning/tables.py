"""DynamoDB tables."""

from infra.local.clients import client
from infra.local.credentials import ACCOUNT, REGION
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import anything, text
from infra.local.stack import Resource

CREATION = (
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
)
"""Properties that are arguments of CreateTable."""


def _describe(declared: Declared) -> Resource:
    name = declared.properties.get("TableName", declared.name)
    attributes = {"Arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"}
    if "StreamSpecification" in declared.properties:
        attributes["StreamArn"] = f"{attributes['Arn']}/stream/1"
    return declared.resource(name, **attributes)


def _create(declared: Declared, described: Resource) -> Resource:
    given = declared.properties
    request = {name: given[name] for name in CREATION if name in given}
    if "StreamSpecification" in given:
        request["StreamSpecification"] = {**given["StreamSpecification"], "StreamEnabled": True}
    dynamodb = client("dynamodb")
    created = dynamodb.create_table(TableName=described.id, **request)["TableDescription"]
    if "TimeToLiveSpecification" in given:
        expiry = given["TimeToLiveSpecification"]
        dynamodb.update_time_to_live(TableName=described.id, TimeToLiveSpecification=expiry)
    attributes = {"Arn": created["TableArn"]}
    if "LatestStreamArn" in created:
        attributes["StreamArn"] = created["LatestStreamArn"]
    return declared.resource(described.id, **attributes)


def _remove(table: Resource) -> None:
    client("dynamodb").delete_table(TableName=table.id)


KINDS = {
    "AWS::DynamoDB::Table": Kind(
        _describe,
        _create,
        _remove,
        service="dynamodb",
        played={
            "TableName": text,
            "StreamSpecification": anything,
            # Stored and shown by DescribeTimeToLive; no item expires.
            "TimeToLiveSpecification": anything,
            **dict.fromkeys(CREATION, anything),
        },
        required=("KeySchema",),
        left_out=(
            "DeletionProtectionEnabled",
            "PointInTimeRecoverySpecification",
            "SSESpecification",
            "Tags",
        ),
    ),
}
