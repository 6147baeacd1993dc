"""The requests of customers. They are stricter than events, because a customer can still correct them."""

import hashlib
import re
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from contracts.orders import OrderPlaced
from contracts.values import Address, Item
from order.iso import COUNTRIES, CURRENCIES

ID_LIMIT = 128
"""Characters of a customer's or an order's id. DynamoDB takes 2,048 bytes in a partition, 1,024 in a sort key
(https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html)."""
KEY_LIMIT = 255
PAGE_LIMIT = 50
TOTAL_LIMIT_MINOR = 99_999_999
"""The most that one order may cost: card networks and Stripe take eight digits."""


# SQS refuses U+FFFE, U+FFFF and most control characters; the others have no place in an address either.
# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
_SENDABLE = r"^[^\u0000-\u001f\u007f-\u009f\ufffe\uffff]*$"


def _sendable(text: str) -> str:
    if not re.fullmatch(_SENDABLE, text):
        raise PydanticCustomError("text", "control characters, U+FFFE and U+FFFF are not allowed")
    return text


Text = Annotated[str, AfterValidator(_sendable), Field(json_schema_extra={"pattern": _SENDABLE})]
"""One line of text, of characters that every message can carry."""


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise PydanticCustomError("currency", "not an active ISO 4217 code")
    return code


def _known_country(code: str) -> str:
    if code not in COUNTRIES:
        raise PydanticCustomError("country", "not an ISO 3166-1 alpha-2 code")
    return code


def _one_of(codes: frozenset[str], description: str) -> Any:
    """A field whose schema lists the codes."""
    return Field(description=description, json_schema_extra={"enum": [*sorted(codes)]})


def _whole(number: Any) -> Any:
    return int(number) if isinstance(number, float) and number.is_integer() else number


Whole = Annotated[int, BeforeValidator(_whole)]
"""An integer as JSON Schema has it (2020-12, Validation 6.1.1): 2.0 is one, "2" and 2.5 are none."""


class _Request(BaseModel):
    # A misspelt field is refused, and "2" is not a number.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, hide_input_in_errors=True)


class RequestedItem(_Request):
    """One line of an order; `unit_price` in minor units."""

    sku: Text = Field(min_length=1, max_length=64)
    quantity: Whole = Field(gt=0, le=10_000)
    unit_price: Whole = Field(gt=0, le=TOTAL_LIMIT_MINOR)


class RequestedAddress(_Request):
    """The parcel's destination."""

    name: Text = Field(min_length=1, max_length=200)
    line1: Text = Field(min_length=1, max_length=200)
    city: Text = Field(min_length=1, max_length=100)
    postal_code: Text = Field(min_length=1, max_length=20)
    country: Annotated[str, AfterValidator(_known_country), _one_of(COUNTRIES, "ISO 3166-1 alpha-2")]


class PlaceOrder(_Request):
    """The body of `POST /orders`. The total is at most 99,999,999 minor units."""

    customer_id: Text = Field(min_length=1, max_length=ID_LIMIT)
    items: list[RequestedItem] = Field(min_length=1, max_length=100)
    currency: Annotated[str, AfterValidator(_known_currency), _one_of(CURRENCIES, "ISO 4217")]
    # Printable ASCII, but not digits, spaces and hyphens alone: no event may contain a card number.
    payment_method: str = Field(
        max_length=64,
        pattern=r"^[ -~]*[!-,./:-~][ -~]*$",
        description="a token of the gateway, never a card",
    )
    shipping_address: RequestedAddress

    @model_validator(mode="after")
    def _within_limit(self) -> "PlaceOrder":
        if self.total_minor > TOTAL_LIMIT_MINOR:
            raise PydanticCustomError(
                "total", "the total is over the limit of {limit} minor units", {"limit": TOTAL_LIMIT_MINOR}
            )
        return self

    @property
    def total_minor(self) -> int:
        return sum(item.quantity * item.unit_price for item in self.items)

    def digest(self) -> str:
        """A hash that is the same for the same order, whatever the form of its JSON."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    def payload(self, expires_at: datetime | None = None) -> OrderPlaced:
        return OrderPlaced(
            customer_id=self.customer_id,
            items=tuple(Item(**item.model_dump()) for item in self.items),
            amount_minor=self.total_minor,
            currency=self.currency,
            payment_method=self.payment_method,
            shipping_address=Address(**self.shipping_address.model_dump()),
            expires_at=expires_at,
        )
