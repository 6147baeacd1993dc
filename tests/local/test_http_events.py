"""Events and responses of an HTTP API, compared with an event that API Gateway created."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from infra.local.http import http_api, payloads
from infra.local.http.http_api import Stage
from infra.local.model.messages import Request
from infra.local.model.stack import Route

RECORDED = Path(__file__).parents[3] / "shared/recorded/http_api_event.json"
QUERY = "repeat=one&repeat=two&encoded=a%2Fb&plus=a+b&empty="
REQUEST = Request(
    "POST",
    "/capture/space%20value",
    QUERY,
    [
        ("host", "localhost:3000"),
        ("content-type", "application/json"),
        ("cookie", "session=abc; theme=dark"),
        ("cookie", "third=3"),
        ("x-probe", "first"),
        ("x-probe", "second"),
        ("user-agent", "curl/8.7.1"),
    ],
    b'{"a": "\xc3\xa4"}',
)
ROUTE = Route("ANY", "$default", "F")
ITEM = Route("GET", "/capture/{item}", "F", payload_format="1.0")
TRACE = re.compile(r"Root=1-[0-9a-f]{8}-[0-9a-f]{24}")


def event(request: Request = REQUEST, **changes: Any) -> dict[str, Any]:
    return http_api.event(http_api.add_forwarding_headers(request), ROUTE, {}, **changes)


def test_the_event_has_the_decoded_path_and_the_raw_query() -> None:
    made = event()
    assert (made["rawPath"], made["rawQueryString"]) == ("/capture/space value", QUERY)
    assert made["requestContext"]["http"]["path"] == "/capture/space value"


def test_repeated_parameters_and_headers_are_joined() -> None:
    made = event()
    assert made["queryStringParameters"] == {
        "repeat": "one,two",
        "encoded": "a/b",
        "plus": "a b",
        "empty": "",
    }
    assert made["headers"]["x-probe"] == "first,second"
    assert made["cookies"] == ["session=abc", "theme=dark", "third=3"]
    assert "cookie" not in made["headers"]


def test_forwarding_and_trace_headers_are_added() -> None:
    headers = event()["headers"]
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert (headers["x-forwarded-proto"], headers["x-forwarded-port"]) == ("http", "3000")
    assert TRACE.fullmatch(headers["x-amzn-trace-id"])


def test_the_callers_x_forwarded_for_and_trace_id_are_kept() -> None:
    root = "Root=1-5759e988-bd862e3fe1be46a994272793"
    given = [("x-forwarded-for", "192.0.2.1"), ("x-forwarded-proto", "gopher"), ("x-amzn-trace-id", root)]
    headers = event(Request("GET", "/", headers=given))["headers"]
    assert headers["x-forwarded-for"] == "192.0.2.1, 127.0.0.1"
    assert headers["x-forwarded-proto"] == "http"
    assert headers["x-amzn-trace-id"] == root


def test_the_event_has_the_stage_and_its_variables() -> None:
    made = event(stage=Stage("v1", {"table": "films"}))
    assert made["requestContext"]["stage"] == "v1"
    assert made["stageVariables"] == {"table": "films"}


def test_the_event_has_the_fields_of_a_recorded_event() -> None:
    """A program with typed structures recorded it, with null for each field that AWS omitted."""
    if not RECORDED.exists():
        pytest.skip(f"{RECORDED} is missing")
    recorded = json.loads(RECORDED.read_text())
    headers = [(k, v) for k, v in recorded["headers"].items() if not k.startswith(("x-forwarded", "x-amzn"))]
    headers.append(("cookie", "; ".join(recorded["cookies"])))
    source = recorded["requestContext"]["http"]["sourceIp"]
    raw_path = recorded["rawPath"].replace(" ", "%20")
    request = Request(
        "POST", raw_path, recorded["rawQueryString"], headers, recorded["body"].encode(), source
    )
    made = event(request)
    same = ("version", "routeKey", "rawPath", "rawQueryString", "cookies", "queryStringParameters", "body")
    assert {name: made[name] for name in same} == {name: recorded[name] for name in same}
    assert made["headers"].keys() == recorded["headers"].keys()
    assert made["requestContext"]["http"] == recorded["requestContext"]["http"]
    present = {name for name, value in recorded.items() if value is not None}
    assert made.keys() == present


@pytest.mark.parametrize(
    ("content_type", "encoded"),
    [
        ("application/json", False),
        ("Application/JSON; charset=utf-8", False),
        ("text/plain", False),
        ("application/x-www-form-urlencoded", True),
        ("application/json-patch+json", True),
        ("image/png", True),
        (None, True),
    ],
)
def test_a_body_of_another_media_type_is_base64(content_type: str | None, encoded: bool) -> None:
    """The cases were measured on AWS: https://github.com/ministackorg/ministack/pull/766"""
    headers = [("content-type", content_type)] if content_type else []
    made = event(Request("POST", "/", headers=headers, body=b"{}"))
    assert (made["body"], made["isBase64Encoded"]) == (("e30=", True) if encoded else ("{}", False))


def test_format_1_has_single_and_multiple_values() -> None:
    made = payloads.event(http_api.add_forwarding_headers(REQUEST), ITEM, {"item": "space value"})
    assert (made["version"], made["resource"], made["httpMethod"]) == ("1.0", "/capture/{item}", "POST")
    assert made["path"] == "/capture/space value"
    assert made["pathParameters"] == {"item": "space value"}
    assert made["headers"]["x-probe"] == "second"
    assert made["multiValueHeaders"]["x-probe"] == ["first", "second"]
    assert made["multiValueQueryStringParameters"]["repeat"] == ["one", "two"]
    assert made["multiValueHeaders"]["cookie"] == ["session=abc; theme=dark", "third=3"]
    assert made["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"


def test_format_1_has_null_for_missing_values() -> None:
    made = payloads.event(Request("GET", "/capture/1"), ITEM, {})
    absent = ("queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables")
    assert [made[name] for name in (*absent, "body")] == [None] * 5


# ---------------------------------------------------------------- responses


@pytest.mark.parametrize(
    ("result", "body"), [("hello", b"hello"), ({"a": 1}, b'{"a": 1}'), ([1], b"[1]"), (None, b"null")]
)
def test_format_2_infers_a_response_and_format_1_does_not(result: Any, body: bytes) -> None:
    inferred = http_api.response(result)
    assert (inferred.status, inferred.body) == (200, body)
    assert http_api.response(result, "1.0").status == 500


def test_format_1_has_multi_value_headers_and_format_2_has_cookies() -> None:
    result = {
        "statusCode": 201,
        "headers": {"X-A": "1", "x-b": "1"},
        "multiValueHeaders": {"X-A": ["2", "3"]},
        "cookies": ["c=1"],
        "body": "",
    }
    plain = ("content-type", "text/plain; charset=utf-8")
    assert http_api.response(result, "1.0").headers == [("x-b", "1"), ("x-a", "2"), ("x-a", "3"), plain]
    assert http_api.response(result).headers == [("x-a", "1"), ("x-b", "1"), ("set-cookie", "c=1"), plain]


def test_a_base64_body_is_decoded() -> None:
    assert http_api.response({"statusCode": "200", "body": "/w==", "isBase64Encoded": True}).body == b"\xff"


@pytest.mark.parametrize(
    "wrong",
    [
        {"statusCode": "two hundred"},
        {"statusCode": 9999},
        {"statusCode": None},
        {"statusCode": 101},
        {"body": "\ud800"},
        {"headers": {"x a\r\n": "1"}},
        {"body": {"not": "text"}},
        {"body": "not base64", "isBase64Encoded": True},
        {"headers": {"x-a": ["1"]}},
        {"headers": {"x-a": "1\r\nset-cookie: b=2"}},
        {"headers": "none"},
        {"cookies": [1, None]},
    ],
)
def test_a_malformed_result_becomes_a_response_500(wrong: dict[str, Any]) -> None:
    response = http_api.response({"statusCode": 200} | wrong)
    assert (response.status, json.loads(response.body)) == (500, {"message": "Internal Server Error"})
