"""Expands Fn::ForEach of the transform AWS::LanguageExtensions.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
"""

import re
from collections.abc import Mapping
from typing import Any

from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.intrinsics import as_text
from infra.local.provisioning.sections import FOR_EACH

TRANSFORM = "AWS::LanguageExtensions"


def expand(source: dict[str, Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The template with each loop replaced by its iterations. Raises PropertyError for an invalid loop."""
    if not any(name.startswith(FOR_EACH) for name in _keys(source)):
        return source
    transforms = source.get("Transform", [])
    if TRANSFORM not in (transforms if isinstance(transforms, list) else [transforms]):
        raise PropertyError(f"Fn::ForEach needs Transform: {TRANSFORM}; add it")
    made: dict[str, Any] = _expand(source, parameters, {}, "")
    return made


def _keys(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [*value, *(key for each in value.values() for key in _keys(each))]
    return [key for each in value for key in _keys(each)] if isinstance(value, list) else []


def _expand(value: Any, parameters: Mapping[str, Any], variables: Mapping[str, str], path: str) -> Any:
    if isinstance(value, list):
        return [_expand(each, parameters, variables, f"{path}[{i}]") for i, each in enumerate(value)]
    if isinstance(value, str):
        return _substitute(value, variables)
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
            members = {_substitute(key, variables): _expand(each, parameters, variables, where)}
        for name in members.keys() & made.keys():
            raise PropertyError(f"{where}: the key {name} occurs twice; use the loop's variable in the key")
        made |= members
    return made


def _loop(
    argument: Any, parameters: Mapping[str, Any], variables: Mapping[str, str], path: str
) -> dict[str, Any]:
    match argument:
        case [str(name), collection, {**body}] if name and body:
            made: dict[str, Any] = {}
            for member in _members(collection, parameters, variables, path):
                iteration = _expand(body, parameters, {**variables, name: member}, path)
                for key in iteration.keys() & made.keys():
                    raise PropertyError(f"{path}: the key {key} occurs twice; use ${{{name}}} in the key")
                made |= iteration
            return made
    raise PropertyError(f"{path} expects a list of a name, a collection and an object; correct the list")


def _members(
    collection: Any, parameters: Mapping[str, Any], variables: Mapping[str, str], path: str
) -> list[str]:
    if isinstance(collection, Mapping) and collection.keys() == {"Ref"}:
        collection = parameters.get(collection["Ref"]) if isinstance(collection["Ref"], str) else None
    if not isinstance(collection, list):
        raise PropertyError(
            f"{path}: the collection must be a list or the Ref of a list parameter; correct it"
        )
    found = []
    for each in _expand(collection, parameters, variables, path):
        reference = each.get("Ref") if isinstance(each, Mapping) and len(each) == 1 else None
        value = parameters.get(reference, each) if isinstance(reference, str) else each
        found.append(as_text(value))
    return found


def _substitute(text: str, variables: Mapping[str, str]) -> str:
    """The text with `${Name}` and `&{Name}` replaced; `&{Name}` keeps only letters and digits."""
    for name, value in variables.items():
        text = text.replace(f"${{{name}}}", value)
        text = text.replace(f"&{{{name}}}", re.sub(r"[^a-zA-Z0-9]", "", value))
    return text
