"""The consumer of Notifications' queue. It writes a log line in place of a message to the customer."""

import os
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography.consumer import consume
from choreography.participant import Participant
from choreography.table import Table
from notifications.decisions import REACTIONS, Tell, outcome
from notifications.state import SOURCE, Notification

logger = Logger()


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handles a batch of events. Environment: TABLE_NAME, and the variables of `consume`."""
    table = Table(os.environ["TABLE_NAME"], Notification)
    return consume(event, context, Participant(SOURCE, table, REACTIONS, outcome, _send))


def _send(tell: Tell) -> None:
    # Pass the order's id as idempotency key to a real message service here.
    logger.info(f"to {tell.customer_id}: {tell.news}", extra={"order_id": tell.order_id})
