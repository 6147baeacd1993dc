"""Checks the parameters of a call by functions that are compiled once for each operation.

botocore looks up the rules of each value again at each call. It still describes what is wrong with
parameters, and checks the types that have no function here.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape
from botocore.validate import ParamValidationDecorator, ParamValidator

IsValid = Callable[[Any], bool]

_validate_and_serialize = ParamValidationDecorator.serialize_to_request
_checks: dict[tuple[str, str], IsValid] = {}


def serialize(decorator: Any, parameters: Any, operation: OperationModel) -> Any:
    """Replaces botocore's ParamValidationDecorator.serialize_to_request."""
    if is_valid(parameters, operation):
        return decorator._serializer.serialize_to_request(parameters, operation)
    return _validate_and_serialize(decorator, parameters, operation)


def is_valid(parameters: Any, operation: OperationModel) -> bool:
    """False if the parameters are invalid, or if botocore has to check them."""
    key = operation.service_model.service_name, operation.name
    if key not in _checks:
        shape = operation.input_shape
        _checks[key] = _unknown if shape is None else _compiled(shape, {})
    return _checks[key](parameters)


def _unknown(_: Any) -> bool:
    return False


def _compiled(shape: Shape, known: dict[str, IsValid]) -> IsValid:
    """The check of a shape. `known` has the structures so far: an AttributeValue contains others."""
    if shape.name in known:
        return known[shape.name]
    least = shape.metadata.get("min", 0)
    if "hostLabel" in shape.serialization or "jsonvalue" in shape.serialization:
        return _unknown
    if isinstance(shape, StructureShape):
        if shape.is_document_type or shape.is_tagged_union:
            return _unknown
        members: dict[str, IsValid] = {}
        known[shape.name] = check = _structure(members, frozenset(shape.metadata.get("required", ())))
        members |= {name: _compiled(member, known) for name, member in shape.members.items()}
        return check
    if isinstance(shape, ListShape):
        of_list = _compiled(shape.member, known)
        return lambda given: (
            isinstance(given, (list, tuple)) and len(given) >= least and all(map(of_list, given))
        )
    if isinstance(shape, MapShape):
        key, value = _compiled(shape.key, known), _compiled(shape.value, known)
        return lambda given: (
            isinstance(given, dict) and all(map(key, given)) and all(map(value, given.values()))
        )
    return _scalar(shape.type_name, shape.metadata.get("min"))


def _structure(members: dict[str, IsValid], required: frozenset[str]) -> IsValid:
    def check(given: Any) -> bool:
        if not isinstance(given, dict) or not required <= given.keys():
            return False
        return all(name in members and members[name](value) for name, value in given.items())

    return check


@cache
def _scalar(type_name: str, least: float | None) -> IsValid:
    types = ParamValidator.SCALAR_TYPES.get(type_name, (bytes, bytearray, str) if type_name == "blob" else ())
    if least is None or type_name in ("blob", "boolean"):
        return lambda given: isinstance(given, types)
    if type_name == "string":
        return lambda given: isinstance(given, str) and len(given) >= least
    return lambda given: isinstance(given, types) and given >= least
