"""Converts parameters and results as moto's parsers and serializers do.

The functions that convert are compiled from the shapes of botocore's models, once for each operation.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.core.parse import QueryParser
from moto.core.utils import get_service_model

Convert = Callable[[Any], Any]

READ: Mapping[str, Convert] = {"blob": b64decode, "float": float, "integer": int, "long": int}
"""Converts a value in a request's JSON, by the type of its shape. Values of other types stay as they are."""
WRITE: Mapping[str, Convert] = {
    "blob": lambda value: value if isinstance(value, bytes) else value.encode(),
    "integer": int,
    "string": str,
}
"""Converts a value in moto's result to the one that a client returns."""


def parameters(service: str, operation: str, body: Any) -> dict[str, Any]:
    """The parameters in a request's body: JSON, or the fields of the query protocol.

    Raises ValueError or TypeError if they do not have the types of the operation's model.
    """
    if isinstance(body, Mapping):
        fields: dict[str, Any] = QueryParser(_model(service, operation)).parse({"values": body})
        return fields
    read: dict[str, Any] = _input(service, operation)(json.loads(body))
    return read


def result(service: str, operation: str, given: Any) -> dict[str, Any]:
    """The members of moto's result that belong to the answer."""
    written: dict[str, Any] = _output(service, operation)(given)
    return written


def _model(service: str, operation: str) -> Any:
    return get_service_model(service).operation_model(operation)


@cache
def _input(service: str, operation: str) -> Convert:
    return _compiled(_model(service, operation).input_shape, READ, {})


@cache
def _output(service: str, operation: str) -> Convert:
    shape = _model(service, operation).output_shape
    return _compiled(shape, WRITE, {}) if shape is not None else lambda _: {}


def _compiled(shape: Shape, scalars: Mapping[str, Convert], known: dict[str, Convert]) -> Convert:
    """Converts values of the shape. `known` has the structures so far: an AttributeValue contains others."""
    if shape.name in known:
        return known[shape.name]
    if isinstance(shape, StructureShape):
        members: dict[str, Convert] = {}
        known[shape.name] = structure = _structure(members)
        members |= {name: _compiled(member, scalars, known) for name, member in shape.members.items()}
        return structure
    if isinstance(shape, ListShape):
        member = _compiled(shape.member, scalars, known)
        return lambda given: [member(each) for each in given]
    if isinstance(shape, MapShape):
        value = _compiled(shape.value, scalars, known)
        return lambda given: {key: value(each) for key, each in given.items()}
    return scalars.get(shape.type_name, lambda given: given)


def _structure(members: Mapping[str, Convert]) -> Convert:
    return lambda given: {
        name: members[name](value) for name, value in given.items() if value is not None and name in members
    }
