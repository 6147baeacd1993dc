"""Makes the cost of an item proportional to its size.

moto 5.2 adds up the sizes of all attributes for each attribute that a new item gets; `refusals` checks the
size once, before moto. To convert or to measure a nested value, moto copies the value once for each level
around it. It converts each answer again, though most of it is plain already, and converts each item that
PutItem stored, only to leave it out of the answer.
"""

from base64 import b64decode
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import moto.dynamodb.responses
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.utilities import bytesize

_put = DynamoDBBackend.put_item
_to_plain = moto.dynamodb.responses.dynamo_to_dict
_size_of_scalar = DynamoType.size
_SCALARS = frozenset({bool, float, int, str, type(None)})


def patches() -> Iterator[Any]:
    yield patch.object(Item, "__init__", _init)
    yield patch.object(moto.dynamodb.responses, "dynamo_to_dict", _answer)
    yield patch.object(DynamoType, "to_regular_json", _to_regular_json)
    yield patch.object(DynamoType, "size", _size)
    yield patch.object(DynamoDBBackend, "put_item", _put_item)


def _init(item: Any, hash_key: Any, range_key: Any, attrs: dict[str, Any]) -> None:
    item.hash_key, item.range_key = hash_key, range_key
    item.attrs = LimitedSizeDict({name: DynamoType(value) for name, value in attrs.items()})


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


def _size(typed: Any) -> int:
    """moto's size of a value, in bytes."""
    match typed.value:
        case dict(members):
            return sum(bytesize(name) + DynamoType.size(value) for name, value in members.items())
        case list(members) if typed.is_list():
            return sum(DynamoType.size(value) for value in members)
    return int(_size_of_scalar(typed))


class _Stored:
    """What PutItem answers about the new item: nothing."""

    def to_json(self) -> dict[str, Any]:
        return {}


def _put_item(backend: Any, *given: Any, **named: Any) -> _Stored:
    _put(backend, *given, **named)
    return _Stored()


def _answer(value: Any) -> Any:
    """moto's dynamo_to_dict, which asks of each value whether it is a time or has `to_json`."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if kind is DynamoType and value.type not in ("B", "BS"):
        return {value.type: _answer(value.value)}
    if kind in (dict, LimitedSizeDict):
        return {name: _answer(member) for name, member in value.items()}
    if kind is list:
        return [_answer(member) for member in value]
    return _to_plain(value)
