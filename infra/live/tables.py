"""Reads the items of a table, page by page, or the items with one key."""

import json
from http import HTTPStatus
from typing import Any

from choreography.table import from_attributes
from infra.live.problems import Problem
from infra.local.aws.clients import client

PAGE_ITEMS = 25


def read(name: str, key: str | None = None, after: str | None = None) -> dict[str, Any]:
    """A page of a table's items. `key` limits it to the items with this partition key.

    `after` is the `next` of the page before. Raises Problem if it is not.
    """
    dynamodb = client("dynamodb")
    table = dynamodb.describe_table(TableName=name)["Table"]
    keys = [part["AttributeName"] for part in table["KeySchema"]]
    options: dict[str, Any] = {"TableName": name, "Limit": PAGE_ITEMS}
    if after is not None:
        options["ExclusiveStartKey"] = _start(after, keys)
    if key is None:
        found = dynamodb.scan(**options)
    else:
        options["KeyConditionExpression"] = "#key = :key"
        options["ExpressionAttributeNames"] = {"#key": keys[0]}
        options["ExpressionAttributeValues"] = {":key": {_types(table)[keys[0]]: key}}
        found = dynamodb.query(**options)
    last = found.get("LastEvaluatedKey")
    return {
        "table": name,
        "count": table["ItemCount"],
        "keys": keys,
        "items": [_readable(from_attributes(item)) for item in found["Items"]],
        "next": json.dumps(last) if last else None,
    }


def _types(table: dict[str, Any]) -> dict[str, str]:
    return {known["AttributeName"]: known["AttributeType"] for known in table["AttributeDefinitions"]}


def _start(after: str, keys: list[str]) -> dict[str, Any]:
    try:
        start = json.loads(after)
    except ValueError:
        start = None
    if not isinstance(start, dict) or set(start) != set(keys):
        raise Problem(HTTPStatus.BAD_REQUEST, "after: this is not the `next` of a page of this table")
    return start


def _readable(value: Any) -> Any:
    """A value for the page: sets as sorted lists, numbers as JSON numbers, texts with JSON as this JSON."""
    match value:
        case dict():
            return {name: _readable(inner) for name, inner in value.items()}
        case list():
            return [_readable(inner) for inner in value]
        case set() | frozenset():
            return sorted(map(_readable, value))
        case str() if value[:1] in "{[" and value:
            return _nested(value)
        case None | bool() | str():
            return value
    return int(value) if value == int(value) else float(value)


def _nested(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
