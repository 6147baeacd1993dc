"""The invariants of one order: those of its ledgers at any time, and those of its final state."""

from collections.abc import Sequence
from typing import cast

from choreography.decisions import State
from infra.simulation.external_services import Entry
from infra.simulation.services import SERVICES


def ledger_violation(ledger: Sequence[Entry]) -> str | None:
    """The violation that the ledger entries of one order show, if any."""
    whats = [entry.what for entry in ledger]
    charges, refunds = whats.count("charge captured"), whats.count("refund refunded")
    parcels = whats.count("dispatch dispatched")
    if "dispatch without address" in whats:
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
    whats = [entry.what for entry in ledger]
    net = whats.count("charge captured") - whats.count("refund refunded")
    parcels = whats.count("dispatch dispatched")
    if status not in FINAL_STATUSES:
        return status, f"the order ends as {status}"
    if (net, parcels) != ((1, 1) if status in ("shipped", "completed") else (0, 0)):
        return status, f"the order is {status}, but charges minus refunds are {net} and parcels {parcels}"
    if cast("tuple[str, str]", tuple(views)) not in FINAL_STATUSES[status]:
        return status, f"the order is {status}, but payment is {views[0]} and shipping {views[1]}"
    return status, None
