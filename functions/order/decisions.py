"""Order's pure decisions: which events it records, and which orders may be cancelled."""

from __future__ import annotations  # otherwise each start builds a model for every Event[...] here

from collections.abc import Mapping
from typing import Any, Literal

from choreography.decisions import Decision, Reaction, check_move
from choreography.errors import UnknownOrder
from contracts.envelope import Event
from contracts.orders import OrderCancellationRequested
from contracts.payments import PaymentCaptured, PaymentDeclined, PaymentRefunded, PaymentVoided
from contracts.shipments import ShipmentCancelled, ShipmentDelivered, ShipmentDispatched, ShipmentFailed
from order.state import TRANSITIONS, Order, status


class TooLate(Exception):
    """The order has a `status` that a cancellation no longer changes."""

    def __init__(self, status: str) -> None:
        super().__init__(f"the order is {status}")
        self.status = status


EXPIRED = "not paid and dispatched in time"


def cancel(state: Order, reason: Literal["customer", "expired"] = "customer") -> Decision[Order]:
    """Requests the order's cancellation. A second request changes nothing.

    Raises TooLate once it is shipped, completed or rejected.
    """
    stands = status(state.event_types)
    if stands in ("shipped", "completed", "rejected"):
        raise TooLate(stands)
    if stands in ("cancelling", "cancelled"):
        return Decision(state)
    requested = OrderCancellationRequested(reason=reason)
    seen = _see(state, requested.type)
    if reason == "expired":
        seen = seen.model_copy(update={"reason": EXPIRED})
    return Decision(seen, (requested,))


def _note(state: Order, event: Event[Any]) -> Decision[Order]:
    if state.placed_at is None:
        raise UnknownOrder(f"{event.type} is about an order that was never placed")
    return Decision(_see(state, event.type))


def _note_reason(state: Order, event: Event[PaymentDeclined] | Event[ShipmentFailed]) -> Decision[Order]:
    noted = _note(state, event).state
    return Decision(noted.model_copy(update={"reason": event.data.reason}))


def _note_parcel(state: Order, event: Event[ShipmentDispatched]) -> Decision[Order]:
    noted = _note(state, event).state
    return Decision(noted.model_copy(update={"tracking_number": event.data.tracking_number, "reason": None}))


def _note_delivery(state: Order, event: Event[ShipmentDelivered]) -> Decision[Order]:
    noted = _note(state, event).state
    delivery = event.data.model_dump(mode="json", include={"tracking_number", "delivered_at"})
    return Decision(noted.model_copy(update=delivery | {"reason": None}))


def _see(state: Order, event_type: str) -> Order:
    seen = state.event_types | {event_type}
    check_move("order", TRANSITIONS, status(state.event_types), status(seen))
    return state.model_copy(update={"event_types": seen})


REACTIONS: Mapping[str, Reaction[Order]] = {
    PaymentCaptured.type: _note,
    PaymentDeclined.type: _note_reason,
    PaymentRefunded.type: _note,
    PaymentVoided.type: _note,
    ShipmentDispatched.type: _note_parcel,
    ShipmentDelivered.type: _note_delivery,
    ShipmentFailed.type: _note_reason,
    ShipmentCancelled.type: _note,
}
