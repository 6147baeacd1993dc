"""The comparison operators of event patterns: each compiles its argument into a predicate, or refuses it.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address, ip_network
from itertools import pairwise
from typing import Any

Operator = Callable[[Any], bool]
"""Whether a value of an event's field passes."""

LARGEST = 5e9
"""Numbers beyond it match no `numeric`."""
MOST_WILDCARDS = 5
"""AWS refuses patterns that are too complex, by a limit that it does not publish; six were refused."""


class Refused(Exception):
    """AWS refuses the pattern; the message says which part of it, and why."""


def compiled_operator(expression: Mapping[str, Any]) -> Operator:
    """The predicate of an expression such as `{"prefix": "order."}`. Raises Refused."""
    if len(expression) != 1:
        raise Refused("an expression has exactly one operator")
    ((name, argument),) = expression.items()
    if name not in OPERATORS:
        raise Refused(f"there is no operator {name}; there are {', '.join(OPERATORS)}")
    return OPERATORS[name](argument)


def equal_to(wanted: Any) -> Operator:
    """Text and truth values are equal to the same, numbers to the same number in any notation."""
    if not (wanted is None or isinstance(wanted, str | int | float)):
        raise Refused("a value has to be text, a number, true, false or null")
    if _is_number(wanted):
        return lambda value: _is_number(value) and bool(value == wanted)
    return lambda value: type(value) is type(wanted) and bool(value == wanted)


def _exists(argument: Any) -> Operator:
    if argument is not True:
        raise Refused("exists takes true or false")
    return lambda value: True


def _prefix(argument: Any) -> Operator:
    text, plain = _text_or_ignore_case("prefix", argument)
    return lambda value: isinstance(value, str) and plain(value).startswith(text)


def _suffix(argument: Any) -> Operator:
    text, plain = _text_or_ignore_case("suffix", argument)
    return lambda value: isinstance(value, str) and plain(value).endswith(text)


def _equals_ignore_case(argument: Any) -> Operator:
    text = _text("equals-ignore-case", argument).lower()
    return lambda value: isinstance(value, str) and value.lower() == text


def _wildcard(argument: Any) -> Operator:
    parts = re.findall(r"\\?.", _text("wildcard", argument), re.DOTALL)
    if ("*", "*") in pairwise(parts):
        raise Refused("wildcard has two wildcards in a row")
    if parts.count("*") > MOST_WILDCARDS:
        raise Refused(f"wildcard is too complex: use at most {MOST_WILDCARDS} wildcards")
    if any(part.startswith("\\") and part not in (r"\*", r"\\") for part in parts):
        raise Refused(r"wildcard has a backslash that is not in \* or \\")
    pattern = re.compile("".join(".*" if part == "*" else re.escape(part[-1]) for part in parts), re.DOTALL)
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _cidr(argument: Any) -> Operator:
    try:
        address, _, _ = _text("cidr", argument).partition("/")
        if address == argument:
            raise ValueError
        network = ip_network(argument, strict=False)
    except ValueError:
        raise Refused(f"cidr takes a range of addresses such as 10.0.0.0/24, not {argument!r}") from None

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
            return _between(-LARGEST, True, top, below == "<=")
        case [(">" | ">=") as above, bottom] if _is_operand(bottom):
            return _between(bottom, above == ">=", LARGEST, True)
        case [(">" | ">=") as above, bottom, ("<" | "<=") as below, top] if (
            _is_operand(bottom) and _is_operand(top) and bottom < top
        ):
            return _between(bottom, above == ">=", top, below == "<=")
    raise Refused(
        'numeric takes a comparison such as [">", 0], ["=", 3] or [">", 0, "<=", 5], '
        f"with numbers from {-LARGEST:g} to {LARGEST:g}"
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
            raise Refused("anything-but takes text or numbers, not both")
        excluded = [equal_to(value) for value in values]
    return lambda value: not any(matches(value) for matches in excluded)


def _excluded_by_operator(expression: Mapping[str, Any]) -> list[Operator]:
    """Each operator takes text here, or an array of texts."""
    if len(expression) != 1 or not expression.keys() <= EXCLUDING:
        raise Refused(f"anything-but takes one of {', '.join(sorted(EXCLUDING))}")
    ((name, argument),) = expression.items()
    texts = [_text(name, text) for text in (argument if isinstance(argument, list) else [argument])]
    if not texts or (name in ("prefix", "suffix") and "" in texts):
        raise Refused(f"anything-but takes no empty {name}")
    return [OPERATORS[name](text) for text in texts]


def _text(operator: str, argument: Any) -> str:
    if not isinstance(argument, str):
        raise Refused(f"{operator} takes text")
    return argument


def _text_or_ignore_case(operator: str, argument: Any) -> tuple[str, Callable[[str], str]]:
    """The text, and what makes a value comparable with it."""
    if isinstance(argument, Mapping) and argument.keys() == {"equals-ignore-case"}:
        return _text(operator, argument["equals-ignore-case"]).lower(), str.lower
    return _text(operator, argument), str


def _is_number(value: Any) -> bool:
    # In Python, True is a number.
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_operand(value: Any) -> bool:
    return _is_number(value) and -LARGEST <= value <= LARGEST


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
