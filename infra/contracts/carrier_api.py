"""One OpenAPI 3.1 document of what a carrier implements: dispatch, look-up, and the webhook that it calls."""

from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from choreography.problems import phrase
from contracts.values import Address
from infra.contracts.schemas import Untitled
from shipping.carrier import Dispatch
from shipping.dispatches import (
    KEY_REUSED,
    DispatchAnswer,
    DispatchRefusal,
    DispatchRequest,
    Piece,
    request_for,
)
from shipping.http_carrier import ANSWER_LIMIT_BYTES, OPERATORS, PASSING, READ_SECONDS
from shipping.messages import Delivered

MODELS = (DispatchRequest, DispatchAnswer, DispatchRefusal, Delivered)


def _listed(statuses: Iterable[HTTPStatus]) -> str:
    return ", ".join(str(status.value) for status in sorted(statuses))


_DESCRIPTION = f"""\
What Shipping asks of a carrier. An integration implements it in front of the carrier's own API.

Every request is signed as a Standard Webhook (https://www.standardwebhooks.com), v1. Refuse with 401 what is
not signed with the shared secret, or is older than five minutes. The webhook that the carrier calls is signed
in the same way, with a secret of its own.

Shipping repeats a request until it understands the answer: at once, and for days. So the carrier keeps an
Idempotency-Key, with its body and its answer, for at least 24 hours. A parcel can be looked up by its
reference for at least 30 days.

An answer has up to {ANSWER_LIMIT_BYTES} bytes, and comes within {READ_SECONDS} seconds.

The status of an answer says what becomes of the order:

- 200, 201: shipped.
- 422: refunded. If the reason is `{KEY_REUSED}`, the key came with another body: a defect of the shop.
- {_listed(PASSING)}, 5xx: asked for again later. 409 says that the key's first request is under way.
- {_listed(OPERATORS)}, 3xx: asked for again later, and an operator of the shop is told.
- Any other 4xx: a defect of the shop. The order waits for a correction.
"""
EXAMPLE = request_for(
    Dispatch(
        order_id="2a6b6f0e-0000-4000-8000-000000000001",
        address=Address(
            name="Ada", line1="12 St James Square", city="London", postal_code="SW1Y 4JH", country="GB"
        ),
        items=(),
    )
).model_copy(update={"pieces": (Piece(sku="tea", quantity=2),)})


def carrier_api() -> dict[str, Any]:
    return {
        "openapi": "3.1.0",
        "info": {"title": "Order choreography: carrier", "version": "1.0.0", "description": _DESCRIPTION},
        "servers": [{"url": "https://carrier.example.com/v1", "description": "CarrierEndpoint"}],
        "paths": {
            "/dispatches": {"post": _DISPATCH},
            "/dispatches/{reference}": {"get": _LOOK_UP},
        },
        "webhooks": {"parcelDelivered": {"post": _DELIVERED}},
        "components": {"schemas": _schemas(), "parameters": _PARAMETERS},
    }


def _schemas() -> Any:
    _, made = models_json_schema(
        [(model, "validation") for model in MODELS],
        ref_template="#/components/schemas/{model}",
        schema_generator=Untitled,
    )
    return made["$defs"]


def _content(model: type[BaseModel]) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}}


def _answer(status: HTTPStatus, model: type[BaseModel] | None, description: str) -> dict[str, Any]:
    made: dict[str, Any] = {"description": description}
    if model is not None:
        made["content"] = _content(model)
    return {str(status.value): made}


def _later(*statuses: HTTPStatus) -> dict[str, Any]:
    return {str(status.value): {"description": phrase(status)} for status in statuses}


def _parameters(*names: str) -> list[dict[str, str]]:
    signed = ("WebhookId", "WebhookTimestamp", "WebhookSignature")
    return [{"$ref": f"#/components/parameters/{name}"} for name in (*names, *signed)]


def _parameter(where: str, name: str, description: str) -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1}
    return {"in": where, "name": name, "description": description, "schema": schema, "required": True}


_PARAMETERS = {
    "IdempotencyKey": _parameter(
        "header", "Idempotency-Key", "The same at every attempt for an order: one key, one parcel"
    ),
    "Reference": _parameter("path", "reference", "The order's id, as it was dispatched"),
    "WebhookId": _parameter(
        "header",
        "webhook-id",
        "Of a dispatch: its Idempotency-Key. Of a look-up: `lookup-` and the reference. The carrier compares "
        "it with the path, which the signature does not cover. Of a webhook: the same at every attempt",
    ),
    "WebhookTimestamp": _parameter("header", "webhook-timestamp", "Seconds since 1970"),
    "WebhookSignature": _parameter(
        "header", "webhook-signature", "v1, and an HMAC-SHA256 in base64, over id, time and body"
    ),
}
_DISPATCH = {
    "operationId": "dispatch",
    "summary": "Takes a parcel, once for each Idempotency-Key",
    "parameters": _parameters("IdempotencyKey"),
    "requestBody": {
        "required": True,
        "content": {
            "application/json": _content(DispatchRequest)["application/json"]
            | {"example": EXAMPLE.model_dump(mode="json")}
        },
    },
    "responses": _answer(HTTPStatus.CREATED, DispatchAnswer, "The parcel is taken")
    | _answer(HTTPStatus.OK, DispatchAnswer, "The parcel was taken before, under this key")
    | _answer(HTTPStatus.UNPROCESSABLE_ENTITY, DispatchRefusal, "The parcel is never taken")
    | _later(
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
}
_LOOK_UP = {
    "operationId": "lookUp",
    "summary": "The parcel that was taken for a reference",
    "parameters": _parameters("Reference"),
    "responses": _answer(HTTPStatus.OK, DispatchAnswer, "The parcel was taken")
    | _answer(HTTPStatus.NOT_FOUND, None, "No parcel was taken for this reference")
    | _later(HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
}
_DELIVERED = {
    "operationId": "parcelDelivered",
    "summary": "A parcel was delivered. The carrier calls POST /carrier/webhooks of the HTTP API",
    "parameters": _parameters(),
    "requestBody": {"required": True, "content": _content(Delivered)},
    "responses": _answer(HTTPStatus.NO_CONTENT, None, "Noted, now or before")
    | _answer(HTTPStatus.UNAUTHORIZED, None, "Not signed, or too old")
    | _answer(HTTPStatus.NOT_FOUND, None, "No parcel of this reference was dispatched")
    | _answer(HTTPStatus.UNPROCESSABLE_ENTITY, None, "The message breaks its schema")
    | _answer(HTTPStatus.SERVICE_UNAVAILABLE, None, "Send it again later"),
}
