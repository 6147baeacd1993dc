"""Makes the JSON of a call's parameters by functions that are compiled once for each operation.

botocore looks up how to serialize each value again at each call. It still serializes the parameters of
operations with a type that has no function here.
"""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.serialize import JSONSerializer

Convert = Callable[[Any], Any]

PLAIN = frozenset({"boolean", "integer", "long", "string"})
"""The types whose values are JSON as they are."""

_serialize = JSONSerializer._serialize  # type: ignore[attr-defined]  # the types lack private methods


class _Unknown(Exception):
    """A type has no function here."""


def serialize(serializer: Any, serialized: Any, value: Any, shape: Shape, key: str | None = None) -> None:
    """Replaces botocore's JSONSerializer._serialize. Without a key, the value is the parameters of a call."""
    convert = _conversion(shape) if key is None else None
    if convert is None:
        _serialize(serializer, serialized, value, shape, key)
    else:
        serialized.update(convert(value))


def _conversion(shape: Shape) -> Convert | None:
    """The compiled function, which the shape keeps. None if botocore has to serialize."""
    kept = vars(shape)
    if "conversion" not in kept:
        try:
            kept["conversion"] = _compiled(shape, {})
        except _Unknown:
            kept["conversion"] = None
    found: Convert | None = kept["conversion"]
    return found


def _compiled(shape: Shape, known: dict[str, Convert]) -> Convert | None:
    """Converts values of the shape; None for values that are JSON already. Raises _Unknown.

    `known` has the structures so far: an AttributeValue contains others.
    """
    if shape.name in known:
        return known[shape.name]
    if isinstance(shape, StructureShape) and not shape.is_document_type:
        return _structure(shape, known)
    if isinstance(shape, ListShape):
        member = _compiled(shape.member, known)
        return member and (lambda given: [member(each) for each in given])
    if isinstance(shape, MapShape):
        inner = _compiled(shape.value, known)
        return inner and (lambda given: {key: inner(value) for key, value in given.items()})
    if shape.type_name == "blob":
        return _base64
    if shape.type_name not in PLAIN:
        raise _Unknown
    return None


def _structure(shape: StructureShape, known: dict[str, Convert]) -> Convert:
    members: dict[str, tuple[str, Convert | None]] = {}

    def convert(given: Any) -> dict[str, Any]:
        made = {}
        for name, value in given.items():
            key, inner = members[name]
            made[key] = value if inner is None else inner(value)
        return made

    known[shape.name] = convert
    for name, member in shape.members.items():
        members[name] = member.serialization.get("name", name), _compiled(member, known)
    return convert


def _base64(given: str | bytes) -> str:
    return b64encode(given.encode() if isinstance(given, str) else given).decode()
