"""Shipping's decisions, pure: what leaves, what is stopped, and when it is too late to stop."""

from collections.abc import Mapping
from typing import Any

from choreography.decisions import Decision, Reaction, check_move
from choreography.errors import IntentHeld
from contracts.envelope import Event
from contracts.orders import OrderCancellationRequested, OrderPlaced
from contracts.payments import PaymentCaptured, PaymentDeclined
from contracts.shipments import ShipmentCancelled, ShipmentDispatched, ShipmentFailed
from shipping.carrier import Dispatch, Dispatched, Unserviceable
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
    intent = noted.model_copy(update={"status": "dispatching", "intent_by": event.id})
    return Decision(_move(state, intent), effect=Dispatch(event.order_id, noted.address, noted.items))


def _stop(state: Shipment, event: Event[OrderCancellationRequested]) -> Decision[Shipment]:
    if state.status != "none":
        return Decision(state)  # too late, or over already
    return Decision(_end(state, "cancelled"), (ShipmentCancelled(),))


def _forget(state: Shipment, event: Event[PaymentDeclined]) -> Decision[Shipment]:
    return Decision(_end(state, "closed") if state.status == "none" else state)


def outcome(state: Shipment, event: Event[Any], answer: Dispatched | Unserviceable) -> Decision[Shipment]:
    """What the carrier's answer means. Its cause is the payment, whichever event completed the join."""
    match answer:
        case Dispatched(tracking_number):
            ended, fact = _end(state, "dispatched"), ShipmentDispatched(tracking_number=tracking_number)
            return Decision(ended, (fact,), caused_by=state.captured_by)
        case Unserviceable(reason):
            ended, failure = _end(state, "failed"), ShipmentFailed(reason=reason)
            return Decision(ended, (failure,), caused_by=state.captured_by)


def _end(state: Shipment, status: str) -> Shipment:
    return _move(state, state.model_copy(update={"status": status, "address": None, "items": ()}))


def _move(before: Shipment, after: Shipment) -> Shipment:
    check_move("shipment", TRANSITIONS, before.status, after.status)
    return after


REACTIONS: Mapping[str, Reaction[Shipment]] = {
    OrderPlaced.type: _note_order,
    PaymentCaptured.type: _note_payment,
    PaymentDeclined.type: _forget,
    OrderCancellationRequested.type: _stop,
}
