"""Cold starts: each function of the template, beside a bare one that makes the same clients with boto3.

A client is counted where the function's environment names what it is for. A fresh Python each time; what
Lambda itself adds is the same for both, and not in it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto import mock_aws

from infra.bench.bundle import megabytes
from infra.bench.pairs import ratio
from infra.local.credentials import CREDENTIALS
from infra.local.in_process import InProcess
from infra.local.stack import Function

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
    """A function's start: ratios to the bare one, and the modules and megabytes of both."""

    function: str
    seconds: float
    modules: tuple[int, int]
    bundle: tuple[float, float]


def cold_starts(times: int) -> list[ColdStart]:
    with mock_aws():
        functions = InProcess().stack.functions
    return [_cold_start(function, times) for function in functions.values()]


def _cold_start(function: Function, times: int) -> ColdStart:
    module = function.handler.rpartition(".")[0]
    return ColdStart(
        function.logical_id,
        ratio(lambda: _start(function, module)[0], lambda: _start(function, "boto3")[0], times),
        (_start(function, module)[1], _start(function, "boto3")[1]),
        (megabytes(function.code), megabytes(None)),
    )


def _start(function: Function, module: str) -> tuple[float, int]:
    """Seconds until the module and the clients are there, and how many modules that loaded."""
    services = sorted({CLIENTS[name] for name in function.environment if name in CLIENTS})
    seconds, modules = fresh_python(function, SCRIPT, module, json.dumps(services))
    return seconds, modules


def fresh_python(function: Function, script: str, *arguments: str) -> Any:
    """The JSON that a script prints where the function's code and environment are."""
    command = [sys.executable, "-c", script, *arguments]
    answer = subprocess.run(command, env=_environment(function), check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def _environment(function: Function) -> Mapping[str, str]:
    own = {**CREDENTIALS, **function.environment, "PYTHONPATH": str(function.code)}
    return {"PATH": os.environ["PATH"], **own}
