"""Function URLs over HTTP, as their callers meet them."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from email.message import Message
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest

from tests.local.conftest import Run, running

ECHO = "order-choreography-Echo"
ORIGIN = "https://films.example"
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, CodeUri: ., Handler: echo.handler, Timeout: 20}}
Resources:
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      FunctionUrlConfig:
        AuthType: NONE
        Cors: {AllowOrigins: ["https://films.example"], AllowMethods: [GET]}
  Api:
    Type: AWS::Serverless::Function
    Properties: {Events: {All: {Type: HttpApi}}}
Outputs:
  Address: {Value: !GetAtt EchoUrl.FunctionUrl}
"""
CODE = """
def handler(event, context):
    if event["rawPath"] == "/fails":
        raise ValueError("no")
    return event
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("urls")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "echo.py").write_text(CODE)
    with running("--template", str(folder / "template.yaml")) as started:
        yield started


class Told(NamedTuple):
    """An answer, read to its end."""

    status: int
    headers: Message
    body: bytes


def ask(run: Run, method: str, path: str, **headers: str) -> Told:
    with closing(http.client.HTTPConnection(urlsplit(run.url).netloc, timeout=30)) as connection:
        connection.request(method, f"/_urls/{path}", headers=headers)
        answer = connection.getresponse()
        return Told(answer.status, answer.headers, answer.read())


def event(run: Run, path: str) -> Any:
    return json.loads(ask(run, "GET", ECHO + path).body)


def test_the_event_has_the_path_below_the_address(run: Run) -> None:
    given = event(run, "/films/7?year=1977")
    assert (given["rawPath"], given["rawQueryString"]) == ("/films/7", "year=1977")
    assert (given["version"], given["routeKey"]) == ("2.0", "$default")
    context = given["requestContext"]
    assert (context["accountId"], context["stage"]) == ("anonymous", "$default")


def test_an_address_without_a_path_is_the_root(run: Run) -> None:
    assert event(run, "")["rawPath"] == event(run, "/")["rawPath"] == "/"


def test_a_function_that_raises_is_a_bad_gateway(run: Run) -> None:
    assert ask(run, "GET", f"{ECHO}/fails").status == 502


def test_cors_is_answered_by_the_address(run: Run) -> None:
    asked = ask(run, "OPTIONS", f"{ECHO}/", Origin=ORIGIN, **{"Access-Control-Request-Method": "GET"})
    assert (asked.status, asked.headers["access-control-allow-methods"]) == (204, "GET")
    assert ask(run, "GET", f"{ECHO}/", Origin=ORIGIN).headers["access-control-allow-origin"] == ORIGIN


def test_an_unknown_address_is_not_found(run: Run) -> None:
    assert ask(run, "GET", "nothing/").status == 404
