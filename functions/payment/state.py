"""What Payment knows of an order, and the moves that are legal."""

from choreography.decisions import State, Transitions
from choreography.metrics import Metric

SOURCE = "/services/payment"

TRANSITIONS: Transitions = {
    "none": frozenset({"charging", "voided"}),
    "charging": frozenset({"captured", "declined"}),
    "captured": frozenset({"refunded"}),
    "declined": frozenset(),
    "refunded": frozenset(),
    "voided": frozenset(),
}


class Payment(State):
    """`charging` is the intent: from that write to the outcome's, only the charge may go on."""

    status: str = "none"
    payment_id: str | None = None
    amount_minor: int | None = None
    currency: str | None = None


_MILESTONES = {
    "captured": frozenset({Metric.PAYMENTS_CAPTURED}),
    "declined": frozenset({Metric.PAYMENTS_DECLINED}),
    "refunded": frozenset({Metric.PAYMENTS_REFUNDED}),
    "voided": frozenset({Metric.PAYMENTS_VOIDED}),
}


def milestones(state: Payment) -> frozenset[Metric]:
    return _MILESTONES.get(state.status, frozenset())
