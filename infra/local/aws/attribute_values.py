"""DynamoDB items as JSON and back. Binary values are base64, as in DynamoDB's own protocol."""

import base64
from collections.abc import Mapping
from typing import Any

Item = dict[str, Any]
"""An item in the form of boto3's client: each value with its type, such as {"S": "text"}."""


def to_json(item: Mapping[str, Any]) -> Item:
    """The item with binary values as base64 text."""
    return {name: _encoded(value) for name, value in item.items()}


def from_json(item: Mapping[str, Any]) -> Item:
    """The item with binary values as bytes. Raises ValueError if the JSON is not an item."""
    try:
        return {name: _decoded(value) for name, value in item.items()}
    except (AttributeError, TypeError) as error:
        raise ValueError("it is not a DynamoDB item") from error


def _encoded(value: Mapping[str, Any]) -> Item:
    match value:
        case {"B": bytes(data)}:
            return {"B": base64.b64encode(data).decode()}
        case {"BS": members}:
            return {"BS": [base64.b64encode(member).decode() for member in members]}
        case {"L": members}:
            return {"L": [_encoded(member) for member in members]}
        case {"M": members}:
            return {"M": to_json(members)}
    return dict(value)


def _decoded(value: Mapping[str, Any]) -> Item:
    match value:
        case {"B": data}:
            return {"B": base64.b64decode(data, validate=True)}
        case {"BS": members}:
            return {"BS": [base64.b64decode(member, validate=True) for member in members]}
        case {"L": members}:
            return {"L": [_decoded(member) for member in members]}
        case {"M": members}:
            return {"M": from_json(members)}
    return dict(value.items())
