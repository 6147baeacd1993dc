"""Shipping's decisions, pure: what leaves, what is stopped, and when it is too late to stop."""

from __future__ import annotations  # otherwise each start builds a model for every Event[...] here

from collections.abc import Mapping
from typing import Any

from choreography.decisions import Decision, Reaction, check_move
from choreography.errors import IntentHeld, UnknownParcel
from choreography.outbox import derived_id
from contracts.envelope import Event
from contracts.orders import OrderCancellationRequested, OrderPlaced
from contracts.payments import PaymentCaptured, PaymentDeclined
from contracts.shipments import ShipmentCancelled, ShipmentDelivered, ShipmentDispatched, ShipmentFailed
from shipping.carrier import Dispatch, Dispatched, ParcelDelivered, Unserviceable
from shipping.state import TRANSITIONS, Shipment


def _note_order(state: Shipment, event: Event[OrderPlaced]) -> Decision[Shipment]:
    if state.status not in ("none", "dispatching"):
        return Decision(state)
    order = event.data
    noted = state.model_copy(update={"address": order.shipping_address, "items": order.items})
    return _dispatch_if_ready(state, noted, event)


def _note_payment(state: Shipment, event: Event[PaymentCaptured]) -> Decision[Shipment]:
    if state.status not in ("none", "dispatching"):
        return Decision(state)
    return _dispatch_if_ready(state, state.model_copy(update={"captured_by": event.id}), event)


def _dispatch_if_ready(state: Shipment, noted: Shipment, event: Event[Any]) -> Decision[Shipment]:
    if state.status == "dispatching" and state.intent_by != event.id:
        raise IntentHeld(f"{event.type} waits for the outcome of the dispatch")
    if noted.address is None or noted.captured_by is None:
        return Decision(noted)
    intent = noted.model_copy(
        update={"status": "dispatching", "intent_by": event.id, "correlationid": event.correlationid}
    )
    dispatch = Dispatch(event.order_id, noted.address, noted.items, decided_at=event.time)
    return Decision(_move(state, intent), effect=dispatch)


def _stop(state: Shipment, event: Event[OrderCancellationRequested]) -> Decision[Shipment]:
    if state.status != "none":
        return Decision(state)  # too late, or over already
    return Decision(_end(state, "cancelled"), (ShipmentCancelled(),))


def _forget(state: Shipment, event: Event[PaymentDeclined]) -> Decision[Shipment]:
    return Decision(_end(state, "closed") if state.status == "none" else state)


def _deliver(state: Shipment, event: Event[ParcelDelivered]) -> Decision[Shipment]:
    told = ShipmentDelivered(**event.data.model_dump())
    match state:
        case Shipment(status="delivered"):
            return Decision(state)
        case Shipment(status="dispatching"):
            # Kept: a carrier stops repeating its report. The outcome of the dispatch publishes both events.
            return Decision(state.model_copy(update={"delivery": state.delivery or told}))
        case Shipment(status="dispatched", captured_by=str(captured_by)):
            dispatched = derived_id(captured_by, ShipmentDispatched.type)
            return Decision(_end(state, "delivered"), (told,), caused_by=dispatched)
    raise UnknownParcel(
        f"no parcel of order {event.order_id} was handed to the carrier: it is {state.status}"
    )


def outcome(state: Shipment, event: Event[Any], answer: Dispatched | Unserviceable) -> Decision[Shipment]:
    """What the carrier's answer means. Its cause is the payment, whichever event completed the join."""
    match answer:
        case Dispatched(tracking_number):
            left = ShipmentDispatched(tracking_number=tracking_number)
            if state.delivery is not None:
                both = (left, state.delivery)
                return Decision(_end(state, "delivered"), both, caused_by=state.captured_by)
            return Decision(_end(state, "dispatched"), (left,), caused_by=state.captured_by)
        case Unserviceable(reason):
            failure = ShipmentFailed(reason=reason)
            return Decision(_end(state, "failed"), (failure,), caused_by=state.captured_by)


def _end(state: Shipment, status: str) -> Shipment:
    return _move(
        state, state.model_copy(update={"status": status, "address": None, "items": (), "delivery": None})
    )


def _move(before: Shipment, after: Shipment) -> Shipment:
    check_move("shipment", TRANSITIONS, before.status, after.status)
    return after


REACTIONS: Mapping[str, Reaction[Shipment]] = {
    OrderPlaced.type: _note_order,
    PaymentCaptured.type: _note_payment,
    PaymentDeclined.type: _forget,
    OrderCancellationRequested.type: _stop,
}

CARRIER_REACTIONS: Mapping[str, Reaction[Shipment]] = {ParcelDelivered.type: _deliver}
"""To what the carrier tells: it comes over HTTP, not through the queue."""
