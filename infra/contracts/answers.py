"""What the HTTP API answers, as models: the shapes that order/views.py and choreography/problems.py make."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.values import AmountMinor, Currency


class _Answer(BaseModel):
    # An answer with a field that is not described here fails the tests.
    model_config = ConfigDict(extra="forbid")


class OrderLine(_Answer):
    """One line of an order; `unit_price` in minor units."""

    sku: str
    quantity: int
    unit_price: AmountMinor


class OrderSummary(_Answer):
    """An order as it stands; fields that do not apply yet are left out."""

    order_id: str
    status: Literal["placed", "paid", "shipped", "completed", "rejected", "cancelling", "cancelled"]
    customer_id: str
    items: list[OrderLine]
    total: AmountMinor
    currency: Currency
    placed_at: AwareDatetime
    tracking_number: str = ""
    delivered_at: AwareDatetime | None = None
    reason: str = ""


class OrderPage(_Answer):
    """A customer's orders, newest first; `cursor` leads to the next page, absent on the last."""

    orders: list[OrderSummary]
    cursor: str = ""


class HistoryEntry(_Answer):
    """An event that Order published or saw."""

    id: str
    type: str
    source: str
    time: AwareDatetime
    causationid: str = ""


class OrderHistory(_Answer):
    """The order's events, each after its cause."""

    order_id: str
    events: list[HistoryEntry]


class FieldError(_Answer):
    field: str
    detail: str


class ProblemDocument(_Answer):
    """RFC 9457: what is wrong with a request, by field."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = []
