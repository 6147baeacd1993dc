"""The published files: their content, and the check that new content breaks no published contract."""

import json
from pathlib import Path
from typing import Any

from contracts.catalogue import EVENTS
from infra.contracts.asyncapi import asyncapi
from infra.contracts.carrier_api import carrier_api
from infra.contracts.catalogue import catalogue
from infra.contracts.compatibility import Incompatible, refuse, refuse_change
from infra.contracts.http_compatibility import refuse_http
from infra.contracts.openapi import openapi
from infra.contracts.schemas import schemas
from infra.contracts.template_topology import template_topology

FOLDER = Path(__file__).parent / "published"


def files() -> dict[str, str]:
    """The content of every file, by path in the folder."""
    made: dict[str, Any] = dict(schemas())
    made["asyncapi.json"] = asyncapi(template_topology())
    made["openapi.json"] = openapi(template_topology())
    made["carrier.openapi.json"] = carrier_api()
    written = {path: text(document) for path, document in made.items()}
    return written | {"CATALOGUE.md": catalogue(template_topology())}


def text(document: Any) -> str:
    """The document as the text of a JSON file."""
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def check(folder: Path = FOLDER) -> None:
    """Raises Incompatible if the code's contracts break the published ones.

    A published schema must not change, and a newer one must not break an older one of its major version. Each
    published event must still exist, and the HTTP API must not break its callers.
    """
    for kind in sorted({path.parent.name for path in folder.glob("*/*.json")} - EVENTS.keys()):
        raise Incompatible(f"{kind}: this event type was removed, but its events may be in flight")
    for path, schema in schemas().items():
        kind, _, version = path.partition("/")
        major = version.partition(".")[0]
        for baseline in sorted((folder / kind).glob(f"{major}.*.json")):
            refuse(kind, json.loads(baseline.read_text()), schema, template_topology())
        if (folder / path).exists():
            refuse_change(json.loads((folder / path).read_text()), schema)
    for baseline in folder.glob("openapi.json"):
        refuse_http(json.loads(baseline.read_text()), openapi(template_topology()))


def write(folder: Path = FOLDER) -> None:
    """Writes the files. Older schemas stay as baselines, because their events may be in flight."""
    for path, content in files().items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
