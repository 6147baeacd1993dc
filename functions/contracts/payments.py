"""What the Payment service publishes."""

from typing import ClassVar

from contracts.envelope import Payload
from contracts.values import AmountMinor, Currency


class PaymentCaptured(Payload):
    """The customer was charged the order's total."""

    type: ClassVar[str] = "payment.captured"
    payment_id: str
    amount_minor: AmountMinor
    currency: Currency


class PaymentDeclined(Payload):
    """The gateway refused the charge; no money was taken."""

    type: ClassVar[str] = "payment.declined"
    reason: str


class PaymentRefunded(Payload):
    """The whole charge was refunded."""

    type: ClassVar[str] = "payment.refunded"
    payment_id: str
    refund_id: str
    amount_minor: AmountMinor
    currency: Currency


class PaymentVoided(Payload):
    """The order was cancelled before a charge, and no charge will follow."""

    type: ClassVar[str] = "payment.voided"
