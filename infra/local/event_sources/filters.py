"""Event filter patterns of event source mappings: which records a function is invoked for at all."""

from collections.abc import Callable, Mapping
from typing import Any

from infra.local.template import TemplateError

_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "prefix": lambda wanted, value: isinstance(value, str) and value.startswith(wanted),
    "suffix": lambda wanted, value: isinstance(value, str) and value.endswith(wanted),
    "anything-but": lambda wanted, value: value not in (wanted if isinstance(wanted, list) else [wanted]),
}


def check(pattern: Mapping[str, Any]) -> None:
    """Raises TemplateError for a comparison that is not played here."""
    for rule in pattern.values():
        if isinstance(rule, Mapping):
            check(rule)
            continue
        for wanted in rule:
            if isinstance(wanted, Mapping) and not wanted.keys() <= {*_COMPARISONS, "exists"}:
                raise TemplateError(f"the filter comparison {', '.join(wanted)} is not played locally")


def matches(pattern: Mapping[str, Any], record: Any) -> bool:
    """Whether all fields of the pattern match (AWS Lambda developer guide, filter rule syntax)."""
    return all(
        _field_matches(rule, record.get(name, _ABSENT) if isinstance(record, Mapping) else _ABSENT)
        for name, rule in pattern.items()
    )


_ABSENT = object()


def _field_matches(rule: Any, value: Any) -> bool:
    if isinstance(rule, Mapping):
        return matches(rule, value)
    return any(_value_matches(wanted, value) for wanted in rule)


def _value_matches(wanted: Any, value: Any) -> bool:
    if isinstance(wanted, Mapping):
        name, argument = next(iter(wanted.items()))
        if name == "exists":
            return bool(argument) == (value is not _ABSENT)
        return value is not _ABSENT and _COMPARISONS[name](argument, value)
    # True is not 1 in JSON, though it is in Python.
    return type(wanted) is type(value) and bool(wanted == value)
