"""CloudFormation's intrinsic functions that depend on nothing but their arguments, which are resolved.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import base64
import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.model.credentials import REGION
from infra.local.provisioning.shapes import shown


class Misused(Exception):
    """An intrinsic function cannot be resolved; the message says why, and what to do."""


def as_text(value: Any) -> str:
    """A value as CloudFormation turns it into text: `true`, not `True`.

    Raises Misused for a list or an object.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise Misused(f"there is {shown(value)} where text is needed; give text")
    return str(value)


def listed(value: Any, *lengths: int) -> list[Any]:
    """An argument that has to be a list, with one of these numbers of elements, or any. Raises Misused."""
    if not isinstance(value, list) or (lengths and len(value) not in lengths):
        wanted = f"a list of {' or '.join(map(str, lengths))}" if lengths else "a list"
        given = f"a list of {len(value)}" if isinstance(value, list) else shown(value)
        raise Misused(f"it takes {wanted}, not {given}; correct its arguments")
    return value


def whole(value: Any) -> int:
    try:
        return int(as_text(value))
    except ValueError:
        raise Misused(f"there is {shown(value)} where a whole number is needed; give one") from None


def equal(first: Any, second: Any) -> bool:
    """As CloudFormation compares: numbers and booleans as text."""
    if isinstance(first, list | Mapping) or isinstance(second, list | Mapping):
        return bool(first == second)
    return as_text(first) == as_text(second)


def _join(argument: Any) -> str:
    separator, parts = listed(argument, 2)
    return as_text(separator).join(map(as_text, listed(parts)))


def _select(argument: Any) -> Any:
    index, choices = listed(argument, 2)
    if not 0 <= whole(index) < len(listed(choices)):
        raise Misused(f"the index {index} is not in a list of {len(choices)}; choose another")
    return choices[whole(index)]


def _split(argument: Any) -> list[str]:
    separator, text = map(as_text, listed(argument, 2))
    if not separator:
        raise Misused("the separator is empty; give one")
    return text.split(separator)


def _equals(argument: Any) -> bool:
    return equal(*listed(argument, 2))


def _not(argument: Any) -> bool:
    return not truth(*listed(argument, 1))


def _and(argument: Any) -> bool:
    return all(map(truth, listed(argument, *range(2, 11))))


def _or(argument: Any) -> bool:
    return any(map(truth, listed(argument, *range(2, 11))))


def truth(value: Any) -> bool:
    """The value of a condition."""
    if as_text(value) not in ("true", "false"):
        raise Misused(f"{shown(value)} is neither true nor false; give a condition")
    return as_text(value) == "true"


def _contains(argument: Any) -> bool:
    choices, value = listed(argument, 2)
    return any(equal(choice, value) for choice in listed(choices))


def _base64(argument: Any) -> str:
    return base64.b64encode(as_text(argument).encode()).decode()


def _cidr(argument: Any) -> list[str]:
    block, count, bits = listed(argument, 2, 3) if len(listed(argument, 2, 3)) == 3 else [*argument, None]
    try:
        network = ipaddress.ip_network(as_text(block))
        prefix = network.max_prefixlen - (whole(bits) if bits is not None else network.max_prefixlen // 4)
        subnets = network.subnets(new_prefix=prefix)
        return [str(subnet) for _, subnet in zip(range(whole(count)), subnets, strict=False)]
    except ValueError as error:
        raise Misused(f"{error}; correct its arguments") from None


def _zones(argument: Any) -> list[str]:
    return [f"{as_text(argument) or REGION}{zone}" for zone in "abc"]


def _to_json(argument: Any) -> str:
    if not isinstance(argument, list | Mapping):
        raise Misused(f"it takes an object or a list, not {shown(argument)}; give one")
    return json.dumps(argument, separators=(",", ":"))


def _length(argument: Any) -> int:
    return len(listed(argument))


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "Fn::And": _and,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::Contains": _contains,
    "Fn::Equals": _equals,
    "Fn::GetAZs": _zones,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Not": _not,
    "Fn::Or": _or,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::ToJsonString": _to_json,
}
