"""What Payment stores of an order, and the legal moves."""

from choreography.decisions import State, Transitions
from choreography.metrics import Metric
from contracts.catalogue import SOURCES

SOURCE = SOURCES["payment"]

TRANSITIONS: Transitions = {
    "none": frozenset({"charging", "voided"}),
    "charging": frozenset({"captured", "declined"}),
    "captured": frozenset({"refunded"}),
    "declined": frozenset(),
    "refunded": frozenset(),
    "voided": frozenset(),
}


class Payment(State):
    """`charging` is the intent. Until the outcome is written, other events of the order are retried."""

    status: str = "none"
    payment_id: str | None = None
    amount_minor: int | None = None
    currency: str | None = None

    @property
    def summary(self) -> str:
        return self.status


_MILESTONES = {
    "captured": frozenset({Metric.PAYMENTS_CAPTURED}),
    "declined": frozenset({Metric.PAYMENTS_DECLINED}),
    "refunded": frozenset({Metric.PAYMENTS_REFUNDED}),
    "voided": frozenset({Metric.PAYMENTS_VOIDED}),
}


def milestones(state: Payment) -> frozenset[Metric]:
    return _MILESTONES.get(state.status, frozenset())
