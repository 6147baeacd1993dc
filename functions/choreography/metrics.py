"""The metrics: counts and gauges. `reporting` sends them to CloudWatch.

Each business metric counts an order once, after the one write that makes it so has succeeded. Only a crash
between that write and the end of the invocation loses a count.
"""

from collections import Counter
from enum import StrEnum


class Metric(StrEnum):
    """Names of counts. Each of OrdersAccepted is followed by one of the next three."""

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
    MESSAGES_REFUSED = "MessagesRefused"
    """Of MessagesWaiting, those for which AWS or an external system refuses our credentials (NotAdmitted)."""
    MESSAGES_FAILED = "MessagesFailed"
    MESSAGES_DEAD_LETTERED = "MessagesDeadLettered"
    WEBHOOKS_REFUSED = "WebhooksRefused"
    REQUESTS_FAILED = "RequestsFailed"
    """HTTP requests answered 503 because of an exception that the function does not know: a defect."""


class Gauge(StrEnum):
    """Names of measurements in seconds. The largest of an invocation is reported."""

    WAITING_SECONDS = "WaitingSeconds"
    """The age of the oldest event that waits. SQS does not know it: a requeued message is young again."""


counted: Counter[Metric] = Counter()
"""The counts of this invocation, so far."""
measured: dict[Gauge, float] = {}
"""The gauges of this invocation, so far."""


def count(metric: Metric, number: int = 1) -> None:
    """Adds to a count that the invocation will report."""
    counted[metric] += number


def measure(gauge: Gauge, seconds: float) -> None:
    """Raises a gauge that the invocation will report to `seconds`, if that is more."""
    measured[gauge] = max(seconds, measured.get(gauge, 0.0))
