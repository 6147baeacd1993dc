"""Between HTTP and Lambda: the event that a request becomes, and the answer that a function's result becomes.

The formats are those of
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from infra.local.model import traces
from infra.local.model.credentials import ACCOUNT
from infra.local.model.messages import Request, Response
from infra.local.model.stack import DEFAULT, Route

TRACE = "x-amzn-trace-id"
TEXT_TYPES = {"application/json", "application/xml", "application/javascript"}
"""Beside text/*: a body of any other type is base64, as measured on AWS in
https://github.com/ministackorg/ministack/pull/766"""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True)
class Stage:
    """The stage of an API that a request came to."""

    name: str = DEFAULT
    variables: Mapping[str, str] = field(default_factory=dict)


def add_forwarding_headers(request: Request) -> Request:
    """The request with what API Gateway adds: where it came from, and its trace."""
    given = dict(request.headers)
    port = given.get("host", "").rpartition(":")[2]
    hops = [value for name, value in request.headers if name == "x-forwarded-for"]
    root = traces.root_of(given.get(TRACE, "")) or traces.new_root()
    added = {
        "x-forwarded-for": ", ".join([*hops, request.source_ip]),
        "x-forwarded-port": port if port.isdecimal() else "80",
        "x-forwarded-proto": "http",
        TRACE: f"Root={root}",
    }
    kept = [(name, value) for name, value in request.headers if name not in added]
    return replace(request, headers=[*kept, *added.items()])


def event(
    request: Request,
    route: Route,
    parameters: Mapping[str, str],
    authorizer: Mapping[str, Any] | None = None,
    stage: Stage | None = None,
) -> dict[str, Any]:
    """The function's event, in payload format 2.0.

    `authorizer` is what the route's has found out about the caller.
    """
    stage = stage or Stage()
    headers = {name: ",".join(values) for name, values in values_by_name(request.headers).items()}
    headers.pop("cookie", None)
    path, now = unquote(request.path), time.time()
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": headers.get("host", "localhost"),
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": route.key,
            "stage": stage.name,
            "time": format_time(now),
            "timeEpoch": int(now * 1000),
        },
    }
    if authorizer is not None:
        made["requestContext"]["authorizer"] = dict(authorizer)
    query = values_by_name(parse_qsl(request.query, keep_blank_values=True))
    there = {
        "queryStringParameters": {name: ",".join(values) for name, values in query.items()},
        "pathParameters": dict(parameters),
        "stageVariables": dict(stage.variables),
        "cookies": cookies(request),
    }
    return made | {name: value for name, value in there.items() if value} | event_body(request)


def values_by_name(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """The values of each name, in the order in which they came."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def cookies(request: Request) -> list[str]:
    given = [part.strip() for name, value in request.headers if name == "cookie" for part in value.split(";")]
    return [cookie for cookie in given if cookie]


def format_time(seconds: float) -> str:
    """A time as API Gateway writes it."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def event_body(request: Request) -> dict[str, Any]:
    """The event's body: text as it is, anything else in base64; nothing where there is none."""
    if not request.body:
        return {"isBase64Encoded": False}
    media_type = dict(request.headers).get("content-type", "").partition(";")[0].strip().lower()
    if media_type in TEXT_TYPES or media_type.startswith("text/"):
        try:
            return {"body": request.body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(request.body).decode(), "isBase64Encoded": True}


def response(result: Any, payload: str = "2.0") -> Response:
    """What the caller gets for a function's result; 500 where the result is not in the payload format.

    Format 2.0 infers an answer where there is no status.
    """
    try:
        if isinstance(result, Mapping) and "statusCode" in result:
            return _explicit_response(result, payload)
        if payload == "2.0":
            text = result if isinstance(result, str) else json.dumps(result)
            return Response(200, [("content-type", "application/json")], text.encode())
    except (ValueError, TypeError, AttributeError):
        pass
    return error_response(500, "Internal Server Error")


def _explicit_response(result: Mapping[str, Any], payload: str) -> Response:
    """Raises ValueError, TypeError or AttributeError for what is not in the format."""
    status = int(result["statusCode"])
    if not 200 <= status <= 599:
        raise ValueError(f"no status of an answer: {status}")
    text = result.get("body") or ""
    if not isinstance(text, str):
        raise TypeError("a body is text")
    raw = base64.b64decode(text) if result.get("isBase64Encoded") else text.encode()
    headers = [(_name(name), _header(value)) for name, value in (result.get("headers") or {}).items()]
    if payload == "1.0":
        many = {_name(name): values for name, values in (result.get("multiValueHeaders") or {}).items()}
        headers = [(name, value) for name, value in headers if name not in many]
        headers += [(name, _header(value)) for name, values in many.items() for value in values]
    else:
        headers += [("set-cookie", _header(cookie)) for cookie in result.get("cookies") or []]
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain; charset=utf-8"))
    return Response(status, headers, raw)


def _name(name: str) -> str:
    """Raises ValueError for what is no header's name (RFC 9110, section 5.6.2)."""
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"no header's name: {name!r}")
    return name.lower()


def _header(value: Any) -> str:
    """Raises ValueError or TypeError for what no header can hold."""
    if not isinstance(value, str | int | float):
        raise TypeError("a header is text, a number or a boolean")
    text = value if isinstance(value, str) else json.dumps(value)
    if any(character in text for character in "\r\n\0"):
        raise ValueError("a header is one line")
    return text


def error_response(status: int, text: str) -> Response:
    """An answer of API Gateway's own, where no function was asked or none answered."""
    return Response(status, [("content-type", "application/json")], json.dumps({"message": text}).encode())
