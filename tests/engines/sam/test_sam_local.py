"""Every sample through the real `sam local invoke`, against a local backend, its answer compared.

One after the other, in the order of answers.json: the first makes the order that the others are about.
"""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.local.in_process import ROOT
from infra.samples.files import function_of
from tests.contracts.test_samples import ANSWERS, EVENTS, agrees
from tests.local.conftest import running

pytestmark = pytest.mark.engine

SAM = ROOT / ".venv-sam" / "bin" / "sam"
Invoke = Callable[[str], Any]


@pytest.fixture(scope="module")
def sam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Invoke]:
    """Invokes a sample's function in a container; its answer."""
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True).returncode:
        pytest.skip("no Docker engine answers")
    if not SAM.exists() or not (ROOT / ".aws-sam" / "build").exists():
        pytest.skip("run `make sam-build` first")
    with running("run", "--only-backend", "--host", "0.0.0.0") as run:
        variables = tmp_path_factory.mktemp("sam") / "env.json"
        port = urlsplit(run.url).port
        variables.write_text((EVENTS / "env.json").read_text().replace(":3000", f":{port}"))
        yield lambda path: invoke(path, variables, f"http://127.0.0.1:{port}")


def invoke(path: str, variables: Path, endpoint: str) -> Any:
    """The SAM CLI itself asks STS for its account's id: here the run answers."""
    architecture = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    command: list[str | Path] = [SAM, "local", "invoke", function_of(path), "--skip-pull-image"]
    command += [
        "--event",
        EVENTS / path,
        "--env-vars",
        variables,
        "--add-host",
        "host.docker.internal:host-gateway",
    ]
    command += ["--parameter-overrides", f"Architecture={architecture}"]
    account = {
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ENDPOINT_URL": endpoint,
    }
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | account | {"SAM_CLI_TELEMETRY": "0"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.mark.parametrize("path", ANSWERS)
def test_a_sample_is_answered_as_expected(sam: Invoke, path: str) -> None:
    answer = sam(path)
    assert agrees(answer, ANSWERS[path]), answer
