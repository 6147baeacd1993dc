"""Event patterns: compiles one into a predicate, or refuses it with the reason.

The syntax is EventBridge's, which event source mappings share:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax

A pattern is a set of conditions on fields. A field is the path of names to a value that is no object; the
names may be joined by dots in the pattern or in the event. An array gives its field several values, of which
one has to pass; conditions on objects within an array have to be met by one and the same of its elements.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import product
from typing import Any

from infra.local.patterns.operators import OPERATORS, Operator, Refused, compiled_operator, equal_to

Pattern = Callable[[Any], bool]
"""Whether an event matches."""


@dataclass(frozen=True)
class Condition:
    """One of the `alternatives` accepts a value of the field; `absent` accepts that the field is missing."""

    field: str
    alternatives: tuple[Operator, ...]
    absent: bool


@dataclass(frozen=True)
class Value:
    """A value of a field, and which element it is in, for each array that it is in."""

    value: Any
    elements: Mapping[str, int]


def compiled(pattern: Any) -> Pattern:
    """The predicate of a pattern. Raises Refused for a pattern that AWS refuses."""
    if not isinstance(pattern, Mapping):
        raise Refused("a pattern is a JSON object")
    branches = list(_branches(pattern, ()))
    wanted = {prefix for branch in branches for condition in branch for prefix in _prefixes(condition.field)}

    def matches(event: Any) -> bool:
        fields: dict[str, list[Value]] = {}
        for name, value in _values(event, "", {}, wanted):
            fields.setdefault(name, []).append(value)
        return any(_holds(branch, fields, {}) for branch in branches)

    return matches


def _branches(pattern: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[Condition, ...]]:
    """The sets of conditions of which one has to hold: `$or` multiplies them."""
    if not pattern:
        raise Refused(f"{_name(path)} is an empty object")
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
        raise Refused(f"{_name((*path, '$or'))} is no array of two or more objects")
    for name in (name for each in rule for name in each):
        if name in OPERATORS:
            raise Refused(f"{_name((*path, '$or'))} names the operator {name} where a field is expected")
    return [branch for each in rule for branch in _branches(each, path)]


def _condition(path: tuple[str, ...], rule: Any) -> Condition:
    name = _name(path)
    if not isinstance(rule, list):
        raise Refused(f"{name} has to be an object or an array")
    if not rule:
        raise Refused(f"{name} is an empty array")
    alternatives, absent = [], False
    for each in rule:
        try:
            if isinstance(each, Mapping) and each == {"exists": False} and each["exists"] is False:
                absent = True
            else:
                alternatives.append(compiled_operator(each) if isinstance(each, Mapping) else equal_to(each))
        except Refused as error:
            raise Refused(f"{name}: {error}") from None
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
    """The fields of an event, without those that no condition is about."""
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
    """Whether all conditions hold in the elements that the conditions before them were met by."""
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
