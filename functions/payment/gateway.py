"""The port to the payment gateway. A call may be repeated: under one idempotency key it has one effect."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Charge:
    """Take the order's total. An order has one key and keeps it, so it cannot be charged twice."""

    order_id: str
    amount_minor: int
    """In minor units of ISO 4217, which may differ from the gateway's own."""
    currency: str
    payment_method: str
    placed_at: datetime | None = None
    """When the order was placed: no attempt is older."""

    @property
    def idempotency_key(self) -> str:
        return f"charge-{self.order_id}"


@dataclass(frozen=True)
class Settle:
    """Find out whether a charge was made; if not, make it impossible."""

    charge: Charge

    @property
    def idempotency_key(self) -> str:
        return self.charge.idempotency_key


@dataclass(frozen=True)
class Refund:
    """Refund the whole of a captured charge."""

    order_id: str
    payment_id: str
    amount_minor: int
    currency: str

    @property
    def idempotency_key(self) -> str:
        return f"refund-{self.order_id}"


@dataclass(frozen=True)
class Captured:
    payment_id: str


@dataclass(frozen=True)
class Declined:
    reason: str


@dataclass(frozen=True)
class Refunded:
    refund_id: str


EXPIRED = "expired"
"""The reason of a charge that was not made before the order's deadline."""


class Gateway(Protocol):
    """Every call raises Unanswered if it is not known whether it took effect."""

    def charge(self, charge: Charge) -> Captured | Declined: ...

    def settle(self, charge: Charge) -> Captured | Declined:
        """What became of the charge. Declined(EXPIRED) if it was not made: from now on, `charge` cannot make
        it either."""
        ...

    def refund(self, refund: Refund) -> Refunded: ...
