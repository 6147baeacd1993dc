"""Invokes every sample with the real `sam local invoke` against a local backend: its answer and its effect.

The samples run in the order of answers.json: the first one places the order that the others use.
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

import boto3
import pytest

from infra.local.model.credentials import REGION
from infra.samples.effects import Effect, Found, added, contents
from infra.samples.files import function_of
from infra.shared.root import ROOT
from tests.contracts.test_samples import ANSWERS, EVENTS, agrees
from tests.local.conftest import running

pytestmark = pytest.mark.engine

SAM = ROOT / ".venv-sam" / "bin" / "sam"
Invoke = Callable[[str], tuple[Any, Effect]]


@pytest.fixture(scope="module")
def sam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Invoke]:
    """Invokes a sample's function in a container. Returns its answer and its effect."""
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True).returncode:
        pytest.skip("no Docker engine answers")
    if not SAM.exists() or not (ROOT / ".aws-sam" / "build").exists():
        pytest.skip("run `make sam-build` first")
    with running("run", "--only-backend", "--host", "0.0.0.0") as run:
        variables = tmp_path_factory.mktemp("sam") / "env.json"
        port = urlsplit(run.url).port
        variables.write_text((EVENTS / "env.json").read_text().replace(":3000", f":{port}"))
        endpoint = f"http://127.0.0.1:{port}"

        def answer_and_effect(path: str) -> tuple[Any, Effect]:
            before = stored(endpoint)
            answer = invoke(path, variables, endpoint)
            return answer, added(before, stored(endpoint))

        yield answer_and_effect


def stored(endpoint: str) -> Found:
    """Return the contents of the backend's tables and queues."""
    session = boto3.Session("local", "local", region_name=REGION)
    dynamodb, sqs = (
        session.client("dynamodb", endpoint_url=endpoint),
        session.client("sqs", endpoint_url=endpoint),
    )
    tables = {name.rpartition("-")[2]: name for name in dynamodb.list_tables()["TableNames"]}
    queues = {url.rpartition("-")[2]: url for url in sqs.list_queues()["QueueUrls"]}
    return contents(dynamodb, sqs, tables, queues)


def invoke(path: str, variables: Path, endpoint: str) -> Any:
    """Run `sam local invoke`. The SAM CLI asks STS for the account id, and the local run answers."""
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
def test_a_sample_is_answered_as_expected_and_has_its_effect(sam: Invoke, path: str) -> None:
    answer, effect = sam(path)
    assert agrees(answer, ANSWERS[path]["answer"]), answer
    assert effect == ANSWERS[path]["effect"]
