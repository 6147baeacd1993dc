"""The shapes of properties: what a value has to be, checked before any resource is created.

As in CloudFormation, numbers and booleans may be text, and text may be a number or a boolean.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from infra.local.provisioning.errors import Refused

Shape = Callable[[str, Any], None]
"""Takes a property's path and its value. Raises Refused for a value of another shape."""


def anything(path: str, value: Any) -> None:
    """Any value: what AWS itself, as moto plays it, or another module checks."""


def text(path: str, value: Any) -> None:
    """Text that is not empty."""
    if not isinstance(value, str | int | float) or value == "":
        raise _mismatch(path, value, "text")


def flag(path: str, value: Any) -> None:
    if str(value).lower() not in ("true", "false"):
        raise _mismatch(path, value, "true or false")


def number(least: int, most: int) -> Shape:
    """A whole number within these limits."""

    def check(path: str, value: Any) -> None:
        try:
            found = int(value if isinstance(value, str) else repr(value))
        except ValueError:
            found = least - 1
        if not least <= found <= most:
            raise _mismatch(path, value, f"a whole number from {least} to {most}")

    return check


def choice(*choices: str) -> Shape:
    def check(path: str, value: Any) -> None:
        if value not in choices:
            raise _mismatch(path, value, f"one of {', '.join(choices)}")

    return check


def list_of(shape: Shape) -> Shape:
    def check(path: str, value: Any) -> None:
        if not isinstance(value, list):
            raise _mismatch(path, value, "a list")
        for index, each in enumerate(value):
            shape(f"{path}[{index}]", each)

    return check


def map_of(shape: Shape) -> Shape:
    """An object with keys of the user's own."""

    def check(path: str, value: Any) -> None:
        if not isinstance(value, Mapping):
            raise _mismatch(path, value, "an object")
        for key, each in value.items():
            shape(f"{path}.{key}", each)

    return check


def record(required: Collection[str] = (), /, **fields: Shape) -> Shape:
    """An object with these fields and no others."""

    def check(path: str, value: Any) -> None:
        map_of(anything)(path, value)
        check_fields(f"{path}.", value, fields, required)

    return check


def check_fields(
    prefix: str, value: Mapping[str, Any], fields: Mapping[str, Shape], required: Collection[str]
) -> None:
    """Raises Refused for a field that is missing, is not known, or is of another shape."""
    for name in required:
        if name not in value:
            raise Refused(f"{prefix}{name} is missing; add it")
    for name, each in value.items():
        if name not in fields:
            raise Refused(f"{prefix}{name} cannot be played locally; remove it")
        fields[name](f"{prefix}{name}", each)


def _mismatch(path: str, value: Any, wanted: str) -> Refused:
    return Refused(f"{path} is {shown(value)}; give {wanted}")


def shown(value: Any) -> str:
    """A value in a sentence: short, and by its kind where it is long."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list):
        return "a list"
    told = repr(value)
    return told if len(told) <= 60 else f"{told[:57]}…'"
