"""What the Order service publishes."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime

from contracts.envelope import Fact
from contracts.values import Address, AmountMinor, Currency, Item


class OrderPlaced(Fact):
    """A customer's order was accepted: Payment may charge it, Shipping may prepare it."""

    type: ClassVar[str] = "order.placed"
    version: ClassVar[str] = "1.1"
    customer_id: str
    items: tuple[Item, ...]
    amount_minor: AmountMinor
    currency: Currency
    payment_method: str
    shipping_address: Address
    expires_at: AwareDatetime | None = None
    """Undecided by then, Order has it cancelled; nor does a charge begin any more."""


class OrderCancellationRequested(Fact):
    """The customer wants the order stopped, or its time is over: Shipping decides whether it still can be."""

    type: ClassVar[str] = "order.cancellation_requested"
    version: ClassVar[str] = "1.1"
    reason: Literal["customer", "expired"] = "customer"
