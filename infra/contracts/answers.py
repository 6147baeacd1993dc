"""Models of the HTTP API's answers, which order/views.py and choreography/problems.py produce."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from contracts.values import AmountMinor, Currency


class _Answer(BaseModel):
    # The tests fail if an answer has a field that no model describes.
    model_config = ConfigDict(extra="forbid")


class OrderLine(_Answer):
    """One line of an order; `unit_price` in minor units."""

    sku: str
    quantity: int
    unit_price: AmountMinor


class OrderSummary(_Answer):
    """An order's current state. Fields that do not apply yet are absent."""

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
    """A customer's orders, newest first. `cursor` requests the next page; the last page has none."""

    orders: list[OrderSummary]
    cursor: str = ""


class HistoryEntry(_Answer):
    """An event that Order published or handled."""

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
    """An RFC 9457 problem document: the error of a request, by field."""

    type: Literal["about:blank"]
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = []
