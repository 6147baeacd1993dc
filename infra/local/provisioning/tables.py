"""DynamoDB tables."""

from typing import Any

from infra.local.aws.clients import client
from infra.local.aws.short_way.creations import call
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import (
    any_value,
    boolean,
    integer,
    list_of,
    matching,
    one_of,
    strict_object,
    text,
)

NAME = matching("[a-zA-Z0-9_.-]{3,255}", "3 to 255 letters, digits, hyphens, dots and underscores")
KEY = strict_object(("AttributeName", "KeyType"), AttributeName=text, KeyType=one_of("HASH", "RANGE"))


def _keys(path: str, value: Any) -> Any:
    """A key schema: a partition key, then possibly a sort key."""
    keys = list_of(KEY)(path, value)
    if [key["KeyType"] for key in keys] not in (["HASH"], ["HASH", "RANGE"]):
        raise PropertyError(
            f"{path} must be one HASH key, or one HASH key and then one RANGE key; correct it"
        )
    return keys


CAPACITY = strict_object(
    ("ReadCapacityUnits", "WriteCapacityUnits"),
    ReadCapacityUnits=integer(1, 1_000_000),
    WriteCapacityUnits=integer(1, 1_000_000),
)
PROJECTION = strict_object(
    NonKeyAttributes=list_of(text), ProjectionType=one_of("ALL", "INCLUDE", "KEYS_ONLY")
)
LOCAL_INDEX = {"IndexName": NAME, "KeySchema": _keys, "Projection": PROJECTION}
INDEX_LEFT_OUT = ("ContributorInsightsSpecification", "OnDemandThroughput", "WarmThroughput")
GLOBAL_INDEX = {**LOCAL_INDEX, "ProvisionedThroughput": CAPACITY, **dict.fromkeys(INDEX_LEFT_OUT, any_value)}

CREATION = {
    "AttributeDefinitions": list_of(
        strict_object(
            ("AttributeName", "AttributeType"), AttributeName=text, AttributeType=one_of("S", "N", "B")
        )
    ),
    "BillingMode": one_of("PAY_PER_REQUEST", "PROVISIONED"),
    "GlobalSecondaryIndexes": list_of(strict_object(tuple(LOCAL_INDEX), **GLOBAL_INDEX)),
    "KeySchema": _keys,
    "LocalSecondaryIndexes": list_of(strict_object(tuple(LOCAL_INDEX), **LOCAL_INDEX)),
    "ProvisionedThroughput": CAPACITY,
}
"""Properties that become arguments of CreateTable. Capacity is stored but never throttles."""


def _describe(definition: ResourceDefinition) -> Resource:
    name = definition.properties.get("TableName", definition.name_within(255))
    attributes = {"Arn": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"}
    if "StreamSpecification" in definition.properties:
        attributes["StreamArn"] = f"{attributes['Arn']}/stream/1"
    return definition.resource(name, **attributes)


def _create(definition: ResourceDefinition, described: Resource) -> Resource:
    properties = definition.properties
    request = {name: properties[name] for name in CREATION if name in properties}
    if "GlobalSecondaryIndexes" in properties:
        request["GlobalSecondaryIndexes"] = [
            {name: value for name, value in index.items() if name not in INDEX_LEFT_OUT}
            for index in properties["GlobalSecondaryIndexes"]
        ]
    if "StreamSpecification" in properties:
        view = properties["StreamSpecification"]["StreamViewType"]
        request["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": view}
    created = call("dynamodb", "CreateTable", TableName=described.id, **request)["TableDescription"]
    expiry = properties.get("TimeToLiveSpecification", {})
    if expiry.get("Enabled"):
        call(
            "dynamodb",
            "UpdateTimeToLive",
            TableName=described.id,
            TimeToLiveSpecification=expiry,
        )
    attributes = {"Arn": created["TableArn"]}
    if "LatestStreamArn" in created:
        attributes["StreamArn"] = created["LatestStreamArn"]
    return definition.resource(described.id, **attributes)


def _remove(table: Resource) -> None:
    client("dynamodb").delete_table(TableName=table.id)


RESOURCE_TYPES = {
    "AWS::DynamoDB::Table": ResourceType(
        _describe,
        _create,
        _remove,
        service="dynamodb",
        supported={
            **CREATION,
            "StreamSpecification": strict_object(
                ("StreamViewType",),
                ResourcePolicy=any_value,
                StreamViewType=one_of("KEYS_ONLY", "NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE"),
            ),
            "TableName": NAME,
            # DescribeTimeToLive returns it; no item expires.
            "TimeToLiveSpecification": strict_object(
                ("AttributeName", "Enabled"), AttributeName=text, Enabled=boolean
            ),
        },
        required=("AttributeDefinitions", "KeySchema"),
        ignored=(
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
