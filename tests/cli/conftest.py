"""Fixtures that call `choreo` against a local run, or against a stack in this process."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from infra.cli.deployed import Deployed
from infra.cli.main import main
from tests.local.conftest import Run, run
from tests.world import World

__all__ = ["run"]

REGION = "eu-west-1"
VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_DEFAULT_PROFILE",
    "AWS_DEFAULT_REGION",
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_SECRET_ACCESS_KEY",
    "CHOREO_TOKEN",
)


@dataclass(frozen=True)
class Result:
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str


Choreo = Callable[..., Result]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without variables for AWS and without a token."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


@pytest.fixture
def call_choreo(capsys: pytest.CaptureFixture[str]) -> Choreo:
    """Calls `choreo` with these arguments."""

    def call(*arguments: str) -> Result:
        try:
            code = main(list(arguments))
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Result(code, *capsys.readouterr())

    return call


@pytest.fixture
def choreo(run: Run, bare: pytest.MonkeyPatch, call_choreo: Choreo) -> Choreo:
    """Calls `choreo` against the local run."""
    bare.setenv("AWS_ENDPOINT_URL", run.url)
    return call_choreo


@pytest.fixture
def deployed(world: World) -> Deployed:
    """The stack of the simulated world, as CloudFormation describes a stack."""
    stack = world.stack
    resources = {
        "AWS::DynamoDB::Table": stack.tables,
        "AWS::SecretsManager::Secret": stack.secrets,
        "AWS::SNS::Subscription": stack.subscriptions,
        "AWS::SNS::Topic": stack.topics,
        "AWS::SQS::Queue": stack.queues,
    }
    return Deployed(stack.name, REGION, stack.outputs, resources, boto3.Session("a", "b"), None)


def options(**given: Any) -> argparse.Namespace:
    """The parsed arguments of a command."""
    return argparse.Namespace(**{"json": False, **given})
