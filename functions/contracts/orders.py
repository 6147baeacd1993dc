"""What the Order service publishes."""

from typing import ClassVar

from contracts.envelope import Fact
from contracts.values import Address, AmountMinor, Currency, Item


class OrderPlaced(Fact):
    """A customer's order was accepted: Payment may charge it, Shipping may prepare it."""

    type: ClassVar[str] = "order.placed"
    customer_id: str
    items: tuple[Item, ...]
    amount_minor: AmountMinor
    currency: Currency
    payment_method: str
    shipping_address: Address


class OrderCancellationRequested(Fact):
    """The customer wants the order stopped: Shipping decides whether it still can be."""

    type: ClassVar[str] = "order.cancellation_requested"
