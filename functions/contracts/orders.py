"""What the Order service publishes."""

from typing import ClassVar, Literal

from pydantic import AwareDatetime, Field

from contracts.envelope import Fact
from contracts.values import Address, AmountMinor, Currency, Item, personal


class OrderPlaced(Fact):
    """A customer's order was accepted: Payment may charge it, Shipping may prepare it."""

    type: ClassVar[str] = "order.placed"
    version: ClassVar[str] = "1.1"
    customer_id: str = Field(
        json_schema_extra=personal(order="to list a customer's orders; as long as the order")
    )
    items: tuple[Item, ...]
    amount_minor: AmountMinor
    currency: Currency
    payment_method: str = Field(
        description="a token of the gateway, never a card",
        json_schema_extra=personal(
            payment="to charge; given to the gateway, and not kept",
            order="in the event that it published; as long as the order",
        ),
    )
    shipping_address: Address
    expires_at: AwareDatetime | None = None
    """Deadline. After it, Order requests cancellation and Payment starts no charge."""


class OrderCancellationRequested(Fact):
    """The customer cancels the order, or its deadline is over. Shipping decides whether it is in time."""

    type: ClassVar[str] = "order.cancellation_requested"
    version: ClassVar[str] = "1.1"
    reason: Literal["customer", "expired"] = "customer"
