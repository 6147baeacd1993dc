"""Order's own reminder of each order: order.placed, which comes back when the order's time is over.

A queue with a delay subscribes to Order's own topic. So the timer is part of the one write that places an
order: nothing can be placed without one, and publishing the event again winds it up again. EventBridge
Scheduler would need a second write an order; a sweep would need an index, which costs two writes an order,
and a partition for each thousand of them a second. SQS delays a message for 15 minutes at most: what is
still undecided then is sent anew, and most orders are over when they are first looked at.
"""

import math
import os
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from choreography import aws
from choreography.consumer import consume
from choreography.errors import UnknownOrder
from choreography.metrics import Metric, count
from contracts.envelope import Event
from contracts.orders import OrderCancellationRequested, OrderPlaced
from order.decisions import TooLate
from order.orders import NoSuchOrder, orders
from order.state import DECIDED, status

LONGEST_DELAY_SECONDS = 900
"""SQS's limit (SQS API reference, DelaySeconds)."""


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Environment: TABLE_NAME, and those of `consume`."""
    return consume(event, context, Expiry())


class Expiry:
    """Has an order cancelled once its time is over, by the same event as its customer would."""

    def handle(self, event: Event[Any]) -> tuple[str, ...] | None:
        """Types of the events emitted; None where nothing is to be done, or not yet.

        Raises UnknownOrder, or RaceLost.
        """
        if not isinstance(event.data, OrderPlaced) or event.data.expires_at is None:
            return None
        try:
            stands = status(orders().find(event.order_id).state.facts)
        except NoSuchOrder as error:
            raise UnknownOrder(f"{event.type} is about an order that is not there") from error
        if stands in DECIDED or stands == "cancelling":
            return None
        left = (event.data.expires_at - datetime.now(UTC)).total_seconds()
        if left > 0:
            _remind(event, min(math.ceil(left), LONGEST_DELAY_SECONDS))
            return None
        return _expire(event.order_id)


def _expire(order_id: str) -> tuple[str, ...] | None:
    try:
        orders().cancel(order_id, "expired")
    except TooLate:
        return None  # it was decided a moment ago
    count(Metric.ORDERS_EXPIRED)
    return (OrderCancellationRequested.type,)


def _remind(event: Event[Any], seconds: int) -> None:
    # A crash before the old message is deleted makes a second reminder, of which nothing more comes.
    aws.sqs().send_message(
        QueueUrl=os.environ["QUEUE_URL"], MessageBody=event.to_json(), DelaySeconds=seconds
    )
