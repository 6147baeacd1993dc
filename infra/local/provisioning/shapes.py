"""Shapes: functions that check the value of a property and convert it to its type.

As in CloudFormation, a template may write numbers and booleans as text, and text as a number or a boolean.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from infra.local.provisioning.errors import PropertyError

Shape = Callable[[str, Any], Any]
"""Takes the path of a property and its value. Returns the converted value. Raises PropertyError."""


def any_value(_: str, value: Any) -> Any:
    """Any value, for properties that moto or another module checks."""
    return value


def scalar(path: str, value: Any) -> str:
    """Text, possibly empty."""
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise _mismatch(path, value, "text")
    return str(value)


def text(path: str, value: Any) -> str:
    """Text that is not empty."""
    if value == "":
        raise _mismatch(path, value, "text")
    return scalar(path, value)


def matching(pattern: str, meaning: str) -> Shape:
    """Text that matches a whole pattern. `meaning` describes the pattern in the error message."""

    def parse(path: str, value: Any) -> str:
        if not isinstance(value, str | int) or not re.fullmatch(pattern, scalar(path, value)):
            raise _mismatch(path, value, meaning)
        return scalar(path, value)

    return parse


def boolean(path: str, value: Any) -> bool:
    """A boolean."""
    if str(value).lower() not in ("true", "false"):
        raise _mismatch(path, value, "true or false")
    return str(value).lower() == "true"


def integer(least: int, most: int) -> Shape:
    """A whole number from `least` to `most`."""

    def parse(path: str, value: Any) -> int:
        try:
            found = int(value if isinstance(value, str) else repr(value))
        except ValueError:
            found = least - 1
        if not least <= found <= most:
            raise _mismatch(path, value, f"a whole number from {least} to {most}")
        return found

    return parse


def one_of(*choices: str) -> Shape:
    """One of these texts."""

    def parse(path: str, value: Any) -> Any:
        if value not in choices:
            raise _mismatch(path, value, f"one of {', '.join(choices)}")
        return value

    return parse


def list_of(shape: Shape) -> Shape:
    """A list whose elements have this shape. As in CloudFormation, it may be empty."""

    def parse(path: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _mismatch(path, value, "a list")
        return [shape(f"{path}[{index}]", each) for index, each in enumerate(value)]

    return parse


def map_of(shape: Shape) -> Shape:
    """An object with any keys, whose values have this shape."""

    def parse(path: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _mismatch(path, value, "an object")
        return {key: shape(join_path(path, key), each) for key, each in value.items()}

    return parse


def strict_object(required: Collection[str] = (), /, **fields: Shape) -> Shape:
    """An object with only these fields."""

    def parse(path: str, value: Any) -> dict[str, Any]:
        properties: dict[str, Any] = map_of(any_value)(path, value)
        for name in required:
            if name not in properties:
                raise PropertyError(f"{join_path(path, name)} is missing; add it")
        for name in properties:
            if name not in fields:
                raise PropertyError(
                    f"{join_path(path, name)} is unknown or not supported locally; "
                    "correct the name or remove it"
                )
        return {name: fields[name](join_path(path, name), each) for name, each in properties.items()}

    return parse


def loose_object(**fields: Shape) -> Shape:
    """An object that may have these fields, and others of any value."""

    def parse(path: str, value: Any) -> dict[str, Any]:
        properties: dict[str, Any] = map_of(any_value)(path, value)
        return {
            name: fields.get(name, any_value)(join_path(path, name), each)
            for name, each in properties.items()
        }

    return parse


def _mismatch(path: str, value: Any, wanted: str) -> PropertyError:
    return PropertyError(f"{path} is {describe_value(value)}; give {wanted}")


def join_path(path: str, key: str) -> str:
    """The path of a key in the object at `path`."""
    return f"{path}.{key}" if path else key


def describe_value(value: Any) -> str:
    """A short description of a value for an error message."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}…'"
