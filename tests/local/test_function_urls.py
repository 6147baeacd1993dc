"""Function URLs over HTTP, from the side of the caller."""

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


class Response(NamedTuple):
    """A response with its body."""

    status: int
    headers: Message
    body: bytes


def send(run: Run, method: str, path: str, **headers: str) -> Response:
    with closing(http.client.HTTPConnection(urlsplit(run.url).netloc, timeout=30)) as connection:
        connection.request(method, f"/_urls/{path}", headers=headers)
        response = connection.getresponse()
        return Response(response.status, response.headers, response.read())


def event(run: Run, path: str) -> Any:
    return json.loads(send(run, "GET", ECHO + path).body)


def test_the_event_has_the_path_below_the_function_url(run: Run) -> None:
    received = event(run, "/films/7?year=1977")
    assert (received["rawPath"], received["rawQueryString"]) == ("/films/7", "year=1977")
    assert (received["version"], received["routeKey"]) == ("2.0", "$default")
    context = received["requestContext"]
    assert (context["accountId"], context["stage"]) == ("anonymous", "$default")


def test_a_function_url_without_a_path_is_the_root(run: Run) -> None:
    assert event(run, "")["rawPath"] == event(run, "/")["rawPath"] == "/"


def test_a_function_that_raises_gives_status_502(run: Run) -> None:
    assert send(run, "GET", f"{ECHO}/fails").status == 502


def test_the_function_url_answers_cors_requests(run: Run) -> None:
    preflight = send(run, "OPTIONS", f"{ECHO}/", Origin=ORIGIN, **{"Access-Control-Request-Method": "GET"})
    assert (preflight.status, preflight.headers["access-control-allow-methods"]) == (204, "GET")
    assert send(run, "GET", f"{ECHO}/", Origin=ORIGIN).headers["access-control-allow-origin"] == ORIGIN


def test_an_unknown_function_url_gives_status_404(run: Run) -> None:
    assert send(run, "GET", "nothing/").status == 404
