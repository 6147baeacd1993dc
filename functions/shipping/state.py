"""What Shipping stores of an order, and the legal moves."""

from choreography.decisions import State, Transitions
from choreography.metrics import Metric
from contracts.catalogue import SOURCES
from contracts.shipments import ShipmentDelivered
from contracts.values import Address, Item

SOURCE = SOURCES["shipment"]

TRANSITIONS: Transitions = {
    "none": frozenset({"dispatching", "cancelled", "closed"}),
    "dispatching": frozenset({"dispatched", "delivered", "failed"}),
    "dispatched": frozenset({"delivered"}),
    "delivered": frozenset(),
    "failed": frozenset(),
    "cancelled": frozenset(),
    "closed": frozenset(),
}


class Shipment(State):
    """`dispatching` is the intent and the pivot: a cancellation that arrives after it is too late."""

    status: str = "none"
    address: Address | None = None
    """From order.placed; kept only while a parcel may still leave."""
    items: tuple[Item, ...] = ()
    captured_by: str | None = None
    """Id of the payment.captured event."""
    intent_by: str | None = None
    """Id of the event whose handler performs the dispatch."""
    delivery: ShipmentDelivered | None = None
    """A delivery that the carrier reported before the dispatch was written; published with the dispatch."""
    correlationid: str | None = None
    """The order's. It is kept because the carrier's messages do not contain it."""

    @property
    def summary(self) -> str:
        return self.status


_MILESTONES = {
    "dispatched": frozenset({Metric.PARCELS_DISPATCHED}),
    "delivered": frozenset({Metric.PARCELS_DISPATCHED, Metric.PARCELS_DELIVERED}),
    "failed": frozenset({Metric.PARCELS_REFUSED}),
}


def milestones(state: Shipment) -> frozenset[Metric]:
    return _MILESTONES.get(state.status, frozenset())
