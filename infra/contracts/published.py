"""The published files: what they say today, and what of them is committed."""

import json
from pathlib import Path
from typing import Any

from infra.contracts.asyncapi import asyncapi
from infra.contracts.landscape import landscape
from infra.contracts.openapi import openapi
from infra.contracts.schemas import schemas

FOLDER = Path(__file__).parent / "published"


def files() -> dict[str, str]:
    """Every file, by path in the folder, the same at every run."""
    made: dict[str, Any] = dict(schemas())
    made["asyncapi.json"] = asyncapi(landscape())
    made["openapi.json"] = openapi(landscape())
    return {path: text(document) for path, document in made.items()}


def text(document: Any) -> str:
    return json.dumps(document, indent=2, sort_keys=True) + "\n"
