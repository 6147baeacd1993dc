"""What Order knows of an order: what was placed, and which events it has seen of it since."""

from choreography.decisions import State
from choreography.metrics import Metric
from contracts.orders import OrderPlaced

SOURCE = "/services/order"

FINAL = frozenset({"completed", "rejected", "cancelled"})
DECIDED = FINAL | {"shipped"}
"""Past the pivot, or over: of a shipped order only the carrier's word is still to come."""


class Order(State):
    """A fresh one was never placed. `facts` are the types of the events seen, Order's own included."""

    customer_id: str | None = None
    placed_at: str | None = None
    placed: OrderPlaced | None = None
    request_digest: str | None = None
    """Of the request that placed it: the same order id with another digest is another order."""
    correlationid: str | None = None
    facts: frozenset[str] = frozenset()
    tracking_number: str | None = None
    delivered_at: str | None = None
    reason: str | None = None
    """Why it was rejected or could not be shipped."""


def status(facts: frozenset[str]) -> str:
    """How an order stands, from what was seen of it, in whatever order it was seen."""
    stopped = facts & {"shipment.cancelled", "shipment.failed"}
    if "payment.declined" in facts:
        return "rejected"
    if "shipment.delivered" in facts:
        return "completed"
    if "shipment.dispatched" in facts:
        return "shipped"
    if stopped and facts & {"payment.refunded", "payment.voided"}:
        return "cancelled"
    if stopped or "order.cancellation_requested" in facts:
        return "cancelling"
    return "paid" if "payment.captured" in facts else "placed"


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
    # The carrier's word may be heard before Shipping's.
    "completed": frozenset({Metric.ORDERS_SHIPPED, Metric.ORDERS_COMPLETED}),
    "rejected": frozenset({Metric.ORDERS_REJECTED}),
    "cancelled": frozenset({Metric.ORDERS_CANCELLED}),
}


def milestones(state: Order) -> frozenset[Metric]:
    return _MILESTONES.get(status(state.facts), frozenset())
