"""HTTP APIs over HTTP: routes, stages, CORS, payload formats and timeouts, from the side of the caller."""

import asyncio
import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from infra.local.http.gateway import Gateway
from infra.local.model.messages import Request
from infra.local.reporting.journal import Journal
from infra.local.runtime.environments import Environments
from tests.local.conftest import Run, running
from tests.local.test_joined_stacks import choreo, wait_for

ORIGIN = "https://films.example"
TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Runtime: python3.13, CodeUri: ., Handler: echo.handler, Timeout: 20}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      CorsConfiguration:
        AllowOrigins: ["https://films.example", "http://*"]
        AllowMethods: [GET, PUT]
        AllowHeaders: [authorization, x-film]
        ExposeHeaders: [x-echo]
        MaxAge: 600
        AllowCredentials: true
  Staged:
    Type: AWS::Serverless::HttpApi
    Properties: {StageName: v1, StageVariables: {table: films}}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Root: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /, Method: get}}
        Any: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: /any, Method: any}}
        Item: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: "/items/{id}", Method: get}}
        Files: {Type: HttpApi, Properties: {ApiId: !Ref Api, Path: "/files/{proxy+}", Method: get}}
        One:
          Type: HttpApi
          Properties: {ApiId: !Ref Api, Path: /one, Method: get, PayloadFormatVersion: "1.0"}
        Slow:
          Type: HttpApi
          Properties: {ApiId: !Ref Staged, Path: /slow, Method: get, TimeoutInMillis: 100}
        Staged: {Type: HttpApi, Properties: {ApiId: !Ref Staged, Path: "/films/{id}", Method: get}}
"""
WITH_DEFAULT = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Echo:
    Type: AWS::Serverless::Function
    Properties: {Runtime: python3.13, CodeUri: ., Handler: echo.handler, Events: {All: {Type: HttpApi}}}
"""
ECHO = """
import json, time
def handler(event, context):
    if event.get("rawPath", "").endswith("slow"):
        time.sleep(1)
    headers = {"content-type": "application/json", "x-echo": "yes", "access-control-allow-origin": "everyone"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A stack with two HTTP APIs, and a second stack whose `$default` route gets all other requests."""
    folder: Path = tmp_path_factory.mktemp("echo")
    for name, text in {"template.yaml": TEMPLATE, "default.yaml": WITH_DEFAULT, "echo.py": ECHO}.items():
        (folder / name).write_text(text)
    with (
        running("run", "--template", str(folder / "template.yaml")) as started,
        choreo(started, "join", str(folder / "default.yaml"), "--name", "guest") as guest,
    ):
        wait_for(guest.stdout, "Running")
        yield started


def send(run: Run, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], Any]:
    """The status, the headers, and the event, which the function returns as the body."""
    connection = http.client.HTTPConnection(urlsplit(run.url).netloc)
    connection.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    response = connection.getresponse()
    body = response.read()
    connection.close()
    response_headers = {name.lower(): value for name, value in response.getheaders()}
    return response.status, response_headers, json.loads(body) if body else None


@pytest.mark.parametrize(
    ("method", "path", "key", "parameters"),
    [
        ("PATCH", "/any", "ANY /any", None),
        ("GET", "/items/a%20b", "GET /items/{id}", {"id": "a b"}),
        ("GET", "/files/a/b/c.txt", "GET /files/{proxy+}", {"proxy": "a/b/c.txt"}),
        ("POST", "/files/a", "$default", None),
        ("DELETE", "/", "$default", None),
        ("GET", "/v1/films/1", "GET /films/{id}", {"id": "1"}),
        ("GET", "/films/1", "$default", None),
    ],
)
def test_the_most_specific_route_of_all_apis_gets_a_request(
    run: Run, method: str, path: str, key: str, parameters: dict[str, str] | None
) -> None:
    _, _, event = send(run, method, path)
    assert event["routeKey"] == event["requestContext"]["routeKey"] == key
    assert event.get("pathParameters") == parameters


def test_a_browser_gets_the_root_of_an_api_that_has_a_route_for_it(run: Run) -> None:
    status, _, event = send(run, "GET", "/", accept="text/html,*/*;q=0.8")
    assert (status, event["routeKey"]) == (200, "GET /")


def test_a_request_without_a_route_gets_the_answer_of_api_gateway() -> None:
    gateway = Gateway({}, Environments(), Journal())
    response = asyncio.run(gateway.handle(Request("GET", "/films")))
    assert (response.status, json.loads(response.body)) == (404, {"message": "Not Found"})


def test_the_path_and_the_event_have_the_stage(run: Run) -> None:
    _, _, event = send(run, "GET", "/v1/films/1")
    assert (event["rawPath"], event["requestContext"]["stage"]) == ("/v1/films/1", "v1")
    assert event["stageVariables"] == {"table": "films"}


def test_the_response_to_a_head_request_has_no_body(run: Run) -> None:
    status, headers, body = send(run, "HEAD", "/any")
    assert (status, headers["x-echo"], body) == (200, "yes", None)


def test_a_route_can_use_payload_format_1(run: Run) -> None:
    _, _, event = send(run, "GET", "/one?a=1&a=2")
    assert (event["version"], event["multiValueQueryStringParameters"]) == ("1.0", {"a": ["1", "2"]})


def test_the_event_has_the_trace_header_of_the_request(run: Run) -> None:
    root = "Root=1-5759e988-bd862e3fe1be46a994272793"
    _, _, event = send(run, "GET", "/any", x_amzn_trace_id=root)
    assert event["headers"]["x-amzn-trace-id"] == root


def test_an_integration_timeout_gives_status_503(run: Run) -> None:
    assert send(run, "GET", "/v1/slow")[::2] == (503, {"message": "Service Unavailable"})


def test_a_request_over_10_mb_gives_status_413(run: Run) -> None:
    connection = http.client.HTTPConnection(urlsplit(run.url).netloc)
    connection.request("PUT", "/any", b" " * (10 * 1024 * 1024 + 1))
    response = connection.getresponse()
    assert (response.status, json.load(response)) == (413, {"message": "Request Entity Too Large"})
    connection.close()


PREFLIGHT = {"origin": ORIGIN, "access_control_request_method": "PUT"}


def test_the_api_answers_a_preflight_request(run: Run) -> None:
    status, headers, body = send(run, "OPTIONS", "/items/1", **PREFLIGHT)
    assert (status, body) == (204, None)
    assert {name: value for name, value in headers.items() if name.startswith("access-control-")} == {
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-methods": "GET,PUT",
        "access-control-allow-headers": "authorization,x-film",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "x-echo",
        "access-control-max-age": "600",
    }


def test_a_route_with_the_method_options_gets_the_preflight_request(run: Run) -> None:
    """ANY includes OPTIONS (HTTP API developer guide, CORS with $default)."""
    status, headers, event = send(run, "OPTIONS", "/any", **PREFLIGHT)
    assert (status, event["routeKey"]) == (200, "ANY /any")
    assert headers["access-control-allow-methods"] == "GET,PUT"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(ORIGIN, ORIGIN), ("http://any.example", "http://any.example"), ("https://other.example", None)],
)
def test_the_apis_cors_headers_replace_those_of_the_function(
    run: Run, origin: str, allowed: str | None
) -> None:
    assert send(run, "GET", "/items/1", origin=origin)[1].get("access-control-allow-origin") == allowed


def test_a_response_to_a_request_without_an_origin_has_no_cors_headers(run: Run) -> None:
    _, headers, _ = send(run, "GET", "/items/1")
    assert [name for name in headers if name.startswith("access-control-")] == []


def test_an_api_without_cors_keeps_the_functions_headers(run: Run) -> None:
    _, headers, _ = send(run, "GET", "/v1/films/1", origin=ORIGIN)
    assert headers["access-control-allow-origin"] == "everyone"
