"""The carrier's webhook, `POST /carrier/webhooks`: signed messages about parcels.

The id of a message is its idempotency record: a repeated message changes nothing and gets the same answer.
"""

import os
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from choreography import correlation
from choreography.deadline import deadline
from choreography.errors import UnknownParcel
from choreography.metrics import Metric, count
from choreography.outbox import derived_id
from choreography.participant import Participant
from choreography.problems import Problem, failed, invalid
from choreography.reporting import reported
from choreography.secrets import secret
from choreography.table import Table
from contracts.envelope import describe
from shipping.carrier import ParcelDelivered
from shipping.decisions import CARRIER_REACTIONS
from shipping.messages import Delivered, Delivery, Told
from shipping.signature import NotSigned, verify
from shipping.state import SOURCE, Shipment, milestones

BODY_LIMIT_BYTES = 64 * 1024
CARRIER = "/carrier"
"""CloudEvents `source` of the carrier's messages."""

app = APIGatewayHttpResolver()
app.use([correlation.check])
logger = Logger()


@reported()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, and CARRIER_SECRET_ID, the name or ARN of the carrier's secret."""
    with deadline(context):
        return correlation.resolve(app, event, context, logger)


@app.post("/carrier/webhooks")
def receive() -> Response[None]:
    body = _body()
    message_id = verify(secret(os.environ["CARRIER_SECRET_ID"]), app.current_event.headers, body)
    try:
        told = Told.model_validate_json(body)
        delivery = Delivered.model_validate_json(body).data if told.type == "shipment.delivered" else None
    except ValidationError as error:
        raise invalid(error, "the body is not a message of the carrier") from None
    if delivery is not None:
        _deliver(message_id, delivery)
    else:
        logger.info("message type ignored", extra={"message_id": message_id, "type": told.type})
    return Response(HTTPStatus.NO_CONTENT.value)


def _deliver(message_id: str, told: Delivery) -> None:
    table = Table(os.environ["TABLE_NAME"], Shipment)
    correlationid = table.read(told.reference).state.correlationid
    if correlationid is None:
        raise UnknownParcel(f"no parcel of order {told.reference} was handed to the carrier")
    event = describe(
        ParcelDelivered(tracking_number=told.tracking_number, delivered_at=told.delivered_at),
        id=derived_id(CARRIER, message_id),
        source=CARRIER,
        subject=told.reference,
        time=told.delivered_at,
        correlationid=correlationid,
        causationid=None,
    )
    log = {"message_id": message_id, "order_id": told.reference, "type": event.type}
    emitted = Participant(SOURCE, table, CARRIER_REACTIONS, milestones=milestones).handle(event)
    if emitted is None:
        logger.info("nothing to do", extra=log | {"correlation_id": correlationid})
    else:
        logger.info("handled", extra=log | {"correlation_id": correlationid, "emitted": emitted})


def _body() -> bytes:
    try:
        body = (app.current_event.decoded_body or "").encode()
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "the body is not UTF-8", [("body", str(error))]) from None
    if len(body) > BODY_LIMIT_BYTES:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {BODY_LIMIT_BYTES} bytes")
    return body


def _answer_error(error: Exception) -> Response[str]:
    return _problem(error).response(app.current_event.path)


app.exception_handler(Exception)(_answer_error)


def _problem(error: Exception) -> Problem:
    match error:
        case Problem():
            return error
        case NotSigned():
            logger.warning("webhook signature rejected", extra={"reason": str(error)})
            count(Metric.WEBHOOKS_REFUSED)
            return Problem(HTTPStatus.UNAUTHORIZED, str(error))
        case UnknownParcel():
            logger.error("webhook rejected: unknown parcel", extra={"reason": str(error)})
            count(Metric.WEBHOOKS_REFUSED)
            return Problem(HTTPStatus.NOT_FOUND, str(error))
    return failed(error, "the carrier should send this message again in a moment", logger)
