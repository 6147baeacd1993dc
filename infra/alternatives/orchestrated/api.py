"""The HTTP API of the orchestrated version: places, shows and cancels orders by the contract of Order's API.

It has no list of orders, no history, no tokens and no webhook, because the comparison does not use them.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from choreography import aws, correlation
from choreography.deadline import deadline
from choreography.errors import RaceLost
from choreography.http_api import resolver, text_of
from choreography.outbox import Origin, derived_id, events
from choreography.participant import RACES
from choreography.problems import Problem, invalid
from choreography.reporting import reported
from choreography.stored import Record
from choreography.table import Table
from infra.alternatives.orchestrated.steps import IN_TIME, Progress
from order.requests import PlaceOrder
from order.state import SOURCE

SHOWN = {"charging": "placed", "dispatching": "paid", "refunding": "cancelling"}
"""The status that a customer sees instead of an intent."""

logger = Logger()
app = resolver(lambda _: None, "the order cannot be handled now", logger)


@reported()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, QUEUE_URL, TIME_LIMIT_SECONDS."""
    with deadline(context):
        return correlation.resolve(app, event, context, logger)


@app.post("/orders")
def place_order() -> Response[dict[str, Any]]:
    """Stores the order, then sends its message.

    A crash in between starts nothing and answers nothing. The same request, repeated with its key, finds the
    order and sends the message.
    """
    request = _requested()
    key = app.current_event.headers.get("idempotency-key")
    order_id = derived_id(json.dumps([request.customer_id, key]), "order") if key else str(uuid4())
    record = _store(order_id, request)
    _send(record)
    headers = {"Location": f"/orders/{order_id}"}
    return Response(HTTPStatus.ACCEPTED.value, "application/json", _summary(record), headers)


@app.get("/orders/<order_id>")
def get_order(order_id: str) -> dict[str, Any]:
    return _summary(_find(order_id))


@app.post("/orders/<order_id>/cancellation")
def cancel_order(order_id: str) -> Response[dict[str, Any]]:
    """Marks the order. A write of the orchestrator that did not see the mark loses its race."""
    for _ in range(RACES):
        read = _find(order_id)
        if read.state.status in ("refunding", "cancelled"):
            return Response(HTTPStatus.ACCEPTED.value, "application/json", _summary(read))
        if read.state.status not in IN_TIME:
            detail = f"the order is {_summary(read)['status']}: it can no longer be cancelled"
            raise Problem(HTTPStatus.CONFLICT, detail)
        try:
            record = _table().write(read, read.state.model_copy(update={"cancel_requested": True}))
        except RaceLost:
            continue
        return Response(HTTPStatus.ACCEPTED.value, "application/json", _summary(record))
    raise RaceLost(f"order {order_id} changed {RACES} times while it was being cancelled")


def _store(order_id: str, request: PlaceOrder) -> Record[Progress]:
    now = datetime.now(UTC)
    placed = request.payload(now + timedelta(seconds=int(os.environ["TIME_LIMIT_SECONDS"])))
    state = Progress(status="placed", placed=placed, customer_id=placed.customer_id, placed_at=now)
    try:
        return _table().write(Record(order_id, Progress()), state)
    except RaceLost:
        existing = _table().read(order_id)
        if existing.state.order != request.payload(existing.state.order.expires_at):
            detail = "this key belongs to another order"
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from None
        return existing


def _send(record: Record[Progress]) -> None:
    """Sends the order's message, in the format of the shared contract. A duplicate does no harm."""
    correlated = correlation.correlation_id(app.current_event.raw_event)
    origin = Origin(SOURCE, record.order_id, correlated, None)
    (message,) = events((record.state.order,), origin, datetime.now(UTC))
    aws.sqs().send_message(QueueUrl=os.environ["QUEUE_URL"], MessageBody=message.to_json())


def _requested() -> PlaceOrder:
    try:
        return PlaceOrder.model_validate_json(text_of(app.current_event))
    except ValidationError as error:
        raise invalid(error, "the order cannot be accepted as it is") from None


def _find(order_id: str) -> Record[Progress]:
    record = _table().read(order_id)
    if not record.version:
        raise Problem(HTTPStatus.NOT_FOUND, "there is no such order")
    return record


def _summary(record: Record[Progress]) -> dict[str, Any]:
    state = record.state
    status = SHOWN.get(state.status, state.status)
    if state.cancel_requested and state.status in IN_TIME:
        status = "cancelling"
    view = {
        "order_id": record.order_id,
        "status": status,
        "customer_id": state.customer_id,
        "items": [item.model_dump() for item in state.order.items],
        "total": state.order.amount_minor,
        "currency": state.order.currency,
        "placed_at": state.placed_at.isoformat(timespec="milliseconds") if state.placed_at else None,
        "tracking_number": state.tracking_number,
        "reason": state.reason,
    }
    return {name: value for name, value in view.items() if value is not None}


def _table() -> Table[Progress]:
    return Table(os.environ["TABLE_NAME"], Progress)
