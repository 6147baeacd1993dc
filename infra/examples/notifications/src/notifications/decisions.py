"""Notifications' decisions: it notifies the customer once it knows the customer and the outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from choreography.decisions import Decision, Reaction
from contracts.envelope import Event
from contracts.orders import OrderPlaced
from contracts.payments import PaymentDeclined, PaymentRefunded, PaymentVoided
from contracts.shipments import ShipmentDispatched
from notifications.state import Notification


@dataclass(frozen=True)
class Tell:
    """Tell the customer the news of an order.

    Each order has one message, so its id is the idempotency key.
    """

    order_id: str
    customer_id: str
    news: str


def _note_customer(state: Notification, event: Event[OrderPlaced]) -> Decision[Notification]:
    return _tell(state.model_copy(update={"customer_id": event.data.customer_id}), event)


def _note_news(state: Notification, event: Event[Any]) -> Decision[Notification]:
    return _tell(state.model_copy(update={"news": NEWS[event.type]}), event)


def _tell(noted: Notification, event: Event[Any]) -> Decision[Notification]:
    if noted.told or noted.customer_id is None or noted.news is None:
        return Decision(noted)
    return Decision(noted, effect=Tell(event.order_id, noted.customer_id, noted.news))


def outcome(state: Notification, event: Event[Any], answer: None) -> Decision[Notification]:
    """Records that the customer was told."""
    return Decision(state.model_copy(update={"told": True}))


NEWS = {
    ShipmentDispatched.type: "your order is on its way",
    PaymentDeclined.type: "your payment was declined; nothing was charged",
    PaymentRefunded.type: "your order was cancelled, and your money is on its way back",
    PaymentVoided.type: "your order was cancelled; nothing was charged",
}

REACTIONS: Mapping[str, Reaction[Notification]] = {
    OrderPlaced.type: _note_customer,
    **dict.fromkeys(NEWS, _note_news),
}
