"""Makes the cost of an item proportional to its size.

moto 5.2 adds up the sizes of all attributes for each attribute that an item gets, and copies a nested value
once for each level around it.
"""

from base64 import b64decode
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict

LARGEST_BYTES = 405_000
"""moto's limit. AWS's own limit of 400 KB is in `refusals`, which come first."""


def patches() -> Iterator[Any]:
    yield patch.object(Item, "__init__", _init)
    yield patch.object(DynamoType, "to_regular_json", _to_regular_json)


def _init(item: Any, hash_key: Any, range_key: Any, attrs: dict[str, Any]) -> None:
    item.hash_key, item.range_key = hash_key, range_key
    item.attrs = LimitedSizeDict({name: DynamoType(value) for name, value in attrs.items()})
    if item.size() > LARGEST_BYTES:
        raise ItemSizeTooLarge


def _to_regular_json(typed: Any) -> dict[str, Any]:
    match typed.value:
        case dict(members):
            return {typed.type: {name: _plain(value) for name, value in members.items()}}
        case list(members):
            return {typed.type: [_plain(value) for value in members]}
        case str(encoded) if typed.is_binary():
            return {typed.type: b64decode(encoded)}
    return {typed.type: typed.value}


def _plain(value: Any) -> Any:
    return value.to_regular_json() if isinstance(value, DynamoType) else value
