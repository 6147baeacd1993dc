"""One order as it can be observed: its services, its ledgers, and what these must show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, NamedTuple, cast

import order.decisions
import order.state
import payment.decisions
import payment.state
import shipping.decisions
import shipping.state
from choreography.decisions import State, Transitions
from order.requests import PlaceOrder
from payment.gateway import Captured, Charge, Declined, Refund, Refunded, Settle
from shipping.carrier import Dispatch, Dispatched, Unserviceable


@dataclass(frozen=True)
class Service:
    """A participant: its decisions, its state's class and status, and its legal transitions."""

    name: str
    source: str
    decisions: ModuleType
    state: type[State]
    status: Callable[[Any], str]
    transitions: Transitions


SERVICES = (
    Service(
        "order",
        order.state.SOURCE,
        order.decisions,
        order.state.Order,
        lambda state: order.state.status(state.event_types),
        order.state.TRANSITIONS,
    ),
    Service(
        "payment",
        payment.state.SOURCE,
        payment.decisions,
        payment.state.Payment,
        lambda state: str(state.status),
        payment.state.TRANSITIONS,
    ),
    Service(
        "shipping",
        shipping.state.SOURCE,
        shipping.decisions,
        shipping.state.Shipment,
        lambda state: str(state.status),
        shipping.state.TRANSITIONS,
    ),
)


class Entry(NamedTuple):
    """An entry in the ledger of the gateway or the carrier."""

    what: str
    key: str


Effect = Charge | Settle | Refund | Dispatch
Answer = Captured | Declined | Refunded | Dispatched | Unserviceable


ANSWERS: Mapping[str, Answer] = {
    "charge captured": Captured("pi_1"),
    "charge declined": Declined("declined"),
    "charge expired": Declined("declined"),  # the same words: one event id has one content in every world
    "refund refunded": Refunded("re_1"),
    "dispatch dispatched": Dispatched("SBX1"),
    "dispatch blind": Dispatched("SBX1"),
    "dispatch refused": Unserviceable("not served"),
}
"""The answers of gateway and carrier, by the entry in their ledger."""


@dataclass(frozen=True)
class Behaviour:
    """How the gateway and the carrier answer. They honour idempotency keys, unless `forgets_keys`."""

    declines: bool
    unserviceable: bool
    forgets_keys: bool = False

    def perform(self, effect: Effect, ledger: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], Answer]:
        """The ledger after the call, and the answer: the same for the same key."""
        known = [entry for entry in ledger if entry.key == effect.idempotency_key]
        if known and not self.forgets_keys:
            return ledger, ANSWERS[known[0].what]
        entry = Entry(self._what(effect), effect.idempotency_key)
        return tuple(sorted((*ledger, entry))), ANSWERS[entry.what]

    def _what(self, effect: Effect) -> str:
        match effect:
            case Charge():
                return "charge declined" if self.declines else "charge captured"
            case Settle():
                return "charge expired"
            case Refund():
                return "refund refunded"
            case Dispatch():
                if self.unserviceable:
                    return "dispatch refused"
                return "dispatch dispatched" if effect.address else "dispatch blind"


BEHAVIOURS = tuple(Behaviour(declines, fails) for declines in (False, True) for fails in (False, True))


def order_request() -> PlaceOrder:
    """A sample order."""
    return PlaceOrder.model_validate(
        {
            "customer_id": "ada",
            "items": [{"sku": "tea", "quantity": 2, "unit_price": 1250}],
            "currency": "EUR",
            "payment_method": "pm_card_visa",
            "shipping_address": {
                "name": "Ada",
                "line1": "12 St James Square",
                "city": "London",
                "postal_code": "SW1Y 4JH",
                "country": "GB",
            },
        }
    )


def wrong_ledger(ledger: Sequence[Entry]) -> str | None:
    """The violation that the ledger entries of one order show, if any."""
    whats = [entry.what for entry in ledger]
    charges, refunds = whats.count("charge captured"), whats.count("refund refunded")
    parcels = whats.count("dispatch dispatched")
    if "dispatch blind" in whats:
        return "a parcel with no address"
    if charges > 1:
        return "charged twice"
    if refunds > charges:
        return "more refunded than charged"
    if parcels > 1:
        return "two parcels"
    if parcels and not charges:
        return "a parcel without a charge"
    if parcels and refunds:
        return "a parcel for refunded money"
    return None


ENDS = {
    "shipped": [("captured", "dispatched")],
    "completed": [("captured", "delivered")],
    "rejected": [("declined", "closed"), ("declined", "cancelled")],
    "cancelled": [("refunded", "failed"), ("refunded", "cancelled"), ("voided", "cancelled")],
}
"""For each final status of an order: the allowed statuses of Payment and Shipping."""


def at_rest(states: Sequence[State], ledger: Sequence[Entry]) -> tuple[str, str | None]:
    """The order's status, and the violation if the order is at rest."""
    stands, *views = (s.status(state) for s, state in zip(SERVICES, states, strict=True))
    whats = [entry.what for entry in ledger]
    net = whats.count("charge captured") - whats.count("refund refunded")
    parcels = whats.count("dispatch dispatched")
    if stands not in ENDS:
        return stands, f"it ends as {stands}"
    if (net, parcels) != ((1, 1) if stands in ("shipped", "completed") else (0, 0)):
        return stands, f"{stands}, but charges less refunds are {net} and parcels {parcels}"
    if cast("tuple[str, str]", tuple(views)) not in ENDS[stands]:
        return stands, f"{stands}, but payment is {views[0]} and shipping {views[1]}"
    return stands, None
