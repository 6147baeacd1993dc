"""Runs serverless-offline in another process, with the same handlers and the local run's backend as AWS.

serverless-offline has no tables, topics and queues. This module writes its configuration from the template.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import boto3

from infra.bench.local_run import local_run
from infra.bench.server_process import HOST, Server, free_port, serving
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import ROOT, InProcess
from infra.local.model.credentials import CREDENTIALS, REGION
from infra.local.model.stack import DEFAULT, EventSource, Function, Stack
from infra.shared.arns import service_of

NODE = ROOT / ".venv-offline"
PLUGINS = ["serverless-offline-sqs", "serverless-offline-dynamodb-streams", "serverless-offline"]


@dataclass(frozen=True)
class Settings:
    """Settings of serverless-offline's polling. None keeps the default."""

    batch_size: int | None = None
    """The batch size of queues, instead of the template's."""
    read_milliseconds: int | None = None
    """Milliseconds between two reads of a stream, instead of the plugin's default."""


@contextmanager
def offline(settings: Settings) -> Iterator[Server]:
    """Starts serverless-offline and waits until it answers. The server's URL is that of the HTTP API."""
    with local_run("--only-backend") as aws, tempfile.TemporaryDirectory() as folder:
        port = free_port()
        with patched_moto():
            stack = InProcess(endpoint=aws.url).stack
        stack.sources = {
            name: _with_arn_of_backend(source, aws.url) for name, source in stack.sources.items()
        }
        (Path(folder) / "serverless.json").write_text(json.dumps(service(stack, aws.url, port, settings)))
        for name in (*ROOT.joinpath("functions").iterdir(), NODE / "node_modules"):
            (Path(folder) / name.name).symlink_to(name)
        environment = {
            **CREDENTIALS,
            "PATH": f"{os.environ['PATH']}:{NODE}/bin",
            "HOME": folder,
            "VIRTUAL_ENV": sys.prefix,
            "SLS_TELEMETRY_DISABLED": "1",
            "SLS_NOTIFICATIONS_MODE": "off",
        }
        command = [str(NODE / "node_modules/.bin/serverless"), "offline", "start"]
        with serving(command, f"http://{HOST}:{port}", environment, folder, subprocess.DEVNULL) as process:
            yield Server(f"http://{HOST}:{port}", process)


def service(stack: Stack, aws_url: str, port: int, settings: Settings) -> dict[str, Any]:
    """The stack's functions with their triggers, in the configuration format of the Serverless Framework."""
    aws = {
        "endpoint": aws_url,
        "region": REGION,
        "accessKeyId": CREDENTIALS["AWS_ACCESS_KEY_ID"],
        "secretAccessKey": CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    }
    reads = {} if settings.read_milliseconds is None else {"readInterval": settings.read_milliseconds}
    ports = {"host": HOST, "httpPort": port, "lambdaPort": free_port()}
    return {
        "service": stack.name,
        "provider": {"name": "aws", "runtime": f"python3.{sys.version_info.minor}", "region": REGION},
        "plugins": PLUGINS,
        "custom": dict(zip(PLUGINS, (aws, aws | reads, ports), strict=True)),
        "functions": {
            name: {
                "handler": _handler(function),
                "timeout": function.timeout_seconds,
                "environment": dict(function.environment) | CREDENTIALS | {"AWS_ENDPOINT_URL": aws_url},
                "events": [
                    *(
                        {"httpApi": "*" if r.key == DEFAULT else r.key}
                        for r in stack.routes
                        if r.function == name
                    ),
                    *(_event(s, settings) for s in stack.sources.values() if s.function == name),
                ],
            }
            for name, function in stack.functions.items()
        },
    }


def _handler(function: Function) -> str:
    module, _, name = function.handler.rpartition(".")
    return f"{module.replace('.', '/')}.{name}"


def _event(source: EventSource, settings: Settings) -> dict[str, Any]:
    size = int(source.properties.get("BatchSize", 10))
    if service_of(source.arn) == "sqs":
        return {"sqs": {"arn": source.arn, "batchSize": settings.batch_size or size}}
    stream = {"type": "dynamodb", "arn": source.arn, "batchSize": size}
    return {"stream": stream | {"startingPosition": "TRIM_HORIZON"}}


def _with_arn_of_backend(source: EventSource, aws_url: str) -> EventSource:
    """The event source with the backend's ARN, because a stream's ARN contains the time of its creation."""
    if service_of(source.arn) == "sqs":
        return source
    table = boto3.client(
        "dynamodb",
        endpoint_url=aws_url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
    ).describe_table(TableName=source.arn.split("/")[1])["Table"]
    return replace(source, arn=table["LatestStreamArn"])
