"""What the fork server prepares, so that the processes that it forks need not."""

import json
import subprocess
import sys
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.httpsession import URLLib3Session

from contracts.catalogue import EVENTS
from infra.local.model.credentials import CREDENTIALS
from infra.local.runtime import first_calls
from infra.shared.root import ROOT

PRELOADED = """
import json, os
from unittest.mock import patch
from botocore.client import ClientCreator
from infra.local.runtime import code

reads, clients, variables = [], [], type(os.environ)
read, preload = variables.__getitem__, code.preload

def recorded(self, name):
    reads.append(name)
    return read(self, name)

def preload_recorded(*given):
    with (
        patch.object(variables, "__getitem__", recorded),
        patch.object(ClientCreator, "create_client", lambda *args, **_: clients.append(args)),
    ):
        preload(*given)

code.preload = preload_recorded
import infra.local.runtime.preload
import infra.run.preload

import gc
from contracts.envelope import Event
from infra.local.aws.speed.botocore.parameters import _checks
gc.unfreeze(), gc.collect(), gc.freeze()
print(json.dumps({
    "checks": list(_checks),
    "models": [model.__name__ for model in Event.__subclasses__()],
    "files": [path.name for path in code._preloaded],
    "reads": reads,
    "clients": len(clients),
}))
"""


@pytest.fixture(scope="module")
def preloaded() -> dict[str, Any]:
    """What a process has that is forked now."""
    done = subprocess.run([sys.executable, "-c", PRELOADED], cwd=ROOT, capture_output=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_first_calls_are_answered_without_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    def send(_: Any, request: Any) -> AWSResponse:
        pytest.fail(f"sent to {request.url}")

    monkeypatch.setattr(URLLib3Session, "send", send)
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    first_calls.make()


def test_processes_are_forked_with_code_of_the_functions(preloaded: dict[str, Any]) -> None:
    assert {"envelope.py", "decisions.py", "table.py"} <= set(preloaded["files"])


def test_processes_are_forked_with_the_models_of_all_events(preloaded: dict[str, Any]) -> None:
    assert {f"Event[{payload.__name__}]" for payload in EVENTS.values()} <= set(preloaded["models"])


def test_processes_are_forked_with_the_checks_of_parameters(preloaded: dict[str, Any]) -> None:
    assert ["dynamodb", "PutItem"] in preloaded["checks"]


def test_preloaded_code_depends_on_no_functions_variables(preloaded: dict[str, Any]) -> None:
    """All functions share it. A logger, for example, reads the name of its service."""
    assert set(preloaded["reads"]) <= {"PYDANTIC_DISABLE_PLUGINS"}
    assert preloaded["clients"] == 0
