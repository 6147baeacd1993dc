"""The intrinsic functions of CloudFormation that need only their (resolved) arguments.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

import base64
import ipaddress
import json
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.model.credentials import REGION
from infra.local.provisioning.shapes import describe_value


class IntrinsicFunctionError(Exception):
    """An intrinsic function has invalid arguments. The message says what to do."""


def as_text(value: Any) -> str:
    """The text of a value, as CloudFormation writes it: `true`, not `True`.

    Raises IntrinsicFunctionError for a list or an object.
    """
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str | int | float):
        raise IntrinsicFunctionError(f"expected text, found {describe_value(value)}; correct the value")
    return str(value)


def as_list(value: Any, *lengths: int) -> list[Any]:
    """The value, which must be a list of one of these lengths. Without `lengths`, any length is valid.

    Raises IntrinsicFunctionError.
    """
    if not isinstance(value, list) or (lengths and len(value) not in lengths):
        wanted = f"a list of length {' or '.join(map(str, lengths))}" if lengths else "a list"
        found = f"a list of length {len(value)}" if isinstance(value, list) else describe_value(value)
        raise IntrinsicFunctionError(f"expected {wanted}, found {found}; correct the arguments")
    return value


def as_integer(value: Any) -> int:
    """The whole number that a value holds. Raises IntrinsicFunctionError."""
    try:
        return int(as_text(value))
    except ValueError:
        raise IntrinsicFunctionError(
            f"expected a whole number, found {describe_value(value)}; correct the value"
        ) from None


def equal(first: Any, second: Any) -> bool:
    """Whether two values are equal. CloudFormation compares numbers and booleans as text."""
    if isinstance(first, list | Mapping) or isinstance(second, list | Mapping):
        return bool(first == second)
    return as_text(first) == as_text(second)


def _join(argument: Any) -> str:
    separator, parts = as_list(argument, 2)
    return as_text(separator).join(map(as_text, as_list(parts)))


def _select(argument: Any) -> Any:
    index, choices = as_list(argument, 2)
    if not 0 <= as_integer(index) < len(as_list(choices)):
        raise IntrinsicFunctionError(
            f"the index {index} is outside the list of length {len(choices)}; correct the index"
        )
    return choices[as_integer(index)]


def _split(argument: Any) -> list[str]:
    separator, text = map(as_text, as_list(argument, 2))
    if not separator:
        raise IntrinsicFunctionError("the separator is empty; give a separator")
    return text.split(separator)


def _equals(argument: Any) -> bool:
    return equal(*as_list(argument, 2))


def _not(argument: Any) -> bool:
    return not as_boolean(*as_list(argument, 1))


def _and(argument: Any) -> bool:
    return all(map(as_boolean, as_list(argument, *range(2, 11))))


def _or(argument: Any) -> bool:
    return any(map(as_boolean, as_list(argument, *range(2, 11))))


def as_boolean(value: Any) -> bool:
    """The boolean value of a condition. Raises IntrinsicFunctionError."""
    if as_text(value) not in ("true", "false"):
        raise IntrinsicFunctionError(
            f"expected true or false, found {describe_value(value)}; use a condition function"
        )
    return as_text(value) == "true"


def _contains(argument: Any) -> bool:
    choices, value = as_list(argument, 2)
    return any(equal(one_of, value) for one_of in as_list(choices))


def _base64(argument: Any) -> str:
    return base64.b64encode(as_text(argument).encode()).decode()


def _cidr(argument: Any) -> list[str]:
    block, count, bits = as_list(argument, 2, 3) if len(as_list(argument, 2, 3)) == 3 else [*argument, None]
    try:
        network = ipaddress.ip_network(as_text(block))
        prefix = network.max_prefixlen - (
            as_integer(bits) if bits is not None else network.max_prefixlen // 4
        )
        subnets = network.subnets(new_prefix=prefix)
        return [str(subnet) for _, subnet in zip(range(as_integer(count)), subnets, strict=False)]
    except ValueError as error:
        raise IntrinsicFunctionError(f"{error}; correct the arguments") from None


def _zones(argument: Any) -> list[str]:
    return [f"{as_text(argument) or REGION}{zone}" for zone in "abc"]


def _to_json(argument: Any) -> str:
    if not isinstance(argument, list | Mapping):
        raise IntrinsicFunctionError(
            f"expected an object or a list, found {describe_value(argument)}; correct the value"
        )
    return json.dumps(argument, separators=(",", ":"))


def _length(argument: Any) -> int:
    return len(as_list(argument))


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
