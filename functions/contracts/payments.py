"""What the Payment service publishes."""

from typing import ClassVar

from contracts.envelope import Fact
from contracts.values import AmountMinor, Currency


class PaymentCaptured(Fact):
    """The customer was charged the order's total."""

    type: ClassVar[str] = "payment.captured"
    payment_id: str
    amount_minor: AmountMinor
    currency: Currency


class PaymentDeclined(Fact):
    """The gateway refused the charge; no money was taken."""

    type: ClassVar[str] = "payment.declined"
    reason: str


class PaymentRefunded(Fact):
    """All that was charged was given back."""

    type: ClassVar[str] = "payment.refunded"
    payment_id: str
    refund_id: str
    amount_minor: AmountMinor
    currency: Currency


class PaymentVoided(Fact):
    """The order was cancelled before it was charged, and never will be charged."""

    type: ClassVar[str] = "payment.voided"
