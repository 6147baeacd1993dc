"""Checks the sections of a template, and the attributes of each member of a section.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.shapes import (
    any_value,
    describe_value,
    join_path,
    list_of,
    loose_object,
    map_of,
    strict_object,
    text,
)

TRANSFORMS = ("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions")
FOR_EACH = "Fn::ForEach::"
PARAMETER_TYPES = re.compile(
    r"String|Number|CommaDelimitedList|List<(Number|String|AWS::[\w:]+)>|AWS::[\w:]+(<.+>)?"
)


def _name(path: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise PropertyError(f"{path} is {describe_value(value)}; give a name")


def _names(path: str, value: Any) -> None:
    list_of(_name)(path, [value] if isinstance(value, str) else value)


def _transform(path: str, value: Any) -> None:
    for name in value if isinstance(value, list) else [value]:
        if name not in TRANSFORMS:
            macro = name.get("Name") if isinstance(name, Mapping) else name
            raise PropertyError(
                f"{path}: {describe_value(macro)} is not supported locally; replace it with its output"
            )


def _properties(path: str, value: Any) -> None:
    map_of(any_value)(path, value)


_RESOURCE = strict_object(
    ("Type",),
    Type=_name,
    Properties=_properties,
    Condition=_name,
    DependsOn=_names,
    Metadata=any_value,
    **dict.fromkeys(("Connectors", "CreationPolicy", "DeletionPolicy", "IgnoreGlobals"), any_value),
    UpdatePolicy=any_value,
    UpdateReplacePolicy=any_value,
)


_EVENTS = loose_object(Events=map_of(loose_object(Type=_name, Properties=_properties)))
"""Only the events: SAM's translator checks the other properties of a function."""


def _resources(path: str, value: Any) -> None:
    map_of(any_value)(path, value)
    if not value:
        raise PropertyError(f"{path} is empty; add a resource")
    for name, resource in value.items():
        if name.startswith(FOR_EACH):
            continue
        if not re.fullmatch(r"[a-zA-Z0-9]+", name):
            raise PropertyError(
                f"{path}: the logical ID {name!r} may contain only letters and digits; rename it"
            )
        _RESOURCE(name, resource)
        if resource["Type"] == "AWS::Serverless::Function":
            _EVENTS(f"{name}: Properties", resource.get("Properties", {}))


def _parameters(path: str, value: Any) -> None:
    map_of(
        strict_object(
            ("Type",),
            Type=_parameter_type,
            Default=_parameter_value,
            AllowedValues=list_of(_parameter_value),
            **dict.fromkeys(
                (
                    *("AllowedPattern", "ConstraintDescription", "Description", "MaxLength", "MaxValue"),
                    *("MinLength", "MinValue", "NoEcho"),
                ),
                _parameter_value,
            ),
        )
    )(path, value)


def _parameter_type(path: str, value: Any) -> None:
    if not isinstance(value, str) or not PARAMETER_TYPES.fullmatch(value):
        raise PropertyError(f"{path} is {describe_value(value)}; give a parameter type, such as String")


def _parameter_value(path: str, value: Any) -> None:
    if not isinstance(value, str | int | float):
        raise PropertyError(f"{path} is {describe_value(value)}; give text or a number")


SECTIONS = {
    "AWSTemplateFormatVersion": text,
    "Conditions": map_of(map_of(any_value)),
    "Description": text,
    "Globals": map_of(map_of(any_value)),
    "Hooks": any_value,
    "Mappings": map_of(map_of(map_of(any_value))),
    "Metadata": any_value,
    "Outputs": map_of(
        strict_object(
            ("Value",),
            Value=any_value,
            Description=any_value,
            Condition=_name,
            Export=strict_object(("Name",), Name=any_value),
        )
    ),
    "Parameters": _parameters,
    "Resources": _resources,
    "Rules": map_of(
        strict_object(
            ("Assertions",),
            RuleCondition=any_value,
            Assertions=list_of(strict_object(("Assert",), Assert=any_value, AssertDescription=any_value)),
        )
    ),
    "Transform": _transform,
}


def check(source: Any) -> None:
    """Raises PropertyError for a section or a member that CloudFormation would reject."""
    if not isinstance(source, Mapping):
        raise PropertyError(
            f"the file contains {describe_value(source)}; a template is an object with Resources"
        )
    for path in _nulls(source, ""):
        raise PropertyError(f"{path} has no value (null); give it a value or remove it")
    strict_object(("Resources",), **SECTIONS)("", source)


def _nulls(value: Any, path: str) -> Iterator[str]:
    if value is None:
        yield path
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if path or name != "Metadata":
                yield from _nulls(each, join_path(path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _nulls(each, f"{path}[{index}]")
