"""Checks the references of a template, also in resources that the local run ignores."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.intrinsics import FUNCTIONS
from infra.local.provisioning.model import Template
from infra.local.provisioning.shapes import join_path

PSEUDO_PARAMETERS = frozenset(
    f"AWS::{name}"
    for name in (
        *("AccountId", "NoValue", "NotificationARNs", "Partition", "Region", "StackId", "StackName"),
        "URLSuffix",
    )
)
KNOWN = {*FUNCTIONS, "Fn::FindInMap", "Fn::GetAtt", "Fn::If", "Fn::ImportValue", "Fn::Sub"}


def check(template: Template) -> None:
    """Raises PropertyError for a reference to a missing name, and for an unknown intrinsic function."""
    for name, resource in template.resources.items():
        where = template.label(name)
        depends = resource.get("DependsOn", [])
        for other in [depends] if isinstance(depends, str) else depends:
            if other not in template.resources:
                raise PropertyError(f"{where}: DependsOn: there is no resource {other}; correct the name")
        _check_condition(template, resource, where)
        _check(template, resource.get("Properties", {}), where)
    for name, output in template.outputs.items():
        _check_condition(template, output, f"Outputs.{name}")
        _check(template, output, f"Outputs.{name}")
    for section, values in (("Conditions", template.conditions), ("Rules", template.rules)):
        _check(template, values, section)


def _check_condition(template: Template, member: Mapping[str, Any], where: str) -> None:
    condition = member.get("Condition")
    if condition is not None and condition not in template.conditions:
        raise PropertyError(f"{where}: there is no condition {condition}; correct the name")


def _check(template: Template, value: Any, where: str) -> None:
    names = template.resources.keys() | template.parameters.keys() | PSEUDO_PARAMETERS
    for path, function, argument in _calls(value, ""):
        if function != "Ref" and function not in KNOWN:
            raise PropertyError(
                f"{where}: {path}: {function} is not supported locally; replace it with its value"
            )
        for name in _referenced_names(function, argument):
            if name not in names:
                raise PropertyError(
                    f"{where}: {path}: there is no parameter or resource {name}; correct the name"
                )


def _calls(value: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    """The path, name and argument of each intrinsic function in a value."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            if key.startswith("Fn::") or (key == "Ref" and len(value) == 1):
                yield path, key, each
                yield from _calls(each, path)
            else:
                yield from _calls(each, join_path(path, key))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _calls(each, f"{path}[{index}]")


def _referenced_names(function: str, argument: Any) -> Iterator[str]:
    """The parameters and resources that a function call refers to."""
    if function == "Ref" and isinstance(argument, str):
        yield argument
    elif function == "Fn::GetAtt":
        first = argument.partition(".")[0] if isinstance(argument, str) else argument
        if isinstance(first, list) and first and isinstance(first[0], str):
            yield first[0]
        elif isinstance(first, str):
            yield first
    elif function == "Fn::Sub":
        pattern, variables = argument if _is_pair(argument) else (argument, {})
        if isinstance(pattern, str) and isinstance(variables, Mapping):
            for found in re.findall(r"\$\{\s*([^!}][^}]*?)\s*\}", pattern):
                if found not in variables:
                    yield found.partition(".")[0]


def _is_pair(argument: Any) -> bool:
    return isinstance(argument, list) and len(argument) == 2
