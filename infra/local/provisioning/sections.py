"""The outer shape of a template: its sections, and the attributes of each member of a section.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.local.provisioning.errors import Refused
from infra.local.provisioning.shapes import anything, list_of, map_of, partial, record, shown, text, within

TRANSFORMS = ("AWS::Serverless-2016-10-31", "AWS::LanguageExtensions")
FOR_EACH = "Fn::ForEach::"
PARAMETER_TYPES = re.compile(
    r"String|Number|CommaDelimitedList|List<(Number|String|AWS::[\w:]+)>|AWS::[\w:]+(<.+>)?"
)


def _name(path: str, value: Any) -> None:
    if not isinstance(value, str) or not value:
        raise Refused(f"{path} is {shown(value)}; give a name")


def _names(path: str, value: Any) -> None:
    list_of(_name)(path, [value] if isinstance(value, str) else value)


def _transform(path: str, value: Any) -> None:
    for name in value if isinstance(value, list) else [value]:
        if name not in TRANSFORMS:
            told = name.get("Name") if isinstance(name, Mapping) else name
            raise Refused(f"{path}: {shown(told)} cannot be played locally; write out what it adds")


def _properties(path: str, value: Any) -> None:
    map_of(anything)(path, value)


_RESOURCE = record(
    ("Type",),
    Type=_name,
    Properties=_properties,
    Condition=_name,
    DependsOn=_names,
    Metadata=anything,
    **dict.fromkeys(("Connectors", "CreationPolicy", "DeletionPolicy", "IgnoreGlobals"), anything),
    UpdatePolicy=anything,
    UpdateReplacePolicy=anything,
)


_EVENTS = partial(Events=map_of(partial(Type=_name, Properties=_properties)))
"""The translator checks all else of a function."""


def _resources(path: str, value: Any) -> None:
    map_of(anything)(path, value)
    if not value:
        raise Refused(f"{path} is empty; add a resource")
    for name, resource in value.items():
        if name.startswith(FOR_EACH):
            continue
        if not re.fullmatch(r"[a-zA-Z0-9]+", name):
            raise Refused(
                f"{path}: the logical id {name!r} has other characters than letters and digits; rename it"
            )
        _RESOURCE(name, resource)
        if resource["Type"] == "AWS::Serverless::Function":
            _EVENTS(f"{name}: Properties", resource.get("Properties", {}))


def _parameters(path: str, value: Any) -> None:
    map_of(
        record(
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
        raise Refused(f"{path} is {shown(value)}; give a type of parameter, such as String")


def _parameter_value(path: str, value: Any) -> None:
    if not isinstance(value, str | int | float):
        raise Refused(f"{path} is {shown(value)}; give text or a number")


SECTIONS = {
    "AWSTemplateFormatVersion": text,
    "Conditions": map_of(map_of(anything)),
    "Description": text,
    "Globals": map_of(map_of(anything)),
    "Hooks": anything,
    "Mappings": map_of(map_of(map_of(anything))),
    "Metadata": anything,
    "Outputs": map_of(
        record(
            ("Value",),
            Value=anything,
            Description=anything,
            Condition=_name,
            Export=record(("Name",), Name=anything),
        )
    ),
    "Parameters": _parameters,
    "Resources": _resources,
    "Rules": map_of(
        record(
            ("Assertions",),
            RuleCondition=anything,
            Assertions=list_of(record(("Assert",), Assert=anything, AssertDescription=anything)),
        )
    ),
    "Transform": _transform,
}


def check(source: Any) -> None:
    """Raises Refused for what no template may look like."""
    if not isinstance(source, Mapping):
        raise Refused(f"the file holds {shown(source)}; a template is an object with Resources")
    for path in _nulls(source, ""):
        raise Refused(f"{path} has no value (null); give it one, or remove it")
    record(("Resources",), **SECTIONS)("", source)


def _nulls(value: Any, path: str) -> Iterator[str]:
    if value is None:
        yield path
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if path or name != "Metadata":
                yield from _nulls(each, within(path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _nulls(each, f"{path}[{index}]")
