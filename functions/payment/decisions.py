"""Payment's pure decisions: which order is charged, refunded or never charged."""

from __future__ import annotations  # otherwise each start builds a model for every Event[...] here

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from choreography.decisions import Decision, Reaction, check_move
from choreography.errors import IntentHeld
from contracts.envelope import Event
from contracts.orders import OrderPlaced
from contracts.payments import PaymentCaptured, PaymentDeclined, PaymentRefunded, PaymentVoided
from contracts.shipments import ShipmentCancelled, ShipmentFailed
from payment.gateway import Captured, Charge, Declined, Refund, Refunded, Settle
from payment.state import TRANSITIONS, Payment


def _charge(state: Payment, event: Event[OrderPlaced]) -> Decision[Payment]:
    if state.status not in ("none", "charging"):
        return Decision(state)
    order = event.data
    intent = state.model_copy(
        update={"status": "charging", "amount_minor": order.amount_minor, "currency": order.currency}
    )
    return Decision(_move(state, intent), effect=_charge_for(event))


def settle(state: Payment, event: Event[OrderPlaced]) -> Decision[Payment]:
    """Ends a charge that was begun: with its outcome, or by making the charge impossible."""
    return (
        Decision(state, effect=Settle(_charge_for(event))) if state.status == "charging" else Decision(state)
    )


def _charge_for(event: Event[OrderPlaced]) -> Charge:
    order = event.data
    return Charge(event.order_id, order.amount_minor, order.currency, order.payment_method, event.time)


def _give_back(state: Payment, event: Event[ShipmentCancelled] | Event[ShipmentFailed]) -> Decision[Payment]:
    if state.status == "charging":
        raise IntentHeld(f"{event.type} waits for the outcome of the charge")
    if state.status == "none":
        # Remembered, so that an order.placed that arrives later starts no charge.
        return Decision(_move(state, state.model_copy(update={"status": "voided"})), (PaymentVoided(),))
    if state.status == "captured":
        return Decision(state, effect=_refund(state, event.order_id))
    return Decision(state)


def _refund(state: Payment, order_id: str) -> Refund:
    match state:
        case Payment(payment_id=str(payment_id), amount_minor=int(amount_minor), currency=str(currency)):
            return Refund(order_id, payment_id, amount_minor, currency)
    raise AssertionError("a captured payment says what was captured")


def outcome(state: Payment, event: Event[Any], answer: Captured | Declined | Refunded) -> Decision[Payment]:
    """What the gateway's answer means."""
    match answer:
        case Declined(reason):
            declined = state.model_copy(update={"status": "declined"})
            return Decision(_move(state, declined), (PaymentDeclined(reason=reason),))
        case Captured(payment_id):
            captured = state.model_copy(update={"status": "captured", "payment_id": payment_id})
            return Decision(_move(state, captured), (PaymentCaptured(**_money(captured)),))
        case Refunded(refund_id):
            refunded = state.model_copy(update={"status": "refunded"})
            return Decision(
                _move(state, refunded), (PaymentRefunded(refund_id=refund_id, **_money(refunded)),)
            )


def _money(state: Payment) -> dict[str, Any]:
    return state.model_dump(include={"payment_id", "amount_minor", "currency"})


def _move(before: Payment, after: Payment) -> Payment:
    check_move("payment", TRANSITIONS, before.status, after.status)
    return after


def _charge_in_time(now: datetime, state: Payment, event: Event[OrderPlaced]) -> Decision[Payment]:
    due = event.data.expires_at
    if due is None or now <= due:
        return REACTIONS[OrderPlaced.type](state, event)
    # Order requests the cancellation. A charge that was begun may have been made: it is settled.
    return settle(state, event)


REACTIONS: Mapping[str, Reaction[Payment]] = {
    OrderPlaced.type: _charge,
    ShipmentCancelled.type: _give_back,
    ShipmentFailed.type: _give_back,
}


def reactions_at(now: datetime) -> Mapping[str, Reaction[Payment]]:
    """REACTIONS, except that an expired order is not charged."""
    return {**REACTIONS, OrderPlaced.type: partial(_charge_in_time, now)}
