"""The OpenAPI 3.1 document of the HTTP API: the routes of template.yaml with their requests and answers."""

from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from choreography import correlation
from choreography.problems import phrase
from infra.contracts.answers import OrderHistory, OrderPage, OrderSummary, ProblemDocument
from infra.contracts.operations import OPERATIONS, Operation
from infra.contracts.schemas import Untitled
from infra.contracts.template_topology import Route, TemplateTopology
from order.requests import ID_LIMIT, KEY_LIMIT, PAGE_LIMIT, PlaceOrder
from shipping.messages import DeliveryMessage

MODELS = (PlaceOrder, DeliveryMessage, OrderSummary, OrderPage, OrderHistory, ProblemDocument)
ALWAYS = (HTTPStatus.BAD_REQUEST, HTTPStatus.SERVICE_UNAVAILABLE)
"""The error statuses of every route: an invalid correlation id, and a dependency that does not answer."""


_DESCRIPTION = """\
Place, read and cancel orders. Every error of a service is a problem document (RFC 9457), even 404 for a
path or a method without a route. API Gateway's own errors have only a `message`, which HTTP APIs cannot
change: 401 without a valid token, if the stack has an issuer of tokens (in dev it may have none); 413 above
10 MB; 429 above the rate limit (retry later); 500 or 503 if the function fails. New fields may appear in
answers within a version: ignore unknown fields.
"""


def openapi(topology: TemplateTopology) -> dict[str, Any]:
    """The content of openapi.json."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Order choreography: HTTP API",
            "version": "1.0.0",
            "description": _DESCRIPTION,
        },
        "servers": [{"url": "http://localhost:3000", "description": "make run"}],
        "paths": _paths(topology.routes),
        "components": {
            "schemas": _schemas(),
            "parameters": _PARAMETERS,
            "headers": _HEADERS,
            "securitySchemes": {"Jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _paths(routes: tuple[Route, ...]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for route in routes:
        made = _operation(OPERATIONS[route.method, route.path]) | {"tags": [route.service]}
        if route.requires_token:
            made["security"] = [{"Jwt": []}]
            made["responses"]["401"] = _UNAUTHORIZED
        paths.setdefault(route.path, {})[route.method] = made
    return paths


def _operation(operation: Operation) -> dict[str, Any]:
    refused = sorted({*ALWAYS, *operation.problems})
    made: dict[str, Any] = {
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": [
            {"$ref": f"#/components/parameters/{name}"} for name in (*operation.parameters, "CorrelationId")
        ],
        "responses": {str(operation.success.value): _success(operation)}
        | {str(status.value): _refusal(status) for status in refused},
    }
    if operation.takes is not None:
        content = {"schema": _ref(operation.takes)} | (
            {"example": operation.example} if operation.example else {}
        )
        made["requestBody"] = {"required": True, "content": {"application/json": content}}
    return made


def _success(operation: Operation) -> dict[str, Any]:
    made: dict[str, Any] = {
        "description": phrase(operation.success),
        "headers": _headers(*operation.headers),
    }
    if operation.answer is not None:
        made["content"] = {"application/json": {"schema": _ref(operation.answer)}}
    if operation.leads_to:
        made["links"] = {name: _link(name) for name in operation.leads_to}
    return made


def _link(operation_id: str) -> dict[str, Any]:
    return {"operationId": operation_id, "parameters": {"order_id": "$response.body#/order_id"}}


def _refusal(status: HTTPStatus) -> dict[str, Any]:
    waits = status in (HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE)
    return {
        "description": phrase(status),
        "headers": _headers(*(("Retry-After",) if waits else ())),
        "content": {"application/problem+json": {"schema": _ref(ProblemDocument)}},
    }


def _headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Correlation-Id", *names)}


def _ref(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def _schemas() -> Any:
    _, made = models_json_schema(
        [(model, "validation") for model in MODELS],
        ref_template="#/components/schemas/{model}",
        schema_generator=Untitled,
    )
    return made["$defs"]


def _parameter(where: str, name: str, description: str, schema: Any, required: bool = False) -> Any:
    return {"in": where, "name": name, "description": description, "schema": schema, "required": required}


_CORRELATION_ID = {"type": "string", "pattern": f"^{correlation.PATTERN}$"}
_TEXT = {"type": "string"}
_ID = {"type": "string", "minLength": 1, "maxLength": ID_LIMIT}
_PARAMETERS = {
    "CorrelationId": _parameter(
        "header", "X-Correlation-Id", "Appears in every event and log line of the order", _CORRELATION_ID
    ),
    "IdempotencyKey": _parameter(
        "header",
        "Idempotency-Key",
        "Makes a retry safe: the same key gets the first answer. Another body with the same key gets 422",
        {"type": "string", "minLength": 1, "maxLength": KEY_LIMIT},
    ),
    "OrderId": _parameter(
        "path", "order_id", "The order_id in the answer to placeOrder", _TEXT, required=True
    ),
    "CustomerId": _parameter("query", "customer_id", "The customer whose orders to list", _ID, required=True),
    "Limit": _parameter(
        "query",
        "limit",
        "The maximum number of orders on a page",
        {"type": "integer", "minimum": 1, "maximum": PAGE_LIMIT, "default": 20},
    ),
    "Cursor": _parameter("query", "cursor", "The cursor of the previous page. Another value gets 400", _TEXT),
    "WebhookId": _parameter("header", "webhook-id", "The same at every attempt", _TEXT, required=True),
    "WebhookTimestamp": _parameter(
        "header", "webhook-timestamp", "Seconds since 1970", {"type": "string"}, required=True
    ),
    "WebhookSignature": _parameter(
        "header", "webhook-signature", "`v1,` and an HMAC-SHA256 in base64", _TEXT, required=True
    ),
}
_UNAUTHORIZED = {
    "description": "No valid token. API Gateway answers, or Order if the route has no authorizer",
    "headers": {"WWW-Authenticate": {"description": "The error in the token", "schema": _TEXT}},
    "content": {
        "application/json": {
            "schema": {"type": "object", "properties": {"message": _TEXT}, "required": ["message"]}
        },
        "application/problem+json": {"schema": _ref(ProblemDocument)},
    },
}
_HEADERS = {
    "X-Correlation-Id": {"description": "The caller's id, or a new one", "schema": _TEXT},
    "Location": {"description": "The path of the order", "required": True, "schema": _TEXT},
    "Retry-After": {"description": "Seconds to wait", "schema": _TEXT},
}
