"""The items and keys that DynamoDB refuses.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html: a partition key has at
most 2,048 bytes, a sort key 1,024, an item 400 KB, a number 38 digits. The error messages are DynamoDB's,
from dynalite's tests, which its authors ran on AWS: https://github.com/architect/dynalite/tree/main/test
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from infra.local.aws.refusals.checks import Refusal, size_bytes

LARGEST_ITEM_BYTES = 400 * 1024
LARGEST_KEY_BYTES = {"HASH": 2048, "RANGE": 1024}
MOST_DIGITS = 38
LARGEST_EXPONENT = 125
SMALLEST_EXPONENT = -130

NUMBER = re.compile(r"[+-]?(?P<whole>\d*)\.?(?P<part>\d*)(?:[eE](?P<exponent>[+-]?\d+))?")
SETS = {"SS": "string", "NS": "number", "BS": "binary"}

INVALID = "One or more parameter values were invalid: "
NOT_VALID = "One or more parameter values are not valid. "
EMPTY = "The AttributeValue for a key attribute cannot contain an empty string value. "
TOO_LONG = {
    "HASH": f"{INVALID}Size of hashkey has exceeded the maximum size limit of2048 bytes",
    "RANGE": f"{INVALID}Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
}
NO_MATCH = "The provided key element does not match the schema"

Attributes = Mapping[str, Mapping[str, Any]]


class Key(NamedTuple):
    """A key attribute of a table, or of one of its indexes."""

    name: str
    type: str
    role: str
    """HASH or RANGE."""
    index_name: str | None = None


def invalid(message: str) -> Refusal:
    return Refusal("ValidationException", message)


def keys(table: Any) -> Iterator[Key]:
    """The key attributes of a table, then those of its indexes."""
    types = {each["AttributeName"]: each["AttributeType"] for each in table.attr}
    indexes = (*table.global_indexes, *table.indexes)
    schemas = [(table.schema, None), *((index.schema, index.name) for index in indexes)]
    for schema, index_name in schemas:
        for each in schema:
            yield Key(each["AttributeName"], types[each["AttributeName"]], each["KeyType"], index_name)


def check_item(table: Any, item: Attributes) -> None:
    """Checks the item of a PutItem."""
    for value in item.values():
        check_value(value)
    for key in keys(table):
        if key.name in item:
            _typed(key, item[key.name])
            _bounded(key, item[key.name])
        elif key.index_name is None:
            raise invalid(f"{INVALID}Missing the key {key.name} in the item")
    if item_bytes(item) > LARGEST_ITEM_BYTES:
        raise invalid("Item size has exceeded the maximum allowed size")


def check_key(table: Any, given: Attributes) -> None:
    """Checks the primary key of an item."""
    own = [key for key in keys(table) if key.index_name is None]
    if given.keys() != {key.name for key in own}:
        raise invalid(NO_MATCH)
    for key in own:
        check_value(given[key.name])
        if key.type not in given[key.name]:
            raise invalid(NO_MATCH)
        _bounded(key, given[key.name])


def check_index_keys(table: Any, item: Attributes) -> None:
    """Checks the values that an update sets, if they are keys of indexes."""
    for key in keys(table):
        if key.index_name is not None and key.name in item:
            _typed(key, item[key.name])
            _bounded(key, item[key.name])


def check_start(table: Any, index: str | None, start: Attributes) -> None:
    """Checks the ExclusiveStartKey of a query or scan."""
    for key in keys(table):
        if key.name in start and key.index_name in (None, index):
            if key.type not in start[key.name]:
                raise invalid("The provided starting key is invalid: " + NO_MATCH)
            _bounded(key, start[key.name])


def check_bound(key: Key, value: Mapping[str, Any]) -> None:
    """Checks a value that a key condition compares with a key attribute."""
    if key.type not in value:
        raise invalid(f"{INVALID}Condition parameter type does not match schema type")
    _bounded(key, value)


def _typed(key: Key, value: Mapping[str, Any]) -> None:
    if key.type not in value:
        actual = next(iter(value))
        if key.index_name is None:
            raise invalid(f"{INVALID}Type mismatch for key {key.name} expected: {key.type} actual: {actual}")
        raise invalid(
            f"{INVALID}Type mismatch for Index Key {key.name} "
            f"Expected: {key.type} Actual: {actual} IndexName: {key.index_name}"
        )


def _bounded(key: Key, value: Mapping[str, Any]) -> None:
    if key.type == "N":
        return
    length = size_bytes(value[key.type])
    if not length:
        if key.index_name is None:
            raise invalid(f"{NOT_VALID}{EMPTY}Key: {key.name}")
        raise invalid(
            f"{NOT_VALID}A value specified for a secondary index key is not supported. {EMPTY}"
            f"IndexName: {key.index_name}, IndexKey: {key.name}"
        )
    if length > LARGEST_KEY_BYTES[key.role]:
        raise invalid(TOO_LONG[key.role])


def check_value(value: Mapping[str, Any]) -> None:
    """Checks the numbers and sets in a value, at any depth."""
    for kind, content in value.items():
        if kind == "N":
            _number(content)
        elif kind == "M":
            for inner in content.values():
                check_value(inner)
        elif kind == "L":
            for inner in content:
                check_value(inner)
        elif kind in SETS:
            _set(kind, content)


def _set(kind: str, content: list[Any]) -> None:
    if not content:
        raise invalid(f"{INVALID}An {SETS[kind]} set  may not be empty")
    if len(set(content)) < len(content):
        raise invalid(f"{INVALID}Input collection [{', '.join(map(str, content))}] contains duplicates.")
    if kind == "NS":
        for number in content:
            _number(number)


def _number(text: str) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html"""
    found = NUMBER.fullmatch(text)
    if found is None or not (found["whole"] or found["part"]):
        raise invalid(f"The parameter cannot be converted to a numeric value: {text}")
    digits = (found["whole"] + found["part"]).lstrip("0")
    if not digits:
        return
    if len(digits.rstrip("0")) > MOST_DIGITS:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    exponent = int(found["exponent"] or 0) - len(found["part"]) + len(digits) - 1
    size = "with magnitude {} than supported range"
    if exponent > LARGEST_EXPONENT:
        raise invalid(f"Number overflow. Attempting to store a number {size.format('larger')}")
    if exponent < SMALLEST_EXPONENT:
        raise invalid(f"Number underflow. Attempting to store a number {size.format('smaller')}")


def item_bytes(item: Attributes) -> int:
    """The size of an item: its names and values."""
    return sum(size_bytes(name) + value_bytes(value) for name, value in item.items())


def value_bytes(value: Mapping[str, Any]) -> int:
    """The size of a value.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
    """
    ((kind, content),) = value.items()
    if kind in ("S", "B"):
        return size_bytes(content)
    if kind == "N":
        return number_bytes(content)
    if kind in ("SS", "BS"):
        return sum(map(size_bytes, content))
    if kind == "NS":
        return sum(map(number_bytes, content))
    if kind == "L":
        return 3 + sum(1 + value_bytes(inner) for inner in content)
    if kind == "M":
        return 3 + sum(1 + size_bytes(name) + value_bytes(inner) for name, inner in content.items())
    return 1


def number_bytes(text: str) -> int:
    """About one byte for two digits, plus one, plus one for a minus sign."""
    digits = text.lower().partition("e")[0].replace(".", "").lstrip("+-").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")
