"""Cold starts: each function of the template, compared with a bare function that makes the same clients.

Each start is a new Python process with the deployed bundle: ours is slimmed, the bare function's has boto3
unchanged. A function creates the client of each resource that its environment names. Lambda's own part of a
cold start is the same for both, so it is not measured.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.bench.bundle import add_packages, deployed, megabytes
from infra.bench.pairs import ratio
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.local.model.credentials import CREDENTIALS
from infra.local.model.stack import Function

GOAL, GOAL_OF_HTTP = 1.5, 2.0
CLIENTS = {
    "TABLE_NAME": "dynamodb",
    "LEDGER_TABLE_NAME": "dynamodb",
    "IDEMPOTENCY_TABLE_NAME": "dynamodb",
    "TOPIC_ARN": "sns",
    "CARRIER_SECRET_ID": "secretsmanager",
}
SCRIPT = """
import importlib, json, sys, time
began, modules, services = time.perf_counter(), set(sys.modules), json.loads(sys.argv[2])
importlib.import_module(sys.argv[1])
import boto3
for service in services:
    boto3.client(service)
print(json.dumps([time.perf_counter() - began, len(set(sys.modules) - modules)]))
"""


@dataclass(frozen=True)
class ColdStart:
    """A function's cold start: its time to the bare function's, the goal, and the modules and MB of both."""

    function: str
    seconds: float
    goal: float
    modules: tuple[int, int]
    bundle: tuple[float, float]


def cold_starts(times: int) -> Iterator[ColdStart]:
    with patched_moto():
        stack = InProcess().stack
    http = {route.function for route in stack.routes}
    with tempfile.TemporaryDirectory() as folder:
        ours, bare = Path(folder, "ours"), Path(folder, "bare")
        deployed(ours)
        add_packages(bare, "boto3")
        for name, function in stack.functions.items():
            yield _cold_start(function, GOAL_OF_HTTP if name in http else GOAL, ours, bare, times)


def _cold_start(function: Function, goal: float, ours: Path, bare: Path, times: int) -> ColdStart:
    module = function.handler.rpartition(".")[0]
    return ColdStart(
        function.logical_id,
        ratio(lambda: _start(ours, function, module)[0], lambda: _start(bare, function, "boto3")[0], times),
        goal,
        (_start(ours, function, module)[1], _start(bare, function, "boto3")[1]),
        (megabytes(ours), megabytes(bare)),
    )


def _start(bundle: Path, function: Function, module: str) -> tuple[float, int]:
    """The seconds until the module and the clients are loaded, and the number of loaded modules."""
    services = sorted({CLIENTS[name] for name in function.environment if name in CLIENTS})
    seconds, modules = fresh_python(bundle, function, SCRIPT, module, json.dumps(services))
    return seconds, modules


def fresh_python(bundle: Path, function: Function, script: str, *arguments: str) -> Any:
    """The JSON that a script prints in a new process with only the bundle and the function's environment."""
    # -S hides the packages of this virtual environment.
    command = [sys.executable, "-S", "-c", script, *arguments]
    environment = _environment(bundle, function)
    answer = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def _environment(bundle: Path, function: Function) -> Mapping[str, str]:
    own = {**CREDENTIALS, **function.environment, "PYTHONPATH": str(bundle)}
    return {"PATH": os.environ["PATH"], **own}
