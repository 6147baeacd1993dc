"""What is counted. `reporting` says how it reaches CloudWatch.

Each business metric counts an order once, where the one write that makes it so has succeeded; only a crash
between that write and the end of the invocation loses a count.
"""

from collections import Counter
from enum import StrEnum


class Metric(StrEnum):
    """Names, each a count. Of every OrdersAccepted, one of the three after it follows."""

    ORDERS_ACCEPTED = "OrdersAccepted"
    ORDERS_SHIPPED = "OrdersShipped"
    ORDERS_REJECTED = "OrdersRejected"
    ORDERS_CANCELLED = "OrdersCancelled"
    ORDERS_COMPLETED = "OrdersCompleted"
    ORDERS_EXPIRED = "OrdersExpired"
    CANCELLATIONS_REQUESTED = "CancellationsRequested"
    PAYMENTS_CAPTURED = "PaymentsCaptured"
    PAYMENTS_DECLINED = "PaymentsDeclined"
    PAYMENTS_REFUNDED = "PaymentsRefunded"
    PAYMENTS_VOIDED = "PaymentsVoided"
    PARCELS_DISPATCHED = "ParcelsDispatched"
    PARCELS_DELIVERED = "ParcelsDelivered"
    PARCELS_REFUSED = "ParcelsRefused"
    EVENTS_PUBLISHED = "EventsPublished"
    EVENTS_NOT_PUBLISHED = "EventsNotPublished"
    MESSAGES_HANDLED = "MessagesHandled"
    DUPLICATES_DROPPED = "DuplicatesDropped"
    MESSAGES_WAITING = "MessagesWaiting"
    MESSAGES_FAILED = "MessagesFailed"
    MESSAGES_DEAD_LETTERED = "MessagesDeadLettered"
    WEBHOOKS_REFUSED = "WebhooksRefused"
    REQUESTS_FAILED = "RequestsFailed"
    """HTTP requests answered 503 because of an exception that the function does not know: a defect."""


counted: Counter[Metric] = Counter()
"""By this invocation, so far."""


def count(metric: Metric, number: int = 1) -> None:
    """Adds to what the invocation will report."""
    counted[metric] += number
