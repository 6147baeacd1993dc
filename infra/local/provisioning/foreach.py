"""Fn::ForEach of the transform AWS::LanguageExtensions: one declaration for each member of a collection.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Mapping
from typing import Any

from infra.local.provisioning.errors import Refused
from infra.local.provisioning.intrinsics import as_text
from infra.local.provisioning.sections import FOR_EACH

TRANSFORM = "AWS::LanguageExtensions"


def expanded(source: dict[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The template with all loops of its sections written out. Raises Refused for a loop of another shape."""
    if not any(name.startswith(FOR_EACH) for name in _keys(source)):
        return source
    transforms = source.get("Transform", [])
    if TRANSFORM not in (transforms if isinstance(transforms, list) else [transforms]):
        raise Refused(f"Fn::ForEach needs Transform: {TRANSFORM}; add it")
    made: dict[str, Any] = _expanded(source, parameters, {}, "")
    return made


def _keys(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [*value, *(key for each in value.values() for key in _keys(each))]
    return [key for each in value for key in _keys(each)] if isinstance(value, list) else []


def _expanded(value: Any, parameters: Mapping[str, Any], variables: Mapping[str, str], path: str) -> Any:
    if isinstance(value, list):
        return [_expanded(each, parameters, variables, f"{path}[{i}]") for i, each in enumerate(value)]
    if isinstance(value, str):
        return _replaced(value, variables)
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1 and value.get("Ref") in variables:
        return variables[value["Ref"]]
    made: dict[str, Any] = {}
    for key, each in value.items():
        where = f"{path}.{key}" if path else key
        if key.startswith(FOR_EACH):
            members = _loop(each, parameters, variables, where)
        else:
            members = {_replaced(key, variables): _expanded(each, parameters, variables, where)}
        for name in members.keys() & made.keys():
            raise Refused(f"{where}: the key {name} is there twice; use the loop's variable in it")
        made |= members
    return made


def _loop(
    argument: Any, parameters: Mapping[str, Any], variables: Mapping[str, str], path: str
) -> dict[str, Any]:
    match argument:
        case [str(name), collection, {**body}] if name and body:
            made: dict[str, Any] = {}
            for member in _members(collection, parameters, variables, path):
                once = _expanded(body, parameters, {**variables, name: member}, path)
                for key in once.keys() & made.keys():
                    raise Refused(f"{path}: the key {key} is there twice; use ${{{name}}} in it")
                made |= once
            return made
    raise Refused(f"{path} takes a list of a name, a collection and an object; correct its arguments")


def _members(
    collection: Any, parameters: Mapping[str, Any], variables: Mapping[str, str], path: str
) -> list[str]:
    if isinstance(collection, Mapping) and collection.keys() == {"Ref"}:
        collection = parameters.get(collection["Ref"]) if isinstance(collection["Ref"], str) else None
    if not isinstance(collection, list):
        raise Refused(f"{path}: the collection is a list, or the Ref of a parameter that is one; give one")
    found = []
    for each in _expanded(collection, parameters, variables, path):
        reference = each.get("Ref") if isinstance(each, Mapping) and len(each) == 1 else None
        value = parameters.get(reference, each) if isinstance(reference, str) else each
        found.append(as_text(value))
    return found


def _replaced(text: str, variables: Mapping[str, str]) -> str:
    """`${Name}`, and `&{Name}`, which leaves out what is neither a letter nor a digit."""
    for name, value in variables.items():
        text = text.replace(f"${{{name}}}", value)
        text = text.replace(f"&{{{name}}}", re.sub(r"[^a-zA-Z0-9]", "", value))
    return text
