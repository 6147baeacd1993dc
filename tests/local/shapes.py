"""Checks answers of the endpoint with botocore's service models."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import botocore.session
from botocore.model import ListShape, MapShape, ServiceModel, Shape, StructureShape
from moto.core.utils import get_service_model

from infra.local.model.messages import Answer

TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "blob": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "double": (int, float),
    "float": (int, float),
    "timestamp": (int, float),
}
SCALARS: dict[str, Callable[[str], Any]] = {
    "integer": int,
    "long": int,
    "double": float,
    "float": float,
    "timestamp": lambda text: datetime.fromisoformat(text).timestamp(),
}
"""How to parse the text of an XML element."""


@cache
def model(service: str) -> ServiceModel:
    return botocore.session.get_session().get_service_model(service)


def wrong(service: str, operation: str, answer: Answer) -> list[str]:
    """The defects of an answer: missing or unknown members, wrong types and values. Errors have none."""
    if answer.status >= 300:
        return []
    if answer.body.lstrip().startswith(b"<"):
        described = _xml_model(service).operation_model(operation)
        return list(_of_xml(operation, described.output_shape, ElementTree.fromstring(answer.body)))
    shape = model(service).operation_model(operation).output_shape
    return list(_of_json(shape, json.loads(answer.body or b"{}"), operation))


def _xml_model(service: str) -> ServiceModel:
    """botocore's model. For SQS, moto's copy, which has the names of the query protocol."""
    described: ServiceModel = get_service_model(service) if service == "sqs" else model(service)
    return described


def _of_json(shape: Shape | None, value: Any, path: str) -> Iterator[str]:
    if shape is None:
        if value:
            yield f"{path}: there should be nothing, not {value!r}"
    elif isinstance(shape, StructureShape):
        if not isinstance(value, dict):
            yield f"{path}: {value!r} is no structure"
            return
        yield from _members(shape, set(value), path)
        for name in value.keys() & shape.members.keys():
            yield from _of_json(shape.members[name], value[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for number, inner in enumerate(value):
            yield from _of_json(shape.member, inner, f"{path}[{number}]")
    elif isinstance(shape, MapShape):
        for name, inner in value.items():
            yield from _of_json(shape.key, name, f"{path}.{name}")
            yield from _of_json(shape.value, inner, f"{path}.{name}")
    else:
        yield from _scalar(shape, value, path)


def _members(shape: StructureShape, found: set[str], path: str) -> Iterator[str]:
    for name in found - shape.members.keys():
        yield f"{path}: {name} is unknown"
    for name in set(shape.required_members) - found:
        yield f"{path}: {name} is missing"


def _scalar(shape: Shape, value: Any, path: str) -> Iterator[str]:
    expected = TYPES[shape.type_name]
    is_right = isinstance(value, expected) and (bool in expected or not isinstance(value, bool))
    if not is_right:
        yield f"{path}: {value!r} is no {shape.type_name}"
    enum = getattr(shape, "enum", [])
    if enum and value not in enum:
        yield f"{path}: {value!r} is none of {enum}"


def _of_xml(operation: str, shape: Shape | None, root: Element) -> Iterator[str]:
    if _name(root) != f"{operation}Response":
        yield f"{_name(root)} is not {operation}Response"
    result = next((child for child in root if _name(child) == f"{operation}Result"), None)
    if shape is not None and result is not None:
        yield from _of_element(shape, result, operation)
    elif shape is not None and getattr(shape, "required_members", []):
        yield f"{operation}: there is no result"


def _of_element(shape: Shape, element: Element, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape):
        yield from _of_children(shape, element, path)
    elif isinstance(shape, ListShape):
        name = _tag(shape.member, "member")
        for child in element:
            if _name(child) != name:
                yield f"{path}: {_name(child)} is not {name}"
            yield from _of_element(shape.member, child, f"{path}.{name}")
    elif isinstance(shape, MapShape):
        for entry in element:
            yield from _of_entry(shape, entry, path)
    else:
        convert = SCALARS.get(shape.type_name, str)
        try:
            value: Any = convert(element.text or "")
        except ValueError:
            value = element.text
        yield from _scalar(shape, element.text == "true" if shape.type_name == "boolean" else value, path)


def _of_children(shape: StructureShape, element: Element, path: str) -> Iterator[str]:
    names = {_xml_name(name, member): name for name, member in shape.members.items()}
    found = {_name(child) for child in element}
    for unknown in found - names.keys():
        yield f"{path}: {unknown} is unknown"
    for name in shape.required_members:
        if _xml_name(name, shape.members[name]) not in found:
            yield f"{path}: {name} is missing"
    for child in element:
        member = shape.members.get(names.get(_name(child), ""))
        if isinstance(member, MapShape) and member.serialization.get("flattened"):
            yield from _of_entry(member, child, f"{path}.{_name(child)}")
        elif isinstance(member, ListShape) and member.serialization.get("flattened"):
            yield from _of_element(member.member, child, f"{path}.{_name(child)}")
        elif member is not None:
            yield from _of_element(member, child, f"{path}.{_name(child)}")


def _of_entry(shape: MapShape, entry: Element, path: str) -> Iterator[str]:
    parts = {_name(child): child for child in entry}
    key, value = _tag(shape.key, "key"), _tag(shape.value, "value")
    if parts.keys() != {key, value}:
        yield f"{path}: {sorted(parts)} are not {key} and {value}"
    else:
        yield from _of_element(shape.value, parts[value], f"{path}.{parts[key].text}")


def _xml_name(name: str, member: Shape) -> str:
    """The tag of a member; that of each entry where a list is flattened."""
    if isinstance(member, ListShape) and member.serialization.get("flattened"):
        return _tag(member.member, _tag(member, name))
    return _tag(member, name)


def _tag(shape: Shape, default: str) -> str:
    serialization = shape.serialization
    by_json = serialization.get("name", default)
    return str(serialization.get("locationNameForQueryCompatibility", by_json))


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
