"""The published files: their content, from the models and the template."""

import json
from pathlib import Path
from typing import Any

from infra.contracts.asyncapi import asyncapi
from infra.contracts.baseline import FOLDER
from infra.contracts.carrier_api import carrier_api
from infra.contracts.catalogue import catalogue
from infra.contracts.openapi import openapi
from infra.contracts.schemas import schemas
from infra.contracts.template_topology import template_topology


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


def write(folder: Path = FOLDER) -> None:
    """Writes the files. Older schemas stay as baselines, because their events may be in flight."""
    for path, content in files().items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
