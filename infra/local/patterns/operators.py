"""The comparison operators of event patterns. Each function checks an argument and returns a predicate.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from itertools import pairwise
from typing import Any

Operator = Callable[[Any], bool]
"""Whether the value of an event field matches."""

MAX_NUMBER = 5e9
"""`numeric` matches only numbers from -MAX_NUMBER to MAX_NUMBER."""
MAX_WILDCARDS = 5
"""AWS rejects patterns that are too complex, and does not publish the limit. It rejected six wildcards."""


class InvalidPattern(Exception):
    """AWS rejects the pattern. The message names the part and the reason."""


def compile_operator(expression: Mapping[str, Any]) -> Operator:
    """The predicate of an expression such as `{"prefix": "order."}`. Raises InvalidPattern."""
    if len(expression) != 1:
        raise InvalidPattern("an expression has exactly one operator")
    ((name, argument),) = expression.items()
    if name not in OPERATORS:
        raise InvalidPattern(f"the operator {name} does not exist; use one of {', '.join(OPERATORS)}")
    return OPERATORS[name](argument)


def equal_to(wanted: Any) -> Operator:
    """The predicate for one value. Numbers are compared by value: 7 equals 7.0. Raises InvalidPattern."""
    if not (wanted is None or isinstance(wanted, str | int | float)):
        raise InvalidPattern("a value must be text, a number, true, false or null")
    if _is_number(wanted):
        return lambda value: _is_number(value) and bool(value == wanted)
    return lambda value: type(value) is type(wanted) and bool(value == wanted)


def _exists(argument: Any) -> Operator:
    if argument is not True:
        raise InvalidPattern("exists takes true or false")
    return lambda value: True


def _prefix(argument: Any) -> Operator:
    text, normalize = _text_or_ignore_case("prefix", argument)
    return lambda value: isinstance(value, str) and normalize(value).startswith(text)


def _suffix(argument: Any) -> Operator:
    text, normalize = _text_or_ignore_case("suffix", argument)
    return lambda value: isinstance(value, str) and normalize(value).endswith(text)


def _equals_ignore_case(argument: Any) -> Operator:
    text = _text("equals-ignore-case", argument).lower()
    return lambda value: isinstance(value, str) and value.lower() == text


def _wildcard(argument: Any) -> Operator:
    parts = re.findall(r"\\?.", _text("wildcard", argument), re.DOTALL)
    if ("*", "*") in pairwise(parts):
        raise InvalidPattern("wildcard has two wildcards in a row")
    if parts.count("*") > MAX_WILDCARDS:
        raise InvalidPattern(f"wildcard is too complex: use at most {MAX_WILDCARDS} wildcards")
    if any(part.startswith("\\") and part not in (r"\*", r"\\") for part in parts):
        raise InvalidPattern(r"wildcard has a backslash that is not in \* or \\")
    pattern = re.compile("".join(".*" if part == "*" else re.escape(part[-1]) for part in parts), re.DOTALL)
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _cidr(argument: Any) -> Operator:
    try:
        address, _, _ = _text("cidr", argument).partition("/")
        if address == argument:
            raise ValueError
        network = ip_network(argument, strict=False)
    except ValueError:
        raise InvalidPattern(
            f"cidr takes a range of addresses such as 10.0.0.0/24, not {argument!r}"
        ) from None

    def is_within(value: Any) -> bool:
        try:
            return isinstance(value, str) and ip_address(value) in network
        except ValueError:
            return False

    return is_within


def _numeric(argument: Any) -> Operator:
    match argument:
        case ["=", wanted] if _is_operand(wanted):
            return lambda value: _is_operand(value) and bool(value == wanted)
        case [("<" | "<=") as below, top] if _is_operand(top):
            return _between(-MAX_NUMBER, True, top, below == "<=")
        case [(">" | ">=") as above, bottom] if _is_operand(bottom):
            return _between(bottom, above == ">=", MAX_NUMBER, True)
        case [(">" | ">=") as above, bottom, ("<" | "<=") as below, top] if (
            _is_operand(bottom) and _is_operand(top) and bottom < top
        ):
            return _between(bottom, above == ">=", top, below == "<=")
    raise InvalidPattern(
        'numeric takes a comparison such as [">", 0], ["=", 3] or [">", 0, "<=", 5], '
        f"with numbers from {-MAX_NUMBER:g} to {MAX_NUMBER:g}"
    )


def _between(bottom: float, with_bottom: bool, top: float, with_top: bool) -> Operator:
    return lambda value: (
        _is_operand(value)
        and (bottom < value or (with_bottom and value == bottom))
        and (value < top or (with_top and value == top))
    )


def _anything_but(argument: Any) -> Operator:
    if isinstance(argument, Mapping):
        excluded = _excluded_by_operator(argument)
    else:
        values = argument if isinstance(argument, list) else [argument]
        same_kind = all(isinstance(v, str) for v in values) or all(map(_is_number, values))
        if not values or not same_kind:
            raise InvalidPattern("anything-but takes text or numbers, not both")
        excluded = [equal_to(value) for value in values]
    return lambda value: not any(matches(value) for matches in excluded)


def _excluded_by_operator(expression: Mapping[str, Any]) -> list[Operator]:
    """The predicates of `anything-but` with another operator, whose argument is text or a list of texts."""
    if len(expression) != 1 or not expression.keys() <= EXCLUDING:
        raise InvalidPattern(f"anything-but takes one of {', '.join(sorted(EXCLUDING))}")
    ((name, argument),) = expression.items()
    texts = [_text(name, text) for text in (argument if isinstance(argument, list) else [argument])]
    if not texts or (name in ("prefix", "suffix") and "" in texts):
        raise InvalidPattern(f"anything-but does not take an empty {name}")
    return [OPERATORS[name](text) for text in texts]


def _text(operator: str, argument: Any) -> str:
    if not isinstance(argument, str):
        raise InvalidPattern(f"{operator} takes text")
    return argument


def _text_or_ignore_case(operator: str, argument: Any) -> tuple[str, Callable[[str], str]]:
    """The text, and the function that normalizes a value before the comparison."""
    if isinstance(argument, Mapping) and argument.keys() == {"equals-ignore-case"}:
        return _text(operator, argument["equals-ignore-case"]).lower(), str.lower
    return _text(operator, argument), str


def _is_number(value: Any) -> bool:
    # In Python, bool is a subclass of int.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_operand(value: Any) -> bool:
    return _is_number(value) and -MAX_NUMBER <= value <= MAX_NUMBER


OPERATORS: dict[str, Callable[[Any], Operator]] = {
    "anything-but": _anything_but,
    "cidr": _cidr,
    "equals-ignore-case": _equals_ignore_case,
    "exists": _exists,
    "numeric": _numeric,
    "prefix": _prefix,
    "suffix": _suffix,
    "wildcard": _wildcard,
}
EXCLUDING = {"equals-ignore-case", "prefix", "suffix", "wildcard"}
