"""DynamoDB tables."""

from typing import Any

from infra.local.aws.clients import client
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import anything, choice, flag, list_of, named, number, record, text

NAME = named("[a-zA-Z0-9_.-]{3,255}", "3 to 255 letters, digits, hyphens, dots and underscores")
KEY = record(("AttributeName", "KeyType"), AttributeName=text, KeyType=choice("HASH", "RANGE"))


def _keys(path: str, value: Any) -> Any:
    """A partition key, and a sort key after it if there is one."""
    keys = list_of(KEY)(path, value)
    if [key["KeyType"] for key in keys] not in (["HASH"], ["HASH", "RANGE"]):
        raise Refused(f"{path} has other keys than one HASH, or one HASH and one RANGE; correct it")
    return keys


CAPACITY = record(
    ("ReadCapacityUnits", "WriteCapacityUnits"),
    ReadCapacityUnits=number(1, 1_000_000),
    WriteCapacityUnits=number(1, 1_000_000),
)
PROJECTION = record(NonKeyAttributes=list_of(text), ProjectionType=choice("ALL", "INCLUDE", "KEYS_ONLY"))
LOCAL_INDEX = {"IndexName": NAME, "KeySchema": _keys, "Projection": PROJECTION}
INDEX_LEFT_OUT = ("ContributorInsightsSpecification", "OnDemandThroughput", "WarmThroughput")
GLOBAL_INDEX = {**LOCAL_INDEX, "ProvisionedThroughput": CAPACITY, **dict.fromkeys(INDEX_LEFT_OUT, anything)}

CREATION = {
    "AttributeDefinitions": list_of(
        record(("AttributeName", "AttributeType"), AttributeName=text, AttributeType=choice("S", "N", "B"))
    ),
    "BillingMode": choice("PAY_PER_REQUEST", "PROVISIONED"),
    "GlobalSecondaryIndexes": list_of(record(tuple(LOCAL_INDEX), **GLOBAL_INDEX)),
    "KeySchema": _keys,
    "LocalSecondaryIndexes": list_of(record(tuple(LOCAL_INDEX), **LOCAL_INDEX)),
    "ProvisionedThroughput": CAPACITY,
}
"""Properties that are arguments of CreateTable. Capacity is kept and shown; nothing is throttled."""


def _describe(declared: Declared) -> Resource:
    name = declared.properties.get("TableName", declared.name_within(255))
    attributes = {"Arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"}
    if "StreamSpecification" in declared.properties:
        attributes["StreamArn"] = f"{attributes['Arn']}/stream/1"
    return declared.resource(name, **attributes)


def _create(declared: Declared, described: Resource) -> Resource:
    given = declared.properties
    request = {name: given[name] for name in CREATION if name in given}
    if "GlobalSecondaryIndexes" in given:
        request["GlobalSecondaryIndexes"] = [
            {name: value for name, value in index.items() if name not in INDEX_LEFT_OUT}
            for index in given["GlobalSecondaryIndexes"]
        ]
    if "StreamSpecification" in given:
        view = given["StreamSpecification"]["StreamViewType"]
        request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
    dynamodb = client("dynamodb")
    created = dynamodb.create_table(TableName=described.id, **request)["TableDescription"]
    expiry = given.get("TimeToLiveSpecification", {})
    if expiry.get("Enabled"):
        dynamodb.update_time_to_live(
            TableName=described.id,
            TimeToLiveSpecification=expiry,
        )
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
            **CREATION,
            "StreamSpecification": record(
                ("StreamViewType",),
                ResourcePolicy=anything,
                StreamViewType=choice("KEYS_ONLY", "NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE"),
            ),
            "TableName": NAME,
            # Stored, and shown by DescribeTimeToLive; no item expires.
            "TimeToLiveSpecification": record(("AttributeName", "Enabled"), AttributeName=text, Enabled=flag),
        },
        required=("AttributeDefinitions", "KeySchema"),
        left_out=(
            "ContributorInsightsSpecification",
            "DeletionProtectionEnabled",
            "OnDemandThroughput",
            "PointInTimeRecoverySpecification",
            "ResourcePolicy",
            "SSESpecification",
            "TableClass",
            "Tags",
            "WarmThroughput",
        ),
    ),
}
