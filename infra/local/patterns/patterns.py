"""Compiles event patterns into predicates.

The syntax is that of EventBridge, which event source mappings and filter policies share:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax

A pattern is a set of conditions on fields. The name of a field is the path to its value, joined by dots; a
pattern or an event may also write the dots in a key. A field in an array has several values, of which one
must match. If several conditions are about objects in one array, the same object must match all of them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import product
from typing import Any

from infra.local.patterns.operators import OPERATORS, InvalidPattern, Operator, compile_operator, equal_to

Pattern = Callable[[Any], bool]
"""Whether an event matches."""


@dataclass(frozen=True)
class Condition:
    """A condition on a field: one of the alternatives matches its value, or, if `absent`, it is missing."""

    field: str
    alternatives: tuple[Operator, ...]
    absent: bool


@dataclass(frozen=True)
class Value:
    """A value of a field. `elements` has the index of its element in each array around it."""

    value: Any
    elements: Mapping[str, int]


def compile_pattern(pattern: Any) -> Pattern:
    """The predicate of a pattern. Raises InvalidPattern for a pattern that AWS rejects."""
    if not isinstance(pattern, Mapping):
        raise InvalidPattern("a pattern is a JSON object")
    branches = list(_branches(pattern, ()))
    wanted = {prefix for branch in branches for condition in branch for prefix in _prefixes(condition.field)}

    def matches(event: Any) -> bool:
        fields: dict[str, list[Value]] = {}
        for name, value in _values(event, "", {}, wanted):
            fields.setdefault(name, []).append(value)
        return any(_holds(branch, fields, {}) for branch in branches)

    return matches


def _branches(pattern: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[Condition, ...]]:
    """The sets of conditions of a pattern. One set must match; each `$or` multiplies the sets."""
    if not pattern:
        raise InvalidPattern(f"{_name(path)} is an empty object")
    choices = []
    for name, rule in pattern.items():
        if name == "$or":
            choices.append(_alternatives(rule, path))
        elif isinstance(rule, Mapping):
            choices.append(list(_branches(rule, (*path, name))))
        else:
            choices.append([(_condition((*path, name), rule),)])
    for chosen in product(*choices):
        yield tuple(condition for conditions in chosen for condition in conditions)


def _alternatives(rule: Any, path: tuple[str, ...]) -> list[tuple[Condition, ...]]:
    if not isinstance(rule, list) or len(rule) < 2 or not all(isinstance(each, Mapping) for each in rule):
        raise InvalidPattern(f"{_name((*path, '$or'))} is not an array of two or more objects")
    for name in (name for each in rule for name in each):
        if name in OPERATORS:
            raise InvalidPattern(f"{_name((*path, '$or'))} has the operator {name} in place of a field")
    return [branch for each in rule for branch in _branches(each, path)]


def _condition(path: tuple[str, ...], rule: Any) -> Condition:
    name = _name(path)
    if not isinstance(rule, list):
        raise InvalidPattern(f"{name} must be an object or an array")
    if not rule:
        raise InvalidPattern(f"{name} is an empty array")
    alternatives, absent = [], False
    for each in rule:
        try:
            if isinstance(each, Mapping) and each == {"exists": False} and each["exists"] is False:
                absent = True
            else:
                alternatives.append(compile_operator(each) if isinstance(each, Mapping) else equal_to(each))
        except InvalidPattern as error:
            raise InvalidPattern(f"{name}: {error}") from None
    return Condition(name, tuple(alternatives), absent)


def _name(path: tuple[str, ...]) -> str:
    return ".".join(path) or "the pattern"


def _prefixes(field: str) -> Iterator[str]:
    names = field.split(".")
    for length in range(1, len(names) + 1):
        yield ".".join(names[:length])


def _values(
    event: Any, name: str, elements: Mapping[str, int], wanted: Set[str]
) -> Iterator[tuple[str, Value]]:
    """The fields of an event that conditions refer to, with their values."""
    if isinstance(event, Mapping):
        for key, value in event.items():
            path = f"{name}.{key}" if name else key
            if path in wanted:
                yield from _values(value, path, elements, wanted)
    elif isinstance(event, list):
        for number, value in enumerate(event):
            yield from _values(value, name, {**elements, name: number}, wanted)
    else:
        yield name, Value(event, elements)


def _holds(
    conditions: Sequence[Condition], fields: Mapping[str, list[Value]], elements: Mapping[str, int]
) -> bool:
    """Whether all conditions match. `elements` has the array elements that earlier conditions matched."""
    if not conditions:
        return True
    condition, rest = conditions[0], conditions[1:]
    values = fields.get(condition.field, [])
    if condition.absent and not values and _holds(rest, fields, elements):
        return True
    return any(
        any(accepts(value.value) for accepts in condition.alternatives)
        and _holds(rest, fields, {**elements, **value.elements})
        for value in values
        if all(elements.get(array, number) == number for array, number in value.elements.items())
    )
