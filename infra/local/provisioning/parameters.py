"""The values of a template's parameters, checked as CloudFormation checks them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.intrinsics import as_text

SSM = "AWS::SSM::Parameter::Value<"

Lookup = Callable[[str, str], str]
"""Returns the value of an SSM parameter. Takes its name, and the place in the template for error messages."""


def values(declared: Mapping[str, Any], overrides: Mapping[str, str], lookup: Lookup) -> dict[str, str]:
    """The text of each parameter: its override, or else its default. Raises PropertyError."""
    for name in overrides.keys() - declared.keys():
        raise PropertyError(f"the parameter {name} is not in the template; correct the name or remove it")
    found = {}
    for name, parameter in declared.items():
        value = overrides.get(name, parameter.get("Default"))
        if value is None:
            raise PropertyError(f"the parameter {name} has no value and no Default; give it a value")
        found[name] = _checked(name, parameter, as_text(value))
        if parameter["Type"].startswith(SSM):
            found[name] = lookup(found[name], f"the parameter {name}")
    return found


def typed(declared: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, str | list[str]]:
    """The value that Ref returns for each parameter: a list for list types, else text."""
    return {
        name: [item.strip() for item in text.split(",")]
        if "List" in declared.get(name, {}).get("Type", "")
        else text
        for name, text in texts.items()
    }


def _checked(name: str, parameter: Mapping[str, Any], text: str) -> str:
    allowed = [as_text(each) for each in parameter.get("AllowedValues", [])]
    items = [item.strip() for item in text.split(",")] if "List" in parameter["Type"] else [text]
    if allowed and not set(items) <= set(allowed):
        raise _not_allowed(name, text, f"one of {', '.join(allowed)}")
    pattern = as_text(parameter.get("AllowedPattern", ""))
    try:
        if pattern and not all(re.fullmatch(pattern, item) for item in items):
            raise _not_allowed(name, text, f"text that AllowedPattern {pattern} allows")
    except re.error as error:
        raise PropertyError(f"Parameters.{name}.AllowedPattern: {error}; correct the pattern") from None
    if parameter["Type"] in ("Number", "List<Number>"):
        for item in items:
            _check_between(name, text, _number(item), parameter, "MinValue", "MaxValue")
    else:
        _check_between(name, text, len(text), parameter, "MinLength", "MaxLength")
    return text


def _check_between(
    name: str, text: str, size: float | None, parameter: Mapping[str, Any], least: str, most: str
) -> None:
    if size is None:
        raise _not_allowed(name, text, "a number")
    low, high = (_number(as_text(parameter.get(bound, size))) for bound in (least, most))
    if low is None or high is None:
        raise PropertyError(f"Parameters.{name}: {least} and {most} must be numbers; correct them")
    if not low <= size <= high:
        raise _not_allowed(name, text, f"a value that its {least} and {most} allow")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _not_allowed(name: str, text: str, wanted: str) -> PropertyError:
    return PropertyError(f"the parameter {name} is {text!r}; give {wanted}")
