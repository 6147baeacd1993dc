"""Converts HTTP requests to events in payload format 2.0, and results of functions to HTTP responses.

The formats are documented in
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import base64
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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
"""Media types, beside text/*, whose bodies are text. Other bodies are base64, as measured on AWS in
https://github.com/ministackorg/ministack/pull/766"""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True)
class Stage:
    """The stage of an API that a request is for."""

    name: str = DEFAULT
    variables: Mapping[str, str] = field(default_factory=dict)


def add_forwarding_headers(request: Request) -> Request:
    """The request with the headers that API Gateway adds: x-forwarded-* and the trace header."""
    headers = dict(request.headers)
    port = headers.get("host", "").rpartition(":")[2]
    hops = [value for name, value in request.headers if name == "x-forwarded-for"]
    root = traces.root_of(headers.get(TRACE, "")) or traces.new_root()
    added = {
        "x-forwarded-for": ", ".join([*hops, request.source_ip]),
        "x-forwarded-port": port if port.isdecimal() else "80",
        "x-forwarded-proto": "http",
        TRACE: f"Root={root}",
    }
    kept = [(name, value) for name, value in request.headers if name not in added]
    return request._replace(headers=[*kept, *added.items()])


def event(
    request: Request,
    route: Route,
    parameters: Mapping[str, str],
    authorizer: Mapping[str, Any] | None = None,
    stage: Stage | None = None,
) -> dict[str, Any]:
    """The event of a request, in payload format 2.0. `authorizer` is the authorizer's part of the context."""
    stage = stage or Stage()
    headers = {name: ",".join(values) for name, values in values_by_name(request.headers).items()}
    headers.pop("cookie", None)
    query = values_by_name(parse_qsl(request.query, keep_blank_values=True))
    optional = {
        "queryStringParameters": {name: ",".join(values) for name, values in query.items()},
        "pathParameters": dict(parameters),
        "stageVariables": dict(stage.variables),
        "cookies": cookies(request),
    }
    return {
        "version": "2.0",
        "routeKey": route.key,
        "rawPath": unquote(request.path),
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": _context(request, route, stage, headers)
        | ({} if authorizer is None else {"authorizer": dict(authorizer)}),
        **{name: value for name, value in optional.items() if value},
        **event_body(request),
    }


def _context(request: Request, route: Route, stage: Stage, headers: Mapping[str, str]) -> dict[str, Any]:
    now = time.time()
    return {
        "accountId": ACCOUNT,
        "apiId": "local",
        "domainName": headers.get("host", "localhost"),
        "domainPrefix": "local",
        "http": {
            "method": request.method,
            "path": unquote(request.path),
            "protocol": "HTTP/1.1",
            "sourceIp": request.source_ip,
            "userAgent": headers.get("user-agent", ""),
        },
        "requestId": str(uuid4()),
        "routeKey": route.key,
        "stage": stage.name,
        "time": format_time(now),
        "timeEpoch": int(now * 1000),
    }


def values_by_name(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """The values of each name, in their order."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def cookies(request: Request) -> list[str]:
    """The cookies of a request, as `name=value`."""
    parts = [part.strip() for name, value in request.headers if name == "cookie" for part in value.split(";")]
    return [cookie for cookie in parts if cookie]


def format_time(seconds: float) -> str:
    """A time in the format of API Gateway's request context."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


def event_body(request: Request) -> dict[str, Any]:
    """The body fields of an event: text bodies unchanged, other bodies in base64."""
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
    """The HTTP response for a function's result; 500 if the result does not have the payload format.

    In format 2.0, a result without a status code becomes the body of a response 200.
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
    """The response that a result with a status code describes.

    Raises ValueError, TypeError or AttributeError if the result does not have the format.
    """
    status = int(result["statusCode"])
    if not 200 <= status <= 599:
        raise ValueError(f"not the status of a response: {status}")
    text = result.get("body") or ""
    if not isinstance(text, str):
        raise TypeError("a body must be text")
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
    """The header name in lower case. Raises ValueError if it is not a token (RFC 9110, section 5.6.2)."""
    if not _TOKEN.fullmatch(name):
        raise ValueError(f"not the name of a header: {name!r}")
    return name.lower()


def _header(value: Any) -> str:
    """The value of a header, as text. Raises ValueError or TypeError for an invalid value."""
    if not isinstance(value, str | int | float):
        raise TypeError("a header must be text, a number or a boolean")
    text = value if isinstance(value, str) else json.dumps(value)
    if any(character in text for character in "\r\n\0"):
        raise ValueError("a header must be one line")
    return text


def error_response(status: int, text: str) -> Response:
    """A response of API Gateway itself, such as 404, or 500 after a failed invocation."""
    return Response(status, [("content-type", "application/json")], json.dumps({"message": text}).encode())
