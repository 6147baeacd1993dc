"""Finds breaking changes of a schema, for events in flight and for consumers.

Both schemas have the same major version. A wider limit is compatible, because consumers are deployed first.
We use no library: those that compare schemas do not name the field, and the best-known one (jsonsubschema)
does not support JSON Schema 2020-12 (docs/decisions/0016-published-schemas-do-not-change.md).
"""

from collections.abc import Collection, Iterator
from enum import Enum
from typing import Any

from infra.contracts.schemas import resolved
from infra.contracts.template_topology import TemplateTopology

_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_RULES = ("pattern", "format", "multipleOf", "uniqueItems")
_ANNOTATIONS = frozenset({"title", "description", "x-personal-data"})
_ANYTHING = "anything"


class Harmed(Enum):
    """The programs that a change breaks."""

    WRITERS = "the schema rejects data that it accepted: events in flight, requests of today's callers"
    READERS = "guaranteed data is missing: today's consumers and callers"
    CALLERS = "the data has new values: readers that cannot be deployed before the change"


BY_AN_EVENT = (Harmed.WRITERS, Harmed.READERS)
Break = tuple[Harmed, str]


class Incompatible(Exception):
    """A change would break a published version. The text names the break."""


def refuse(kind: str, old: dict[str, Any], new: dict[str, Any], topology: TemplateTopology) -> None:
    """Raises Incompatible if the change breaks events in flight or consumers.

    The text names the event, the fields and the consumers, and says what to do instead.
    """
    found = breaks(old, new)
    if found:
        raise Incompatible(
            f"{kind}: {'; '.join(found)}. Consumers: {', '.join(topology.consumers(kind)) or 'none'}. "
            f"Add a new major version instead: publish {_next_major(old)} beside {kind} until every consumer "
            f"reads it. {_if_never_deployed(old)}"
        )


def refuse_change(published: dict[str, Any], new: dict[str, Any]) -> None:
    """Raises Incompatible if a schema differs from the published one with the same version.

    Consumers may have kept the published schema, so its version stands for what it says. Descriptions and
    marks may change: no validator reads them. The text names the version to take instead.
    """
    if _rules_only(published) == _rules_only(new):
        return
    kind, version = _id(published)
    major, _, minor = version.partition(".")
    raise Incompatible(
        f"{kind} {version} is published, and its model has changed since. Set `version` of the class to "
        f'"{major}.{int(minor) + 1}"; {kind}/{version}.json stays. {_if_never_deployed(published)}'
    )


def _if_never_deployed(published: dict[str, Any]) -> str:
    kind, version = _id(published)
    return f"If {version} was never deployed, delete infra/contracts/published/{kind}/{version}.json instead."


def _id(schema: dict[str, Any]) -> tuple[str, str]:
    """The event type and the version of a schema."""
    kind, version = schema["$id"].split("/")[-2:]
    return kind, version


def _rules_only(schema: Any) -> Any:
    """The schema with its definitions in place, and without what no validator reads."""
    return _without_annotations(resolved(schema, schema.get("$defs", {})) | {"$defs": None})


def _without_annotations(node: Any, *, names: bool = False) -> Any:
    """`names` means that the keys of `node` are names of fields, and not keywords."""
    if isinstance(node, list):
        return [_without_annotations(value) for value in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_annotations(value, names=key == "properties" and not names)
        for key, value in node.items()
        if names or key not in _ANNOTATIONS
    }


def _next_major(old: dict[str, Any]) -> str:
    """The event type of the next major version.

    It is another type, so that filter policies do not deliver it to consumers that cannot read it.
    """
    kind, version = _id(old)
    major = int(version.partition(".")[0])
    return f"{kind.removesuffix(f'.v{major}')}.v{major + 1}"


def breaks(old: dict[str, Any], new: dict[str, Any], harmed: Collection[Harmed] = BY_AN_EVENT) -> list[str]:
    """The breaking changes for the programs in `harmed`, each with its field."""
    before, after = (resolved(schema, schema.get("$defs", {})) for schema in (old, new))
    return [text for whom, text in _compare("", before, after) if whom in harmed]


def _compare(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Break]:
    """Compares a field type by type: it may have several types, such as string or null."""
    before, after = _by_type(old), _by_type(new)
    if _ANYTHING not in after and (missing := before.keys() - after.keys()):
        gone = " and ".join(sorted(missing))
        yield Harmed.WRITERS, f"{path or 'message'}: type changed, {gone} no longer accepted"
    if _ANYTHING not in before and (added := after.keys() - before.keys()):
        yield Harmed.CALLERS, f"{path or 'message'}: type changed, may be {' or '.join(sorted(added))}"
    for kind in sorted(before.keys() & after.keys()):
        yield from _values(path, before[kind], after[kind])
        yield from _limits(path, before[kind], after[kind])
        yield from _rules(path, before[kind], after[kind])
        yield from _fields(path, before[kind], after[kind])
        if "items" in after[kind]:
            yield from _compare(f"{path}[]", before[kind].get("items", {}), after[kind]["items"])


def _by_type(schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {str(choice.get("type", _ANYTHING)): choice for choice in schema.get("anyOf", [schema])}


def _values(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Break]:
    before, after = _allowed(old), _allowed(new)
    if before is None and after is not None:
        yield Harmed.WRITERS, f"{path}: narrowed to {', '.join(sorted(after))}"
    elif before is not None and after is None:
        yield Harmed.CALLERS, f"{path}: no longer one of {', '.join(sorted(before))}"
    elif before is not None and after is not None:
        for value in sorted(before - after):
            yield Harmed.WRITERS, f"{path}: value {value} removed"
        for value in sorted(after - before):
            yield Harmed.READERS, f"{path}: value {value} added, which today's readers reject"


def _allowed(schema: dict[str, Any]) -> set[str] | None:
    if "const" in schema:
        return {str(schema["const"])}
    return set(map(str, schema["enum"])) if "enum" in schema else None


def _limits(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Break]:
    narrower = [name for name in _LOWER if name in new and new[name] > old.get(name, float("-inf"))]
    narrower += [name for name in _UPPER if name in new and new[name] < old.get(name, float("inf"))]
    for name in narrower:
        yield Harmed.WRITERS, f"{path}: {name} narrowed from {old.get(name, 'none')} to {new[name]}"


def _rules(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Break]:
    for name in _RULES:
        if name in new and new[name] != old.get(name):
            yield Harmed.WRITERS, f"{path}: {name} changed from {old.get(name, 'none')} to {new[name]}"
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        yield Harmed.WRITERS, f"{path or 'message'}: unknown fields are no longer ignored"


def _fields(path: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Break]:
    before, after = old.get("properties", {}), new.get("properties", {})
    was, now = {*old.get("required", ())}, {*new.get("required", ())}
    for name in sorted(before.keys() | after.keys()):
        field = f"{path}.{name}" if path else name
        if name not in after:
            yield Harmed.READERS, f"{field}: removed"
            if new.get("additionalProperties") is False:
                yield Harmed.WRITERS, f"{field}: removed"
        elif name in now - was:
            yield Harmed.WRITERS, f"{field}: made required"
        elif name in was - now:
            yield Harmed.READERS, f"{field}: no longer required"
        if name in before and name in after:
            yield from _compare(field, before[name], after[name])
