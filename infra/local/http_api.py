"""An HTTP API's side of Lambda: routes, payload format 2.0, and what becomes of a function's answer."""

import base64
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from infra.local.credentials import ACCOUNT
from infra.local.stack import Route


@dataclass(frozen=True)
class Request:
    """An HTTP request as it came; header names in lower case, repeated ones in `headers` again."""

    method: str
    path: str
    query: str = ""
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""
    source_ip: str = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def find_route(routes: Sequence[Route], method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """The most specific route that fits, and its path parameters."""
    fitting = [
        (route, parameters)
        for route in routes
        if route.method in (method, "ANY", "X-AMAZON-APIGATEWAY-ANY-METHOD")
        and (parameters := _parameters(route.path, path)) is not None
    ]
    return min(fitting, key=lambda found: len(found[1]), default=None)


def _parameters(pattern: str, path: str) -> dict[str, str] | None:
    parameters = {}
    expected, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    if len(expected) != len(given):
        return None
    for name, value in zip(expected, given, strict=True):
        if name.startswith("{"):
            if not value:
                return None
            parameters[name.strip("{}")] = unquote(value)
        elif name != value:
            return None
    return parameters


def event(
    request: Request,
    route: Route,
    parameters: Mapping[str, str],
    authorizer: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The function's event, in payload format 2.0 (API Gateway developer guide, HTTP APIs with Lambda).

    `authorizer` is what the route's has found out about the caller.
    """
    headers: dict[str, str] = {}
    for name, value in request.headers:
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    cookies = headers.pop("cookie", "").split("; ") if "cookie" in headers else None
    now = time.time()
    made: dict[str, Any] = {
        "version": "2.0",
        "routeKey": f"{route.method} {route.path}",
        "rawPath": request.path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": ACCOUNT,
            "apiId": "local",
            "domainName": headers.get("host", "localhost"),
            "domainPrefix": "local",
            "http": {
                "method": request.method,
                "path": request.path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.source_ip,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid4()),
            "routeKey": f"{route.method} {route.path}",
            "stage": "$default",
            "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now * 1000),
        },
    }
    if authorizer is not None:
        made["requestContext"]["authorizer"] = dict(authorizer)
    query: dict[str, str] = {}
    for name, value in parse_qsl(request.query, keep_blank_values=True):
        query[name] = f"{query[name]},{value}" if name in query else value
    if query:
        made["queryStringParameters"] = query
    if parameters:
        made["pathParameters"] = dict(parameters)
    if cookies:
        made["cookies"] = cookies
    return made | _body(request.body, headers.get("content-type", ""))


def _body(body: bytes, content_type: str) -> dict[str, Any]:
    if not body:
        return {"isBase64Encoded": False}
    # API Gateway hands text over as it is, anything else in base64.
    if content_type.startswith(("text/", "application/json", "application/xml", "application/javascript")):
        try:
            return {"body": body.decode(), "isBase64Encoded": False}
        except UnicodeDecodeError:
            pass
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def answer(result: Any) -> Answer:
    """What the caller gets for a function's result; format 2.0 infers an answer where there is no status."""
    if not isinstance(result, Mapping) or "statusCode" not in result:
        body = result if isinstance(result, str) else json.dumps(result)
        return Answer(200, [("content-type", "application/json")], body.encode())
    body = result.get("body") or ""
    raw = base64.b64decode(body) if result.get("isBase64Encoded") else str(body).encode()
    headers = [(name.lower(), str(value)) for name, value in (result.get("headers") or {}).items()]
    headers += [("set-cookie", cookie) for cookie in result.get("cookies") or []]
    if not any(name == "content-type" for name, _ in headers):
        headers.append(("content-type", "text/plain; charset=utf-8"))
    return Answer(int(result["statusCode"]), headers, raw)


def message(status: int, text: str) -> Answer:
    """An answer of API Gateway's own, where no function was asked or none answered."""
    return Answer(status, [("content-type", "application/json")], json.dumps({"message": text}).encode())
