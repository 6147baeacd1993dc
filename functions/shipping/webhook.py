"""The carrier's webhook, `POST /carrier/webhooks`: signed messages about parcels.

A parcel is delivered once, so all messages that report it are the same event: the first one is recorded, and
every other changes nothing and gets the same answer.
"""

import os
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.utilities.typing import LambdaContext
from pydantic import ValidationError

from choreography import correlation
from choreography.deadline import deadline
from choreography.errors import UnknownParcel
from choreography.http_api import resolver, text_of
from choreography.metrics import Metric, count
from choreography.outbox import derived_id
from choreography.participant import Participant
from choreography.problems import Problem, invalid
from choreography.reporting import reported
from choreography.secrets import secret
from choreography.table import Table
from contracts.envelope import to_event
from shipping.carrier import ParcelDelivered
from shipping.decisions import CARRIER_REACTIONS
from shipping.messages import CarrierMessage, Delivery, DeliveryMessage
from shipping.signature import NotSigned, verify
from shipping.state import SOURCE, Shipment, milestones

CARRIER = "/carrier"
"""CloudEvents `source` of the carrier's messages."""

logger = Logger()


def _problem(error: Exception) -> Problem | None:
    match error:
        case NotSigned():
            logger.warning("webhook signature rejected", extra={"reason": str(error)})
            count(Metric.WEBHOOKS_REFUSED)
            return Problem(HTTPStatus.UNAUTHORIZED, str(error))
        case UnknownParcel():
            logger.error("webhook rejected: unknown parcel", extra={"reason": str(error)})
            count(Metric.WEBHOOKS_REFUSED)
            return Problem(HTTPStatus.NOT_FOUND, str(error))
    return None


app = resolver(_problem, "the carrier should send this message again in a moment", logger)


@reported()
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, and CARRIER_SECRET_ID, the name or ARN of the carrier's secret."""
    with deadline(context):
        return correlation.resolve(app, event, context, logger)


@app.post("/carrier/webhooks")
def receive() -> Response[None]:
    body = text_of(app.current_event).encode()
    message_id = verify(secret(os.environ["CARRIER_SECRET_ID"]), app.current_event.headers, body)
    try:
        message = CarrierMessage.model_validate_json(body)
        delivery = (
            DeliveryMessage.model_validate_json(body).data if message.type == "shipment.delivered" else None
        )
    except ValidationError as error:
        raise invalid(error, "the body is not a message of the carrier") from None
    if delivery is not None:
        _deliver(message_id, delivery)
    else:
        logger.info("message type ignored", extra={"message_id": message_id, "type": message.type})
    return Response(HTTPStatus.NO_CONTENT.value)


def delivery_id(order_id: str) -> str:
    """The event id of the delivery of an order's parcel, in however many messages the carrier reports it."""
    return derived_id(order_id, ParcelDelivered.type)


def _deliver(message_id: str, delivery: Delivery) -> None:
    table = Table(os.environ["TABLE_NAME"], Shipment)
    correlationid = table.read(delivery.reference).state.correlationid
    if correlationid is None:
        raise UnknownParcel(f"no parcel of order {delivery.reference} was handed to the carrier")
    event = to_event(
        ParcelDelivered(tracking_number=delivery.tracking_number, delivered_at=delivery.delivered_at),
        id=delivery_id(delivery.reference),
        source=CARRIER,
        subject=delivery.reference,
        time=delivery.delivered_at,
        correlationid=correlationid,
        causationid=None,
    )
    log = {"message_id": message_id, "order_id": delivery.reference, "type": event.type}
    handled = Participant(SOURCE, table, CARRIER_REACTIONS, milestones=milestones).handle(event)
    if handled is None:
        logger.info("nothing to do", extra=log | {"correlation_id": correlationid})
    else:
        logger.info("handled", extra=log | {"correlation_id": correlationid} | handled._asdict())
