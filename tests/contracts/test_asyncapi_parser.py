"""AsyncAPI's own parser finds nothing wrong; skipped, saying so, where Node or the parser is not installed.

`npm install --prefix DIR @asyncapi/parser@3`, and NODE_PATH=DIR/node_modules, have it run.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from infra.contracts.published import FOLDER

NODE = shutil.which("node")
SCRIPT = Path(__file__).with_name("asyncapi_errors.js")


def node(*arguments: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    assert NODE is not None
    return subprocess.run([NODE, *arguments], input=text, capture_output=True, text=True, timeout=60)


def errors(document: str) -> list[dict[str, object]]:
    if NODE is None or node("-e", "require.resolve('@asyncapi/parser')").returncode != 0:
        pytest.skip("Node and @asyncapi/parser are not installed")
    found: list[dict[str, object]] = json.loads(node(str(SCRIPT), text=document).stdout)
    return found


def test_the_event_document_is_valid_asyncapi() -> None:
    assert errors((FOLDER / "asyncapi.json").read_text()) == []


def test_a_mistake_in_it_would_be_found() -> None:
    document = json.loads((FOLDER / "asyncapi.json").read_text())
    del document["channels"]["OrderTopic"]
    assert errors(json.dumps(document)) != []
