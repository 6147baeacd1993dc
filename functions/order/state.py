"""What Order stores of an order, beside the events that it published and received."""

from pydantic import Field

from choreography.decisions import State
from choreography.metrics import Metric
from choreography.stored import Record
from contracts.catalogue import SOURCES
from contracts.orders import OrderPlaced

SOURCE = SOURCES["order"]

FINAL = frozenset({"completed", "rejected", "cancelled"})
DECIDED = FINAL | {"shipped"}
"""An order that can no longer be cancelled. After `shipped`, only the delivery can follow."""


class Order(State):
    """A new instance stands for an order that was never placed. The outbox has what was placed."""

    customer_id: str | None = None
    placed_at: str | None = None
    event_types: frozenset[str] = Field(default=frozenset(), exclude=True)
    """The types of the events that Order published or received about the order. Not stored: `to_record` gives
    them."""
    tracking_number: str | None = None
    delivered_at: str | None = None
    reason: str | None = None
    """Why it was rejected or could not be shipped."""

    @property
    def summary(self) -> str:
        current = status(self.event_types)
        return f"{current}: {self.reason}" if self.reason else current


def placed_order(record: Record[Order]) -> OrderPlaced:
    """The order as it was placed: what Order published of it."""
    published = next(event for event in record.published if event["type"] == OrderPlaced.type)
    return OrderPlaced.model_validate(published["data"])


def status(event_types: frozenset[str]) -> str:
    """The status that follows from the types of the events seen, in any order of arrival."""
    stopped = event_types & {"shipment.cancelled", "shipment.failed"}
    if "payment.declined" in event_types:
        return "rejected"
    if "shipment.delivered" in event_types:
        return "completed"
    if "shipment.dispatched" in event_types:
        return "shipped"
    if stopped and event_types & {"payment.refunded", "payment.voided"}:
        return "cancelled"
    if stopped or "order.cancellation_requested" in event_types:
        return "cancelling"
    return "paid" if "payment.captured" in event_types else "placed"


TRANSITIONS = {
    "placed": frozenset({"paid", "rejected", "cancelling", "cancelled", "shipped", "completed"}),
    "paid": frozenset({"cancelling", "cancelled", "shipped", "completed"}),
    "cancelling": frozenset({"cancelled", "shipped", "completed", "rejected"}),
    "shipped": frozenset({"completed"}),
    "completed": frozenset[str](),
    "rejected": frozenset[str](),
    "cancelled": frozenset[str](),
}

_MILESTONES = {
    "shipped": frozenset({Metric.ORDERS_SHIPPED}),
    # shipment.delivered may arrive before shipment.dispatched.
    "completed": frozenset({Metric.ORDERS_SHIPPED, Metric.ORDERS_COMPLETED}),
    "rejected": frozenset({Metric.ORDERS_REJECTED}),
    "cancelled": frozenset({Metric.ORDERS_CANCELLED}),
}


def milestones(state: Order) -> frozenset[Metric]:
    return _MILESTONES.get(status(state.event_types), frozenset())
