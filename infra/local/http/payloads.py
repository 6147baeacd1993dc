"""The event of a request in the payload format of its route: 1.0, or 2.0, which `http_api.py` has.

The fields are documented in
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from infra.local.http import http_api
from infra.local.http.http_api import Stage
from infra.local.model.credentials import ACCOUNT
from infra.local.model.messages import Request
from infra.local.model.stack import Route

UNSET_IDENTITY = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
    "clientCert",
)
"""Fields of callers with an IAM identity or a certificate. They are always null in the local run."""


def event(
    request: Request,
    route: Route,
    parameters: Mapping[str, str],
    authorizer: Mapping[str, Any] | None = None,
    stage: Stage | None = None,
) -> dict[str, Any]:
    """The event of a request, in the payload format of the route."""
    if route.payload_format == "2.0":
        return http_api.event(request, route, parameters, authorizer, stage)
    return _event_1(request, route, parameters, authorizer, stage or Stage())


def _event_1(
    request: Request,
    route: Route,
    parameters: Mapping[str, str],
    authorizer: Mapping[str, Any] | None,
    stage: Stage,
) -> dict[str, Any]:
    """An event in format 1.0. The single value of a repeated header or parameter is the last one."""
    headers = http_api.values_by_name(request.headers)
    query = http_api.values_by_name(parse_qsl(request.query, keep_blank_values=True))
    return {
        "version": "1.0",
        "resource": route.path,
        "path": unquote(request.path),
        "httpMethod": request.method,
        "headers": _last(headers),
        "multiValueHeaders": headers,
        "queryStringParameters": _last(query) or None,
        "multiValueQueryStringParameters": query or None,
        "requestContext": _context(request, route, authorizer, stage),
        "pathParameters": dict(parameters) or None,
        "stageVariables": dict(stage.variables) or None,
        "body": None,
        **http_api.event_body(request),
    }


def _context(
    request: Request, route: Route, authorizer: Mapping[str, Any] | None, stage: Stage
) -> dict[str, Any]:
    headers, now, request_id = dict(request.headers), time.time(), str(uuid4())
    identity = dict.fromkeys(UNSET_IDENTITY) | {
        "sourceIp": request.source_ip,
        "userAgent": headers.get("user-agent", ""),
    }
    return {
        "accountId": ACCOUNT,
        "apiId": "local",
        "authorizer": (authorizer or {}).get("jwt", {"claims": None, "scopes": None}),
        "domainName": headers.get("host", "localhost"),
        "domainPrefix": "local",
        "extendedRequestId": request_id,
        "httpMethod": request.method,
        "identity": identity,
        "path": unquote(request.path),
        "protocol": "HTTP/1.1",
        "requestId": request_id,
        "requestTime": http_api.format_time(now),
        "requestTimeEpoch": int(now * 1000),
        "resourceId": None,
        "resourcePath": route.path,
        "stage": stage.name,
    }


def _last(values: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: all_[-1] for name, all_ in values.items()}
