"""template.yaml as CloudFormation would see it: read, and translated by SAM's own translator."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from infra.local.credentials import REGION
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.translation import translated

try:
    from yaml import CSafeLoader as SafeLoader  # ten times as fast, where PyYAML was built with it
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # to mypy, only the first is one


@dataclass(frozen=True)
class Template:
    """A translated template. `root` is the folder that relative paths in it start from."""

    path: Path
    root: Path
    resources: Mapping[str, Mapping[str, Any]]
    parameters: Mapping[str, str]
    conditions: Mapping[str, Any]
    mappings: Mapping[str, Any]
    outputs: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Mapping[str, Any]]
    code: Mapping[str, Path]
    """By function: the folder that its handler is imported from."""


class _Loader(SafeLoader):
    """YAML with CloudFormation's short forms, such as !Ref."""


def _short_form(loader: SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def load(path: Path, parameters: Mapping[str, str] | None = None) -> Template:
    """Reads and translates a SAM template.

    Raises TemplateError if the file is missing, is no template, or lacks a value for a parameter.
    """
    try:
        source = yaml.load(path.read_text(), Loader=_Loader)
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror}; name a SAM template that is there") from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{path}: {error}") from error
    if not isinstance(source, dict) or "Resources" not in source:
        raise TemplateError(f"{path}: no CloudFormation template")
    values = _parameters(source, parameters or {})
    code = _code(source, path.parent)
    try:
        made = translated(_packaged(source), values)
    except Exception as error:
        raise TemplateError(f"{path}: {error}") from error
    return Template(
        path=path,
        root=path.parent,
        resources=made["Resources"],
        parameters=values,
        conditions=made.get("Conditions", {}),
        mappings=made.get("Mappings", {}),
        outputs=made.get("Outputs", {}),
        rules=made.get("Rules", {}),
        code=code,
    )


def as_text(value: Any) -> str:
    """A value as CloudFormation turns it into text: `true`, not `True`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _parameters(source: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    declared = source.get("Parameters", {})
    for name in given.keys() - declared.keys():
        raise TemplateError(f"parameter {name} is not in the template")
    values = {"AWS::Region": REGION}
    for name, parameter in declared.items():
        value = given.get(name, parameter.get("Default"))
        if value is None:
            raise TemplateError(f"parameter {name} has no default: give it a value")
        values[name] = as_text(value)
    return values


def _code(source: Mapping[str, Any], root: Path) -> dict[str, Path]:
    shared = source.get("Globals", {}).get("Function", {}).get("CodeUri", ".")
    return {
        name: root / resource.get("Properties", {}).get("CodeUri", shared)
        for name, resource in source["Resources"].items()
        if resource.get("Type") == "AWS::Serverless::Function"
    }


def _packaged(source: Mapping[str, Any]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(source, default=str))
    copy.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in copy["Resources"].values():
        if resource.get("Type") == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://played/locally"
    return copy
