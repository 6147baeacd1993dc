"""The OpenAPI 3.1 document that a carrier implements: dispatch, look-up, and the webhook that it calls."""

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
from shipping.messages import DeliveryMessage

MODELS = (DispatchRequest, DispatchAnswer, DispatchRefusal, DeliveryMessage)


def _listed(statuses: Iterable[HTTPStatus]) -> str:
    return ", ".join(str(status.value) for status in sorted(statuses))


_DESCRIPTION = f"""\
The API that Shipping calls. An integration implements it in front of the carrier's own API.

Shipping signs every request as a Standard Webhook (https://www.standardwebhooks.com), v1. Answer 401 to a
request without a valid signature of the shared secret, or with a timestamp older than five minutes. The
carrier signs the webhook that it calls in the same way, with another secret.

Shipping retries a request until it understands the answer, maybe for days. So the carrier keeps each
Idempotency-Key with its body and its answer for at least 24 hours. It answers a look-up by reference for at
least 30 days.

An answer has at most {ANSWER_LIMIT_BYTES} bytes, and arrives within {READ_SECONDS} seconds.

The status of the answer decides what Shipping does:

- 200, 201: the order is shipped.
- 422: the order is refunded. If the reason is `{KEY_REUSED}`, the shop has a defect: the key came with
  another body.
- {_listed(PASSING)}, 5xx: Shipping retries later. 409 means that the key's first request is still in
  progress.
- {_listed(OPERATORS)}, 3xx: Shipping retries later and alerts an operator of the shop.
- Any other 4xx: the shop has a defect. The order waits until an operator corrects it.
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
        "header", "Idempotency-Key", "The same at every attempt for an order. One key creates one parcel"
    ),
    "Reference": _parameter("path", "reference", "The order's id, as in the dispatch"),
    "WebhookId": _parameter(
        "header",
        "webhook-id",
        "For a dispatch: its Idempotency-Key. For a look-up: `lookup-` and the reference, which the carrier "
        "compares with the path, because the signature does not cover the path. For a webhook: the same at "
        "every attempt",
    ),
    "WebhookTimestamp": _parameter("header", "webhook-timestamp", "Seconds since 1970"),
    "WebhookSignature": _parameter(
        "header", "webhook-signature", "`v1,` and the HMAC-SHA256 of id, timestamp and body in base64"
    ),
}
_DISPATCH = {
    "operationId": "dispatch",
    "summary": "Accepts a parcel, once for each Idempotency-Key",
    "parameters": _parameters("IdempotencyKey"),
    "requestBody": {
        "required": True,
        "content": {
            "application/json": _content(DispatchRequest)["application/json"]
            | {"example": EXAMPLE.model_dump(mode="json")}
        },
    },
    "responses": _answer(HTTPStatus.CREATED, DispatchAnswer, "The carrier accepted the parcel")
    | _answer(HTTPStatus.OK, DispatchAnswer, "The carrier accepted the parcel before, with this key")
    | _answer(HTTPStatus.UNPROCESSABLE_ENTITY, DispatchRefusal, "The carrier will never accept the parcel")
    | _later(
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.CONFLICT,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    ),
}
_LOOK_UP = {
    "operationId": "lookUp",
    "summary": "The parcel with this reference",
    "parameters": _parameters("Reference"),
    "responses": _answer(HTTPStatus.OK, DispatchAnswer, "The carrier accepted the parcel")
    | _answer(HTTPStatus.NOT_FOUND, None, "The carrier has no parcel with this reference")
    | _later(HTTPStatus.UNAUTHORIZED, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE),
}
_DELIVERED = {
    "operationId": "parcelDelivered",
    "summary": "A parcel was delivered. The carrier calls POST /carrier/webhooks of the HTTP API",
    "parameters": _parameters(),
    "requestBody": {"required": True, "content": _content(DeliveryMessage)},
    "responses": _answer(HTTPStatus.NO_CONTENT, None, "Recorded, now or before")
    | _answer(HTTPStatus.UNAUTHORIZED, None, "No valid signature, or an old timestamp")
    | _answer(HTTPStatus.NOT_FOUND, None, "Shipping dispatched no parcel with this reference")
    | _answer(HTTPStatus.UNPROCESSABLE_ENTITY, None, "The message does not match its schema")
    | _answer(HTTPStatus.SERVICE_UNAVAILABLE, None, "Send it again later"),
}
