"""Order's reminder for each order: `order.placed`, delivered again when the order's time limit is over.

A queue with a delay subscribes to Order's own topic. The timer is therefore part of the one write that places
an order: no order exists without a timer, and publishing the event again starts the timer again. EventBridge
Scheduler would need a second write for each order. A sweep would need an index, which costs two writes for
each order, and a partition for each thousand orders a second. SQS delays a message for at most 15 minutes, so
an order that is still undecided is checked again later; most orders are decided at the first check.

The function therefore invokes itself through its own queue, four times an hour for each undecided order.
Lambda stops that after about 16 rounds unless the template sets `RecursiveLoop: Allow`.
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
from choreography.participant import Handled
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
    """Requests an order's cancellation once its time limit is over, as its customer could."""

    def handle(self, event: Event[Any]) -> Handled | None:
        """Cancels an expired order. None if there is nothing to do, or not yet.

        Raises UnknownOrder, or RaceLost.
        """
        if not isinstance(event.data, OrderPlaced) or event.data.expires_at is None:
            return None
        try:
            stands = status(orders().find(event.order_id).state.event_types)
        except NoSuchOrder as error:
            raise UnknownOrder(f"{event.type} is about an order that does not exist") from error
        if stands in DECIDED or stands == "cancelling":
            return None
        left = (event.data.expires_at - datetime.now(UTC)).total_seconds()
        if left > 0:
            _check_again(event, min(math.ceil(left), LONGEST_DELAY_SECONDS))
            return None
        return _expire(event.order_id)


def _expire(order_id: str) -> Handled | None:
    try:
        orders().cancel(order_id, "expired")
    except TooLate:
        return None  # decided between the read and the write
    count(Metric.ORDERS_EXPIRED)
    return Handled((OrderCancellationRequested.type,), "cancelling: expired")


def _check_again(event: Event[Any], seconds: int) -> None:
    # A crash before Lambda deletes the old message makes a second reminder, which finds the order cancelling.
    aws.sqs().send_message(
        QueueUrl=os.environ["QUEUE_URL"], MessageBody=event.to_json(), DelaySeconds=seconds
    )
