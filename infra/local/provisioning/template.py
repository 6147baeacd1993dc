"""A template as CloudFormation would see it: read, checked, and translated by SAM's own translator."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.local.model.credentials import REGION
from infra.local.provisioning import foreach, parameters, reading, references, sections
from infra.local.provisioning.errors import Refused, TemplateError
from infra.local.provisioning.intrinsics import Misused
from infra.local.provisioning.model import Template
from infra.local.provisioning.shapes import shown
from infra.local.provisioning.translation import translated

CONTENT = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}
"""Properties that name a folder beside the template. On AWS, `sam deploy` uploads it."""
UPLOADED = "s3://played/locally"


def load(
    path: Path, given: Mapping[str, str] | None = None, lookup: parameters.Lookup | None = None
) -> Template:
    """Reads and translates a SAM template, with these values instead of its parameters' defaults.

    `lookup` gives the values of SSM parameters. Raises TemplateError if the file is missing, is no template,
    or lacks a value for a parameter.
    """
    source = reading.read(path)
    try:
        return _loaded(path, source, given or {}, lookup or _no_ssm)
    except (Refused, Misused) as problem:
        raise TemplateError(f"{path}: {problem}") from None


def _loaded(path: Path, source: Any, given: Mapping[str, str], lookup: parameters.Lookup) -> Template:
    sections.check(source)
    declared = source.get("Parameters", {})
    texts = parameters.values(declared, given, lookup) | {"AWS::Region": REGION}
    values = parameters.typed(declared, texts)
    source = foreach.expanded(source, values)
    code = dict(_code(source, path.parent))
    made = _translated(_packaged(source), texts)
    template = Template(
        path=path,
        resources=made["Resources"],
        parameters=values,
        conditions=made.get("Conditions", {}),
        mappings=made.get("Mappings", {}),
        outputs=made.get("Outputs", {}),
        rules=made.get("Rules", {}),
        code=code,
        written=tuple(source["Resources"]),
    )
    references.check(template)
    return template


def _translated(packaged: dict[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    try:
        return translated(packaged, texts)
    except Exception as error:  # the translator raises many, and has one with the messages of all faults
        causes = [cause.message for cause in getattr(error, "causes", ())]
        told = " ".join((causes or [f"SAM's translator fails ({error!r})"])[0].split())
        raise Refused(f"{told.rstrip('.')}; correct it there") from error


def _no_ssm(name: str, where: str) -> str:
    raise Refused(f"{where}: the SSM parameter {name} is only known where the local AWS runs; use its value")


def _code(source: Mapping[str, Any], root: Path) -> Iterator[tuple[str, Path]]:
    shared = source.get("Globals", {}).get("Function", {}).get("CodeUri", ".")
    for name, resource in source["Resources"].items():
        content = CONTENT.get(resource["Type"])
        properties = resource.get("Properties", {})
        if content is None or "InlineCode" in properties:
            continue
        folder = properties.get(content, shared)
        if not isinstance(folder, str):
            raise Refused(f"{name}: {content} is {shown(folder)}; give the path of the folder with the code")
        if folder.startswith("s3://") or properties.get("PackageType", "Zip") != "Zip":
            raise Refused(
                f"{name}: code in S3 or an image cannot be played locally; give a folder as {content}"
            )
        yield name, root / folder


def _packaged(source: Mapping[str, Any]) -> dict[str, Any]:
    """A copy in which the code is uploaded, as the translator expects it."""
    copy: dict[str, Any] = json.loads(json.dumps(source))
    copy.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in copy["Resources"].values():
        content = CONTENT.get(resource["Type"])
        if content is not None and "InlineCode" not in resource.get("Properties", {}):
            resource.setdefault("Properties", {})[content] = UPLOADED
    return copy
