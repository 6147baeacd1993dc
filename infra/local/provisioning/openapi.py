"""Reads the OpenAPI definition of an HTTP API: routes, authorizers and CORS, with API Gateway's extensions.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from infra.local.model.stack import ANY, DEFAULT, Authorizer, Cors, Function, HttpApi, Route
from infra.local.provisioning.errors import PropertyError

MAX_TIMEOUT_SECONDS = 30.0
"""The longest integration timeout that API Gateway allows."""
PAYLOAD_FORMATS = ("1.0", "2.0")
ANY_METHOD = "x-amazon-apigateway-any-method"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", ANY_METHOD}
"""The keys of a path that are operations; other keys are descriptions."""


def http_api(properties: Mapping[str, Any], find_function: Callable[[str], Function]) -> HttpApi:
    """The HTTP API. Raises PropertyError for a part that is not supported locally."""
    body = properties["Body"]
    api = HttpApi(list(_routes(body, find_function)))
    # CorsConfiguration replaces the CORS of the definition. Its keys begin with a capital letter.
    cors_properties = body.get("x-amazon-apigateway-cors") or {}
    cors_properties = cors_properties | {
        key[0].lower() + key[1:]: v for key, v in properties.get("CorsConfiguration", {}).items()
    }
    api.cors = cors(cors_properties) if cors_properties else None
    return api


def _routes(body: Mapping[str, Any], find_function: Callable[[str], Function]) -> Iterator[Route]:
    for path, methods in body.get("paths", {}).items():
        for method, operation in methods.items():
            if method not in METHODS:
                continue
            integration = operation.get("x-amazon-apigateway-integration", {})
            found = re.search(r"functions/(arn:[^/]+)/invocations", str(integration.get("uri")))
            payload_format = str(integration.get("payloadFormatVersion", "2.0"))
            if found is None or payload_format not in PAYLOAD_FORMATS:
                raise PropertyError(
                    f"Body: {method} {path} has no Lambda proxy integration that is supported locally; "
                    "add one"
                )
            authorizer, scopes = _authorization(body, operation)
            yield Route(
                method=ANY if method == ANY_METHOD else method.upper(),
                path=DEFAULT if path == f"/{DEFAULT}" else path,
                function=find_function(found.group(1)).logical_id,
                authorizer=authorizer,
                scopes=scopes,
                payload_format=payload_format,
                timeout_seconds=min(integration.get("timeoutInMillis", 30_000) / 1000, MAX_TIMEOUT_SECONDS),
            )


def cors(properties: Mapping[str, Any]) -> Cors:
    """A CORS configuration. The property names begin with a small letter."""
    return Cors(
        allow_origins=tuple(properties.get("allowOrigins", ())),
        allow_methods=tuple(properties.get("allowMethods", ())),
        allow_headers=tuple(properties.get("allowHeaders", ())),
        expose_headers=tuple(properties.get("exposeHeaders", ())),
        max_age_seconds=properties.get("maxAge"),
        allow_credentials=properties.get("allowCredentials", False),
    )


def _authorization(
    body: Mapping[str, Any], operation: Mapping[str, Any]
) -> tuple[Authorizer | None, tuple[str, ...]]:
    """The authorizer of an operation, if it has one, and its scopes, of which a caller needs one."""
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
    raise PropertyError("Body: the local run supports one JWT authorizer for each operation; use one or none")
