"""A function that times out or fails ends as on Lambda, and answers the next call."""

import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.conftest import Run, eventually, running

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Slow:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: slow.handler
      CodeUri: .
      Timeout: 1
      Environment: {Variables: {GREETING: hello}}
      Events:
        Sleep: {Type: HttpApi, Properties: {Method: GET, Path: /sleep}}
        Alarm: {Type: HttpApi, Properties: {Method: GET, Path: /alarm}}
        Fail: {Type: HttpApi, Properties: {Method: GET, Path: /fail}}
        Tell: {Type: HttpApi, Properties: {Method: GET, Path: /tell}}
"""
HANDLER = """
import os, signal, time

def handler(event, context):
    if event["rawPath"] == "/alarm":  # as libraries do that have their own timeouts
        signal.signal(signal.SIGALRM, signal.SIG_IGN)
    if event["rawPath"] in ("/sleep", "/alarm"):
        time.sleep(60)
    if event["rawPath"] == "/fail":
        raise ValueError("broken")
    left = context.get_remaining_time_in_millis()
    return {"said": os.environ["GREETING"], "in_time": 0 < left <= 1000, "name": context.function_name}
"""


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder: Path = tmp_path_factory.mktemp("slow")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "slow.py").write_text(HANDLER)
    with running("run", "--template", str(folder / "template.yaml")) as run:
        yield run


def status(run: Run, path: str) -> int:
    with pytest.raises(urllib.error.HTTPError) as refused:
        run.call("GET", path)
    return refused.value.code


def test_a_function_has_its_variables_and_its_context(slow: Run) -> None:
    assert slow.call("GET", "/tell") == {
        "said": "hello",
        "in_time": True,
        "name": "order-choreography-Slow",
    }


@pytest.mark.parametrize("path", ["/sleep", "/alarm", "/fail"])
def test_the_next_call_succeeds_after_a_timeout_or_an_error(slow: Run, path: str) -> None:
    assert status(slow, path) == 500
    assert eventually(lambda: slow.call("GET", "/tell")["said"], lambda said: said == "hello")
