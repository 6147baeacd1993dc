"""Order's HTTP API: places, shows and cancels orders."""

import os
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from aws_lambda_powertools.utilities.idempotency.exceptions import (
    IdempotencyAlreadyInProgressError,
    IdempotencyValidationError,
)
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from choreography import aws, correlation
from choreography.deadline import deadline
from choreography.http_api import resolver, text_of
from choreography.problems import Problem, invalid
from choreography.reporting import reported
from choreography.stored import Record
from order.callers import Caller, caller
from order.decisions import TooLate
from order.orders import BadCursor, KeyConflict, NoSuchOrder, orders
from order.requests import ID_LIMIT, KEY_LIMIT, PAGE_LIMIT, PlaceOrder
from order.state import Order
from order.views import history, summary

KEY_LIFETIME_SECONDS = 24 * 3600

logger = Logger()
idempotency = IdempotencyConfig(
    event_key_jmespath="[customer_id, idempotency_key]",
    payload_validation_jmespath="digest",
    expires_after_seconds=KEY_LIFETIME_SECONDS,
    hash_function="sha256",
)


def _problem(error: Exception) -> Problem | None:
    match error:
        case NoSuchOrder():
            return Problem(HTTPStatus.NOT_FOUND, "there is no such order")
        case TooLate():
            return Problem(HTTPStatus.CONFLICT, f"{error}: it can no longer be cancelled")
        case KeyConflict() | IdempotencyValidationError():
            wrong = [("Idempotency-Key", "already used with another body")]
            return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "this key belongs to another order", wrong)
        case IdempotencyAlreadyInProgressError():
            wrong = [("Idempotency-Key", "a request with this key is under way")]
            return Problem(HTTPStatus.CONFLICT, "try again in a moment", wrong, {"Retry-After": "1"})
    return None


app = resolver(_problem, "the order service cannot answer now", logger)


@reported()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, IDEMPOTENCY_TABLE_NAME, TIME_LIMIT_SECONDS, and those of `caller`."""
    idempotency.register_lambda_context(context)  # so that a crashed call's lock ends with its time limit
    with deadline(context):
        return correlation.resolve(app, event, context, logger)


@app.post("/orders")
def place_order() -> Response[dict[str, Any]]:
    request = _requested()
    _check_own(request.customer_id)
    key = _idempotency_key()
    placed = _place(request, None) if key is None else _place_once(request, key)
    headers = {"Location": f"/orders/{placed['order_id']}"}
    return Response(HTTPStatus.ACCEPTED.value, "application/json", placed, headers)


@app.get("/orders")
def list_orders() -> dict[str, Any]:
    customer_id = app.current_event.query_string_parameters.get("customer_id", _caller().customer_id)
    if not customer_id or len(customer_id) > ID_LIMIT:
        wrong = [("customer_id", f"required in the query, with at most {ID_LIMIT} characters")]
        raise Problem(HTTPStatus.BAD_REQUEST, "name the customer whose orders to list", wrong)
    _check_own(customer_id)
    try:
        page, cursor = orders().of_customer(
            customer_id, _limit(), app.current_event.query_string_parameters.get("cursor")
        )
    except BadCursor:
        raise Problem(
            HTTPStatus.BAD_REQUEST, "no such page", [("cursor", "not one that a page gave")]
        ) from None
    listed: dict[str, Any] = {"orders": [summary(record) for record in page]}
    return listed | {"cursor": cursor} if cursor else listed


@app.get("/orders/<order_id>")
def get_order(order_id: str) -> dict[str, Any]:
    return summary(_find(order_id))


@app.get("/orders/<order_id>/history")
def get_history(order_id: str) -> dict[str, Any]:
    return {"order_id": order_id, "events": history(_find(order_id))}


@app.post("/orders/<order_id>/cancellation")
def cancel_order(order_id: str) -> Response[dict[str, Any]]:
    if not _caller().sees_all:
        _find(order_id)
    record = orders().cancel(order_id)
    about = {"order_id": order_id, "type": "order.cancellation_requested"}
    # The events that follow carry the order's own correlation id, not this request's.
    logger.info("cancelling", extra=about | {"correlation_id": record.published[0]["correlationid"]})
    return Response(HTTPStatus.ACCEPTED.value, "application/json", summary(record))


def _caller() -> Caller:
    return caller(app.current_event.raw_event)


def _check_own(customer_id: str) -> None:
    if not _caller().may_act_for(customer_id):
        wrong = [("customer_id", "not the one that the token names")]
        raise Problem(HTTPStatus.FORBIDDEN, "this is another customer", wrong)


def _find(order_id: str) -> Record[Order]:
    """The caller's order. Raises NoSuchOrder for another customer's as well, so as not to disclose it."""
    record = orders().find(order_id)
    if not _caller().may_act_for(record.state.customer_id):
        raise NoSuchOrder(order_id)
    return record


def _place(request: PlaceOrder, key: str | None) -> dict[str, Any]:
    record = orders().place(request, key, correlation.correlation_id(app.current_event.raw_event))
    logger.info("placed", extra={"order_id": record.order_id, "type": "order.placed"})
    return summary(record)


def _place_once(request: PlaceOrder, key: str) -> dict[str, Any]:
    """Replays the stored answer. `Orders.place` is idempotent by itself, if the record is lost or expires."""

    def place(*, attempt: dict[str, str]) -> dict[str, Any]:
        return _place(request, attempt["idempotency_key"])

    once: Callable[..., dict[str, Any]] = idempotent_function(
        place,
        data_keyword_argument="attempt",
        persistence_store=_answers(os.environ["IDEMPOTENCY_TABLE_NAME"]),
        config=idempotency,
        key_prefix="place_order",
    )
    attempt = {"customer_id": request.customer_id, "idempotency_key": key, "digest": request.digest()}
    return once(attempt=attempt)


@cache
def _answers(table_name: str) -> DynamoDBPersistenceLayer:
    return DynamoDBPersistenceLayer(table_name, boto3_client=aws.dynamodb())


def _body() -> str:
    content_type = app.current_event.headers.get("content-type", "application/json")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send application/json", [("Content-Type", content_type)]
        )
    return text_of(app.current_event)


def _requested() -> PlaceOrder:
    try:
        return PlaceOrder.model_validate_json(_body())
    except ValidationError as error:
        raise invalid(error, "the order cannot be accepted as it is") from None


def _idempotency_key() -> str | None:
    key = app.current_event.headers.get("idempotency-key")
    if key is not None and not 0 < len(key) <= KEY_LIMIT:
        wrong = [("Idempotency-Key", f"between 1 and {KEY_LIMIT} characters")]
        raise Problem(HTTPStatus.BAD_REQUEST, "the idempotency key cannot be used", wrong)
    return key


def _limit() -> int:
    text = app.current_event.query_string_parameters.get("limit", "20")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= PAGE_LIMIT):
        wrong = [("limit", f"a number from 1 to {PAGE_LIMIT}")]
        raise Problem(HTTPStatus.BAD_REQUEST, "the page cannot be that long", wrong)
    return int(text)


@app.not_found
def _refuse_path(error: Exception) -> Response[str]:
    """Answers for the API's `$default` route: a request with a path or a method that no route has."""
    request = app.current_event
    problem = Problem(HTTPStatus.NOT_FOUND, f"the API has no {request.http_method} {request.path}")
    return problem.response(request.path)
