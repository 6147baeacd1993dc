"""An HTTP API as its OpenAPI definition describes it: routes, authorizers, CORS.

The extensions are those of
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.local.model.stack import ANY, DEFAULT, Authorizer, Cors, Function, HttpApi, Route
from infra.local.provisioning.errors import Refused

LONGEST_SECONDS = 30.0
"""API Gateway's integration timeout."""
PAYLOADS = ("1.0", "2.0")
ANY_METHOD = "x-amazon-apigateway-any-method"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", ANY_METHOD}
"""The keys of a path that are operations."""


def http_api(properties: Mapping[str, Any], function_called: Callable[[str], Function]) -> HttpApi:
    """Raises Refused for what cannot be played."""
    body = properties["Body"]
    api = HttpApi(list(_routes(body, function_called)))
    # The property has capital letters, and replaces what the definition says.
    given = body.get("x-amazon-apigateway-cors") or {}
    given = given | {
        key[0].lower() + key[1:]: v for key, v in properties.get("CorsConfiguration", {}).items()
    }
    api.cors = cors(given) if given else None
    return api


def _routes(body: Mapping[str, Any], function_called: Callable[[str], Function]) -> Iterator[Route]:
    for path, methods in body.get("paths", {}).items():
        for method, operation in methods.items():
            if method not in METHODS:  # a description, or parameters of all
                continue
            integration = operation.get("x-amazon-apigateway-integration", {})
            found = re.search(r"functions/(arn:[^/]+)/invocations", str(integration.get("uri")))
            payload = str(integration.get("payloadFormatVersion", "2.0"))
            if found is None or payload not in PAYLOADS:
                raise Refused(f"Body: {method} {path} has no Lambda proxy that can be played; give it one")
            authorizer, scopes = _guard(body, operation)
            yield Route(
                method=ANY if method == ANY_METHOD else method.upper(),
                path=DEFAULT if path == f"/{DEFAULT}" else path,
                function=function_called(found.group(1)).logical_id,
                authorizer=authorizer,
                scopes=scopes,
                payload=payload,
                timeout_seconds=min(integration.get("timeoutInMillis", 30_000) / 1000, LONGEST_SECONDS),
            )


def cors(given: Mapping[str, Any]) -> Cors:
    """A CORS configuration, from property names that begin with a small letter."""
    return Cors(
        origins=tuple(given.get("allowOrigins", ())),
        methods=tuple(given.get("allowMethods", ())),
        headers=tuple(given.get("allowHeaders", ())),
        exposed=tuple(given.get("exposeHeaders", ())),
        max_age_seconds=given.get("maxAge"),
        credentials=given.get("allowCredentials", False),
    )


def _guard(
    body: Mapping[str, Any], operation: Mapping[str, Any]
) -> tuple[Authorizer | None, tuple[str, ...]]:
    """Who may use a route: the authorizer that verifies callers, and the scopes of which they need one."""
    required = operation.get("security", [])
    schemes = body.get("components", {}).get("securitySchemes", {})
    match [(schemes.get(name), scopes) for each in required for name, scopes in each.items()]:
        case [] if "security" not in body:
            return None, ()
        case [
            (
                {
                    "x-amazon-apigateway-authorizer": {
                        "type": "jwt",
                        "identitySource": "$request.header.Authorization",
                        "jwtConfiguration": {"issuer": issuer, "audience": audience},
                    }
                },
                scopes,
            )
        ]:
            return Authorizer(issuer, tuple(audience)), tuple(scopes)
    raise Refused("Body: only JWT authorizers, one an operation, can be played locally; use one, or none")
