"""Normalizes the answers of two engines, so that only relevant differences remain."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

UNORDERED = ("Scan", "BatchGetItem")
"""DynamoDB does not define the order of items for these operations."""
NOT_COMPARED = ("ConsumedCapacity", "ItemCollectionMetrics")
"""Neither engine counts capacity as AWS bills it."""


def normal(operation: str, status: int, answer: Mapping[str, Any]) -> Any:
    """The normalized answer: equal for equivalent answers."""
    if status != 200:
        return {"status": status, "error": error(answer), **_item_of(answer)}
    compared = {name: value for name, value in answer.items() if name not in NOT_COMPARED}
    return _normal(compared, sort=operation in UNORDERED)


def error(answer: Mapping[str, Any]) -> tuple[str, str]:
    """The code and the message of an error."""
    code = str(answer.get("__type", "")).rpartition("#")[2]
    return code, str(answer.get("message", answer.get("Message", "")))


def _item_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """The item that ReturnValuesOnConditionCheckFailure requested."""
    return {"Item": _normal(answer["Item"], sort=False)} if "Item" in answer else {}


def _normal(value: Any, *, sort: bool) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"N"}:
            return {"N": Decimal(value["N"])}
        if len(value) == 1 and value.keys() <= {"SS", "NS", "BS"}:
            ((kind, members),) = value.items()
            return {kind: sorted(members)}
        return {name: _normal(inner, sort=sort) for name, inner in value.items()}
    if isinstance(value, list):
        inner = [_normal(each, sort=sort) for each in value]
        return sorted(inner, key=repr) if sort else inner
    return value
