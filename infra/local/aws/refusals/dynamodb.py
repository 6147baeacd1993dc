"""The requests that DynamoDB refuses: items and keys beyond its limits, unused names and values."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.local.aws.refusals import resources
from infra.local.aws.refusals.checks import Check, Refusal, Request
from infra.local.aws.refusals.items import (
    Key,
    check_bound,
    check_index_keys,
    check_item,
    check_key,
    check_start,
    check_value,
    invalid,
    keys,
)

EXPRESSIONS = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
)
TOKEN = re.compile(r"[#:]\w+")
CONDITION = re.compile(r"([#\w]+)\s*(?:<=|>=|=|<|>)\s*(:\w+)")
BETWEEN = re.compile(r"([#\w]+)\s+between\s+(:\w+)\s+and\s+(:\w+)", re.IGNORECASE)
BEGINS = re.compile(r"begins_with\s*\(\s*([#\w]+)\s*,\s*(:\w+)\s*\)", re.IGNORECASE)
SET = re.compile(r"([#\w]+)\s*=\s*(:\w+)\s*(?=,|$|\bSET\b|\bREMOVE\b|\bADD\b|\bDELETE\b)", re.IGNORECASE)


def _expressions(request: Request) -> None:
    """Refuses names and values that no expression uses."""
    given = [request[name] for name in EXPRESSIONS if request.get(name)]
    used = {token for expression in given for token in TOKEN.findall(expression)}
    for what, lead in (("Names", "#"), ("Values", ":")):
        placeholders = request.get(f"ExpressionAttribute{what}")
        if placeholders is None:
            continue
        if not given:
            raise invalid(f"ExpressionAttribute{what} can only be specified when using expressions")
        if not placeholders:
            raise invalid(f"ExpressionAttribute{what} must not be empty")
        unused = [name for name in placeholders if name not in used or not name.startswith(lead)]
        if unused:
            raise invalid(
                f"Value provided in ExpressionAttribute{what} unused in expressions: "
                f"keys: {{{', '.join(unused)}}}"
            )
    for value in (request.get("ExpressionAttributeValues") or {}).values():
        check_value(value)


def _put(request: Request) -> None:
    table = resources.table(request["TableName"])
    if table is not None:
        check_item(table, request["Item"])


def _keyed(request: Request) -> None:
    table = resources.table(request["TableName"])
    if table is not None:
        check_key(table, request["Key"])


def _updated(request: Request) -> None:
    table, expression = resources.table(request["TableName"]), request.get("UpdateExpression")
    if table is not None and expression:
        check_index_keys(table, dict(_values(request, expression, SET)))


def _queried(request: Request) -> None:
    table, expression = resources.table(request["TableName"]), request.get("KeyConditionExpression")
    if table is None or not expression:
        return
    compared = [
        (name, value)
        for pattern in (CONDITION, BETWEEN, BEGINS)
        for name, value in _values(request, expression, pattern)
    ]
    own: dict[str, Key] = {key.name: key for key in keys(table) if key.index_name == request.get("IndexName")}
    for name, value in compared:
        if name in own:
            check_bound(own[name], value)


def _values(request: Request, expression: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, Any]]:
    """The attributes in an expression, each with its value."""
    names: Mapping[str, str] = request.get("ExpressionAttributeNames") or {}
    values: Mapping[str, Any] = request.get("ExpressionAttributeValues") or {}
    for name, *placeholders in pattern.findall(expression):
        for placeholder in placeholders:
            if placeholder in values:
                yield names.get(name, name), values[placeholder]


def _started(request: Request) -> None:
    table, start = resources.table(request["TableName"]), request.get("ExclusiveStartKey")
    if table is not None and start:
        check_start(table, request.get("IndexName"), start)


def _batch_got(request: Request) -> None:
    for name, asked in request["RequestItems"].items():
        table = resources.table(name)
        _expressions(asked)
        for key in asked["Keys"] if table is not None else ():
            check_key(table, key)


def _batch_written(request: Request) -> None:
    for name, writes in request["RequestItems"].items():
        table = resources.table(name)
        for write in writes if table is not None else ():
            if "PutRequest" in write:
                check_item(table, write["PutRequest"]["Item"])
            else:
                check_key(table, write["DeleteRequest"]["Key"])


def _transacted(request: Request) -> None:
    for action in request["TransactItems"]:
        for operation, asked in action.items():
            for check in TRANSACTED[operation]:
                check(asked)


def _made(request: Request) -> None:
    if request.get("BillingMode") == "PAY_PER_REQUEST" and "ProvisionedThroughput" in request:
        raise invalid(
            "One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits "
            "can be specified when BillingMode is PAY_PER_REQUEST"
        )


def _stream(request: Request) -> None:
    arn = request["StreamArn"]
    table = resources.table(arn.partition("/stream/")[0])
    if table is None or table.latest_stream_label != arn.rpartition("/")[2]:
        message = f"Requested resource not found: Stream: {arn} not found"
        raise Refusal("ResourceNotFoundException", message)


TRANSACTED: dict[str, tuple[Check, ...]] = {
    "ConditionCheck": (_expressions, _keyed),
    "Delete": (_expressions, _keyed),
    "Get": (_expressions, _keyed),
    "Put": (_expressions, _put),
    "Update": (_expressions, _keyed, _updated),
}
CHECKS: dict[tuple[str, str], tuple[Check, ...]] = {
    ("dynamodb", "BatchGetItem"): (_batch_got,),
    ("dynamodb", "BatchWriteItem"): (_batch_written,),
    ("dynamodb", "CreateTable"): (_made,),
    ("dynamodb", "DeleteItem"): (_expressions, _keyed),
    ("dynamodb", "GetItem"): (_expressions, _keyed),
    ("dynamodb", "PutItem"): (_expressions, _put),
    ("dynamodb", "Query"): (_expressions, _queried, _started),
    ("dynamodb", "Scan"): (_expressions, _started),
    ("dynamodb", "TransactGetItems"): (_transacted,),
    ("dynamodb", "TransactWriteItems"): (_transacted,),
    ("dynamodb", "UpdateItem"): (_expressions, _keyed, _updated),
    ("dynamodbstreams", "DescribeStream"): (_stream,),
}
