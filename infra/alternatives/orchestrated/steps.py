"""The orchestrator's pure decisions: which step follows, and what an answer of gateway or carrier means."""

from datetime import datetime
from typing import Any

from choreography.decisions import State
from contracts.orders import OrderPlaced
from order.decisions import EXPIRED
from payment.gateway import Captured, Charge, Declined, Refund, Refunded, Settle
from shipping.carrier import Dispatch, Dispatched, Unserviceable

FINAL = frozenset({"shipped", "rejected", "cancelled"})
IN_TIME = frozenset({"placed", "charging"})
"""A cancellation is accepted in these statuses. `dispatching` is the pivot, as in the choreography."""

Effect = Charge | Settle | Refund | Dispatch
Answer = Captured | Declined | Refunded | Dispatched | Unserviceable


class Progress(State):
    """How far an order is. `charging`, `dispatching` and `refunding` are intents."""

    status: str = "none"
    placed: OrderPlaced | None = None
    customer_id: str | None = None
    placed_at: datetime | None = None
    cancel_requested: bool = False
    payment_id: str | None = None
    tracking_number: str | None = None
    reason: str | None = None

    @property
    def order(self) -> OrderPlaced:
        """The order as it was placed."""
        assert self.placed is not None, "an order in progress was placed"
        return self.placed

    @property
    def summary(self) -> str:
        return self.status


def start(state: Progress, now: datetime) -> Progress:
    """The first step of a placed order: its charge, unless it is cancelled or expired."""
    if _stopped(state, now):
        return _to(state, "cancelled", reason=_reason(state))
    return _to(state, "charging")


def effect(order_id: str, state: Progress, now: datetime) -> Effect:
    """The external call of the current step. A repetition has the same idempotency key."""
    order = state.order
    match state.status:
        case "charging":
            charge = Charge(
                order_id, order.amount_minor, order.currency, order.payment_method, state.placed_at
            )
            return Settle(charge) if _stopped(state, now) else charge
        case "dispatching":
            return Dispatch(order_id, order.shipping_address, order.items, state.placed_at)
        case "refunding":
            assert state.payment_id is not None, "a captured charge has a payment id"
            return Refund(order_id, state.payment_id, order.amount_minor, order.currency)
    raise AssertionError(f"{state.status} has no effect")


def after(state: Progress, answer: Answer, now: datetime) -> Progress:
    """The next step, from the answer to the current one."""
    stopped = _stopped(state, now)
    match answer:
        case Captured(payment_id) if stopped:
            return _to(state, "refunding", payment_id=payment_id, reason=_reason(state))
        case Captured(payment_id):
            return _to(state, "dispatching", payment_id=payment_id)
        case Declined(reason):
            return _to(state, "cancelled" if stopped else "rejected", reason=reason)
        case Dispatched(tracking_number):
            return _to(state, "shipped", tracking_number=tracking_number)
        case Unserviceable(reason):
            return _to(state, "refunding", reason=reason)
        case Refunded():
            return _to(state, "cancelled")


def _stopped(state: Progress, now: datetime) -> bool:
    due = state.order.expires_at
    return state.cancel_requested or (due is not None and now > due)


def _reason(state: Progress) -> str | None:
    return None if state.cancel_requested else EXPIRED


def _to(state: Progress, status: str, **changes: Any) -> Progress:
    return state.model_copy(update={"status": status, **changes})
