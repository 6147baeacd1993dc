"""The gateway and the carrier as pure functions: their ledgers and their answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from infra.shared.order_kinds import request
from order.requests import PlaceOrder
from payment.gateway import Captured, Charge, Declined, Refund, Refunded, Settle
from shipping.carrier import Dispatch, Dispatched, Unserviceable


class Entry(NamedTuple):
    """An entry in the ledger of the gateway or the carrier."""

    what: str
    key: str


Effect = Charge | Settle | Refund | Dispatch
Answer = Captured | Declined | Refunded | Dispatched | Unserviceable


ANSWERS: Mapping[str, Answer] = {
    "charge captured": Captured("pi_1"),
    "charge declined": Declined("declined"),
    "charge expired": Declined("declined"),  # the same text: one event id has one content in every state
    "refund refunded": Refunded("re_1"),
    "dispatch dispatched": Dispatched("SBX1"),
    "dispatch without address": Dispatched("SBX1"),
    "dispatch refused": Unserviceable("not served"),
}
"""The answer of the gateway or the carrier, by its ledger entry."""


@dataclass(frozen=True)
class Behaviour:
    """How the gateway and the carrier answer. `forgets_keys` makes them ignore idempotency keys."""

    declines: bool
    unserviceable: bool
    forgets_keys: bool = False

    def perform(self, effect: Effect, ledger: tuple[Entry, ...]) -> tuple[tuple[Entry, ...], Answer]:
        """The ledger and the answer after the call. The same key gets the same answer."""
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
                return "dispatch dispatched" if effect.address else "dispatch without address"


BEHAVIOURS = tuple(Behaviour(declines, fails) for declines in (False, True) for fails in (False, True))


def order_request() -> PlaceOrder:
    """A sample order."""
    return PlaceOrder.model_validate(request("shipped", "ada"))
