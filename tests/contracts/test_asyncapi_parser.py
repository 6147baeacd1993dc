"""AsyncAPI's own parser accepts the published document. Skipped until `make test-asyncapi` installs it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.contracts.baseline import FOLDER
from infra.shared.root import ROOT

INSTALLED = ROOT / ".venv-node"
SCRIPT = Path(__file__).with_name("asyncapi") / "errors.js"


def errors(document: str) -> list[dict[str, object]]:
    """The errors that the parser finds in a document."""
    if not (INSTALLED / "ready").exists():
        pytest.skip("AsyncAPI's parser is not installed: make test-asyncapi")
    path = os.pathsep.join((os.environ["PATH"], str(INSTALLED / "bin")))
    node = shutil.which("node", path=path)
    assert node is not None, path
    found: list[dict[str, object]] = json.loads(
        subprocess.run(
            [node, str(SCRIPT)],
            input=document,
            env=os.environ | {"PATH": path, "NODE_PATH": str(INSTALLED / "node_modules")},
            stdout=subprocess.PIPE,
            text=True,
            timeout=60,
            check=True,
        ).stdout
    )
    return found


def test_the_event_document_is_valid_asyncapi() -> None:
    assert errors((FOLDER / "asyncapi.json").read_text()) == []


def test_the_parser_finds_a_mistake_in_the_document() -> None:
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    del document["channels"]["OrderTopic"]
    assert errors(json.dumps(document)) != []
