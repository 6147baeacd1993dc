"""An HTTP API over HTTP: routes, stages, CORS, payload formats and timeouts, as its callers meet them."""

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

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
        ExposeHeaders: [x-told]
        MaxAge: 600
        AllowCredentials: true
  Staged:
    Type: AWS::Serverless::HttpApi
    Properties: {StageName: v1, StageVariables: {table: films}}
  Echo:
    Type: AWS::Serverless::Function
    Properties:
      Events:
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
    headers = {"content-type": "application/json", "x-told": "yes", "access-control-allow-origin": "everyone"}
    return {"statusCode": 200, "headers": headers, "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """A template with two HTTP APIs, and a guest whose `$default` route takes what they leave."""
    folder: Path = tmp_path_factory.mktemp("echo")
    for name, text in {"template.yaml": TEMPLATE, "default.yaml": WITH_DEFAULT, "echo.py": ECHO}.items():
        (folder / name).write_text(text)
    with (
        running("run", "--template", str(folder / "template.yaml")) as started,
        choreo(started, "join", str(folder / "default.yaml"), "--name", "guest") as guest,
    ):
        wait_for(guest.stdout, "Running")
        yield started


def ask(run: Run, method: str, path: str, **headers: str) -> tuple[int, dict[str, str], Any]:
    """Status, headers, and the event that the function got."""
    connection = http.client.HTTPConnection(urlsplit(run.url).netloc)
    connection.request(
        method, path, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    told = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, told, json.loads(body) if body else None


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
def test_a_request_takes_the_most_specific_route_of_all_apis(
    run: Run, method: str, path: str, key: str, parameters: dict[str, str] | None
) -> None:
    _, _, event = ask(run, method, path)
    assert event["routeKey"] == event["requestContext"]["routeKey"] == key
    assert event.get("pathParameters") == parameters


def test_a_stage_is_in_the_path_and_in_the_event(run: Run) -> None:
    _, _, event = ask(run, "GET", "/v1/films/1")
    assert (event["rawPath"], event["requestContext"]["stage"]) == ("/v1/films/1", "v1")
    assert event["stageVariables"] == {"table": "films"}


def test_a_head_request_has_the_headers_and_no_body(run: Run) -> None:
    status, headers, body = ask(run, "HEAD", "/any")
    assert (status, headers["x-told"], body) == (200, "yes", None)


def test_a_route_may_ask_for_payload_format_1(run: Run) -> None:
    _, _, event = ask(run, "GET", "/one?a=1&a=2")
    assert (event["version"], event["multiValueQueryStringParameters"]) == ("1.0", {"a": ["1", "2"]})


def test_the_trace_of_a_request_is_the_functions(run: Run) -> None:
    root = "Root=1-5759e988-bd862e3fe1be46a994272793"
    _, _, event = ask(run, "GET", "/any", x_amzn_trace_id=root)
    assert event["headers"]["x-amzn-trace-id"] == root


def test_an_integration_that_takes_too_long_is_answered_503(run: Run) -> None:
    assert ask(run, "GET", "/v1/slow")[::2] == (503, {"message": "Service Unavailable"})


def test_a_request_of_over_10_mb_is_answered_413(run: Run) -> None:
    connection = http.client.HTTPConnection(urlsplit(run.url).netloc)
    connection.request("PUT", "/any", b" " * (10 * 1024 * 1024 + 1))
    answer = connection.getresponse()
    assert (answer.status, json.load(answer)) == (413, {"message": "Request Entity Too Large"})
    connection.close()


PREFLIGHT = {"origin": ORIGIN, "access_control_request_method": "PUT"}


def test_the_api_answers_a_preflight_request(run: Run) -> None:
    status, headers, body = ask(run, "OPTIONS", "/items/1", **PREFLIGHT)
    assert (status, body) == (204, None)
    assert {name: value for name, value in headers.items() if name.startswith("access-control-")} == {
        "access-control-allow-origin": ORIGIN,
        "access-control-allow-methods": "GET,PUT",
        "access-control-allow-headers": "authorization,x-film",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "x-told",
        "access-control-max-age": "600",
    }


def test_a_route_that_takes_options_gets_the_preflight_request(run: Run) -> None:
    """Such as ANY: its authorizer would refuse it, too (HTTP API developer guide, CORS with $default)."""
    status, headers, event = ask(run, "OPTIONS", "/any", **PREFLIGHT)
    assert (status, event["routeKey"]) == (200, "ANY /any")
    assert headers["access-control-allow-methods"] == "GET,PUT"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(ORIGIN, ORIGIN), ("http://any.example", "http://any.example"), ("https://other.example", None)],
)
def test_an_answer_has_the_apis_cors_headers_in_place_of_the_functions(
    run: Run, origin: str, allowed: str | None
) -> None:
    assert ask(run, "GET", "/items/1", origin=origin)[1].get("access-control-allow-origin") == allowed


def test_without_an_origin_there_are_no_cors_headers(run: Run) -> None:
    _, headers, _ = ask(run, "GET", "/items/1")
    assert [name for name in headers if name.startswith("access-control-")] == []


def test_an_api_without_cors_leaves_the_functions_headers(run: Run) -> None:
    _, headers, _ = ask(run, "GET", "/v1/films/1", origin=ORIGIN)
    assert headers["access-control-allow-origin"] == "everyone"
