"""The invariants of one order: those of its ledgers at any time, and those of its final state."""

from collections.abc import Sequence
from typing import NamedTuple, cast

from choreography.decisions import State
from infra.simulation.external_services import Entry
from infra.simulation.services import SERVICES


class Booked(NamedTuple):
    """How often the ledgers have each effect for one order."""

    charges: int
    refunds: int
    parcels: int
    has_address: bool

    @classmethod
    def of(cls, ledger: Sequence[Entry]) -> "Booked":
        whats = [entry.what for entry in ledger]
        charges, refunds = whats.count("charge captured"), whats.count("refund refunded")
        return cls(
            charges, refunds, whats.count("dispatch dispatched"), "dispatch without address" not in whats
        )

    @property
    def net(self) -> int:
        """Charges minus refunds."""
        return self.charges - self.refunds


def ledger_violation(ledger: Sequence[Entry]) -> str | None:
    """The violation that the ledger entries of one order show, if any."""
    booked = Booked.of(ledger)
    return money_violation(booked) or parcel_violation(booked)


def money_violation(booked: Booked) -> str | None:
    """The violation that the gateway's ledger shows, if any."""
    if booked.charges > 1:
        return "charged twice"
    if booked.refunds > booked.charges:
        return "more refunded than charged"
    return None


def parcel_violation(booked: Booked) -> str | None:
    """The violation that the carrier's ledger shows, beside the gateway's, if any."""
    charges, refunds, parcels, has_address = booked
    if not has_address:
        return "a parcel with no address"
    if parcels > 1:
        return "two parcels"
    if parcels and not charges:
        return "a parcel without a charge"
    if parcels and refunds:
        return "a parcel for refunded money"
    return None


FINAL_STATUSES = {
    "shipped": [("captured", "dispatched")],
    "completed": [("captured", "delivered")],
    "rejected": [("declined", "closed"), ("declined", "cancelled")],
    "cancelled": [("refunded", "failed"), ("refunded", "cancelled"), ("voided", "cancelled")],
}
"""For each final status of an order: the allowed statuses of Payment and Shipping."""


def final_violation(states: Sequence[State], ledger: Sequence[Entry]) -> tuple[str, str | None]:
    """The order's status, and the violation of a state in which no message waits. None if there is none."""
    status, *views = (s.status(state) for s, state in zip(SERVICES, states, strict=True))
    if status not in FINAL_STATUSES:
        return status, f"the order ends as {status}"
    return status, booked_otherwise(status, Booked.of(ledger)) or viewed_otherwise(status, views)


def booked_otherwise(status: str, booked: Booked) -> str | None:
    """The violation if the ledgers do not agree with the final status of an order."""
    expected = (1, 1) if status in ("shipped", "completed") else (0, 0)
    if (booked.net, booked.parcels) == expected:
        return None
    return f"the order is {status}, but charges minus refunds are {booked.net} and parcels {booked.parcels}"


def viewed_otherwise(status: str, views: Sequence[str]) -> str | None:
    """The violation if the statuses of Payment and Shipping do not agree with an order's final status."""
    if cast("tuple[str, str]", tuple(views)) in FINAL_STATUSES[status]:
        return None
    return f"the order is {status}, but payment is {views[0]} and shipping {views[1]}"
