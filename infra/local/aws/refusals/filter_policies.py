"""The filter policies that SNS refuses.

https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html. The error messages
are AWS's, from answers that LocalStack's tests recorded, without the position in the text at their end.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

MOST_KEYS = 5
MOST_COMBINATIONS = 150
LARGEST_NUMBER = 1_000_000_000


class InvalidPolicy(Exception):
    """A filter policy that SNS refuses."""


class Nested(InvalidPolicy):
    """A nested filter policy, which SNS accepts only in the scope MessageBody."""


def check(policy: Mapping[str, Any], *, nested: bool) -> None:
    """Raises InvalidPolicy for a policy that SNS refuses. Pass `nested` for the scope MessageBody."""
    if not nested and any(_is_nested(value) for name, value in policy.items() if name != "$or"):
        raise Nested("")
    _keys(policy)
    if len(policy) > MOST_KEYS:
        raise InvalidPolicy(f"Filter policy can not have more than {MOST_KEYS} keys")
    if combinations(policy) > MOST_COMBINATIONS:
        raise InvalidPolicy("Filter policy is too complex")


def _is_nested(value: Any) -> bool:
    """Whether a value is an object with only objects and lists in it, as in a policy on the body."""
    return isinstance(value, dict) and all(isinstance(inner, dict | list) for inner in value.values())


def combinations(policy: Mapping[str, Any], depth: int = 1) -> int:
    """The product, over all keys, of the number of values and the depth. Alternatives in $or add up."""
    count = 1
    for name, value in policy.items():
        if name == "$or" and isinstance(value, list):
            count *= sum(combinations(each, depth) for each in value)
        elif isinstance(value, dict):
            count *= combinations(value, depth + 1)
        else:
            count *= len(value) * depth
    return count


def _keys(policy: Mapping[str, Any]) -> None:
    for name, value in policy.items():
        if name == "$or" and isinstance(value, list) and all(isinstance(each, dict) for each in value):
            for alternative in value:
                _keys(alternative)
        elif isinstance(value, dict):
            _keys(value)
        elif not isinstance(value, list):
            raise InvalidPolicy(f'"{name}" must be an object or an array')
        elif not value:
            raise InvalidPolicy("Empty arrays are not allowed")
        else:
            for rule in value:
                _rule(rule)


def _rule(rule: Any) -> None:
    if isinstance(rule, dict):
        if len(rule) != 1:
            raise InvalidPolicy("Only one key allowed in match expression")
        ((operator, operand),) = rule.items()
        if operator not in OPERATORS:
            raise InvalidPolicy(f"Unrecognized match type {operator}")
        OPERATORS[operator](operator, operand)
    elif isinstance(rule, list):
        raise InvalidPolicy("Match value must be String, number, true, false, or null")
    elif _is_number(rule) and abs(rule) >= LARGEST_NUMBER:
        raise InvalidPolicy(f"Value {rule} must be between -{LARGEST_NUMBER} and {LARGEST_NUMBER}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _text(operator: str, operand: Any) -> None:
    if not isinstance(operand, str):
        raise InvalidPolicy(f"{operator} match pattern must be a string")


def _exists(operator: str, operand: Any) -> None:
    if not isinstance(operand, bool):
        raise InvalidPolicy("exists match pattern must be either true or false.")


def _anything_but(operator: str, operand: Any) -> None:
    if isinstance(operand, dict):
        for inner, pattern in operand.items():
            if inner not in ("prefix", "wildcard"):
                raise InvalidPolicy(f"Unsupported anything-but pattern: {inner}")
            _text(inner, pattern)
    elif not operand and not _is_number(operand):
        raise InvalidPolicy("Empty arrays are not allowed")


def _wildcard(operator: str, operand: Any) -> None:
    _text(operator, operand)
    if "**" in operand:
        raise InvalidPolicy("Consecutive wildcard characters are not allowed")


def _cidr(operator: str, operand: Any) -> None:
    # AWS's message says "prefix" here.
    _text("prefix", operand)
    address, slash, bits = operand.partition("/")
    if not slash:
        raise InvalidPolicy("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"\d+", bits):
        raise InvalidPolicy("Malformed CIDR, mask bits must be an integer")
    try:
        most = ip_address(address).max_prefixlen
    except ValueError:
        raise InvalidPolicy(f"Nonstandard IP address: {address}") from None
    if int(bits) > most:
        raise InvalidPolicy(f"Malformed CIDR, mask bits must not be greater than {most}")


def _numeric(operator: str, operand: Any) -> None:
    """Checks one comparison, or a range: a lower bound, then an upper bound."""
    if not isinstance(operand, list):
        raise InvalidPolicy("Value of numeric must be an array.")
    if not operand or not isinstance(operand[0], str):
        raise InvalidPolicy(f"Invalid member in numeric match: {operand[0] if operand else ']'}")
    sign, rest = operand[0], operand[1:]
    if sign not in ("<", "<=", "=", ">", ">="):
        raise InvalidPolicy(f"Unrecognized numeric range operator: {sign}")
    least = _bound("equals" if sign == "=" else sign, rest[:1])
    if rest[1:]:
        _upper_bound(sign, least, rest[1:])


def _upper_bound(sign: str, least: float, rest: Sequence[Any]) -> None:
    if sign not in (">", ">="):
        raise InvalidPolicy("Too many elements in numeric expression")
    if not isinstance(rest[0], str):
        raise InvalidPolicy(f"Bad value in numeric range: {rest[0]}")
    if rest[0] not in ("<", "<="):
        raise InvalidPolicy(f"Bad numeric range operator: {rest[0]}")
    most = _bound(rest[0], rest[1:2])
    if rest[2:]:
        raise InvalidPolicy("Too many terms in numeric range expression")
    if most <= least:
        raise InvalidPolicy("Bottom must be less than top")


def _bound(sign: str, given: Sequence[Any]) -> float:
    if not given or not _is_number(given[0]):
        raise InvalidPolicy(f"Value of {sign} must be numeric")
    return float(given[0])


OPERATORS: dict[str, Callable[[str, Any], None]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _text,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _text,
    "suffix": _text,
    "wildcard": _wildcard,
}
