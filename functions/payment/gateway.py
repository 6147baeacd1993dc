"""The port to whoever moves the money. Calls may be repeated: the idempotency key makes them one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Charge:
    """Take the order's total. One key an order, for ever: it cannot be charged twice."""

    order_id: str
    amount_minor: int
    currency: str
    payment_method: str
    placed_at: datetime | None = None
    """When the order was placed: no attempt is older."""

    @property
    def idempotency_key(self) -> str:
        return f"charge-{self.order_id}"


@dataclass(frozen=True)
class Refund:
    """Give all of a captured charge back."""

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


class Gateway(Protocol):
    """Every call raises Unanswered if nobody can tell whether it took effect."""

    def charge(self, charge: Charge) -> Captured | Declined: ...

    def refund(self, refund: Refund) -> Refunded: ...
