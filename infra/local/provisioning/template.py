"""Loads a template: reads the file, checks it, and translates SAM resources to CloudFormation resources."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.local.model.credentials import REGION
from infra.local.provisioning import foreach, parameters, reading, references, sections
from infra.local.provisioning.errors import PropertyError, TemplateError
from infra.local.provisioning.intrinsics import IntrinsicFunctionError
from infra.local.provisioning.model import Template
from infra.local.provisioning.shapes import describe_value
from infra.local.provisioning.translation import translate

CODE_PROPERTIES = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
"""Properties that name a folder with code, by resource type. `sam deploy` would upload the folder."""
UPLOADED = "s3://bucket/key"
"""The location of uploaded code that the translator expects. Nothing reads it."""


def load(
    path: Path, overrides: Mapping[str, str] | None = None, lookup: parameters.Lookup | None = None
) -> Template:
    """The translated template; `overrides` replaces the defaults of its parameters.

    `lookup` returns the values of SSM parameters. Raises TemplateError for a missing file, an
    invalid template, and a parameter without a value.
    """
    source = reading.read(path)
    try:
        return _load(path, source, overrides or {}, lookup or _no_ssm)
    except (PropertyError, IntrinsicFunctionError) as problem:
        raise TemplateError(f"{path}: {problem}") from None


def _load(path: Path, source: Any, overrides: Mapping[str, str], lookup: parameters.Lookup) -> Template:
    sections.check(source)
    declared = source.get("Parameters", {})
    texts = parameters.values(declared, overrides, lookup) | {"AWS::Region": REGION}
    values = parameters.typed(declared, texts)
    source = foreach.expand(source, values)
    code = dict(_code(source, path.parent))
    made = _translate(_package(source), texts)
    template = Template(
        path=path,
        resources=made["Resources"],
        parameters=values,
        conditions=made.get("Conditions", {}),
        mappings=made.get("Mappings", {}),
        outputs=made.get("Outputs", {}),
        rules=made.get("Rules", {}),
        code=code,
        source_ids=tuple(source["Resources"]),
    )
    references.check(template)
    return template


def _translate(template: dict[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    try:
        return translate(template, texts)
    except Exception as error:  # the translator documents no base class; one of its errors lists `causes`
        causes = [cause.message for cause in getattr(error, "causes", ())]
        message = " ".join((causes or [f"SAM's translator failed with {error!r}"])[0].split())
        raise PropertyError(f"{message.rstrip('.')}; correct it") from error


def _no_ssm(name: str, where: str) -> str:
    raise PropertyError(
        f"{where}: only a running local AWS knows the SSM parameter {name}; give its value instead"
    )


def _code(source: Mapping[str, Any], root: Path) -> Iterator[tuple[str, Path]]:
    shared = source.get("Globals", {}).get("Function", {}).get("CodeUri", ".")
    for name, resource in source["Resources"].items():
        content = CODE_PROPERTIES.get(resource["Type"])
        properties = resource.get("Properties", {})
        if content is None or "InlineCode" in properties:
            continue
        folder = properties.get(content, shared)
        if not isinstance(folder, str):
            raise PropertyError(
                f"{name}: {content} is {describe_value(folder)}; give the path of the folder with the code"
            )
        if folder.startswith("s3://") or properties.get("PackageType", "Zip") != "Zip":
            raise PropertyError(
                f"{name}: code in S3 and container images are not supported locally; "
                f"give a local folder as {content}"
            )
        yield name, root / folder


def _package(source: Mapping[str, Any]) -> dict[str, Any]:
    """A copy whose code locations are in S3, as the translator expects them."""
    copy: dict[str, Any] = json.loads(json.dumps(source))
    copy.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in copy["Resources"].values():
        content = CODE_PROPERTIES.get(resource["Type"])
        if content is not None and "InlineCode" not in resource.get("Properties", {}):
            resource.setdefault("Properties", {})[content] = UPLOADED
    return copy
