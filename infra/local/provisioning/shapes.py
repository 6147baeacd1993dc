"""The shapes of properties: what a value has to be, checked before the resource is created.

As in CloudFormation, numbers and booleans may be text, and text may be a number or a boolean. A shape gives
each as what it has to be.
"""

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from infra.local.provisioning.errors import Refused

Shape = Callable[[str, Any], Any]
"""Takes a property's path and its value; returns the value as it is used. Raises Refused for another."""


def anything(_: str, value: Any) -> Any:
    """Any value: what AWS itself, as moto plays it, or another module checks."""
    return value


def scalar(path: str, value: Any) -> str:
    """Text, which may be empty."""
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


def named(pattern: str, meaning: str) -> Shape:
    """Text that AWS takes as a name: all of it matches the pattern."""

    def parse(path: str, value: Any) -> str:
        if not isinstance(value, str | int) or not re.fullmatch(pattern, scalar(path, value)):
            raise _mismatch(path, value, meaning)
        return scalar(path, value)

    return parse


def flag(path: str, value: Any) -> bool:
    """A boolean."""
    if str(value).lower() not in ("true", "false"):
        raise _mismatch(path, value, "true or false")
    return str(value).lower() == "true"


def number(least: int, most: int) -> Shape:
    """A whole number within these limits."""

    def parse(path: str, value: Any) -> int:
        try:
            found = int(value if isinstance(value, str) else repr(value))
        except ValueError:
            found = least - 1
        if not least <= found <= most:
            raise _mismatch(path, value, f"a whole number from {least} to {most}")
        return found

    return parse


def choice(*choices: str) -> Shape:
    def parse(path: str, value: Any) -> Any:
        if value not in choices:
            raise _mismatch(path, value, f"one of {', '.join(choices)}")
        return value

    return parse


def list_of(shape: Shape) -> Shape:
    """A list. As in CloudFormation, it may be empty."""

    def parse(path: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise _mismatch(path, value, "a list")
        return [shape(f"{path}[{index}]", each) for index, each in enumerate(value)]

    return parse


def map_of(shape: Shape) -> Shape:
    """An object with keys of the user's own."""

    def parse(path: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise _mismatch(path, value, "an object")
        return {key: shape(within(path, key), each) for key, each in value.items()}

    return parse


def record(required: Collection[str] = (), /, **fields: Shape) -> Shape:
    """An object with these fields and no others."""

    def parse(path: str, value: Any) -> dict[str, Any]:
        given: dict[str, Any] = map_of(anything)(path, value)
        for name in required:
            if name not in given:
                raise Refused(f"{within(path, name)} is missing; add it")
        for name in given:
            if name not in fields:
                raise Refused(
                    f"{within(path, name)} is unknown, or cannot be played locally; "
                    "correct the name, or remove it"
                )
        return {name: fields[name](within(path, name), each) for name, each in given.items()}

    return parse


def partial(**fields: Shape) -> Shape:
    """An object of which only these fields are known; each may be missing."""

    def parse(path: str, value: Any) -> dict[str, Any]:
        given: dict[str, Any] = map_of(anything)(path, value)
        return {name: fields.get(name, anything)(within(path, name), each) for name, each in given.items()}

    return parse


def _mismatch(path: str, value: Any, wanted: str) -> Refused:
    return Refused(f"{path} is {shown(value)}; give {wanted}")


def within(path: str, key: str) -> str:
    """The path of a key of the object at a path."""
    return f"{path}.{key}" if path else key


def shown(value: Any) -> str:
    """A value in a sentence: short, and by its kind where it is long."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "nothing"
    told = repr(value)
    return told if len(told) <= 60 else f"{told[:57]}…'"
