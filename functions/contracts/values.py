"""Values that events and requests share: money, items and addresses."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2 code")]
AmountMinor = Annotated[int, Field(gt=0, description="minor units of the currency, such as cents")]


def personal(**needed: str) -> JsonDict:
    """Marks a field as personal data in its schema: by service, what for; and how long it is kept there."""
    return {"x-personal-data": dict(needed)}


_FOR_THE_PARCEL = personal(
    shipping="to address the parcel; given to the carrier; kept until it left, or the order was stopped",
    order="in the event that it published; as long as the order",
)


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Item(Value):
    """One line of an order."""

    sku: str = Field(min_length=1, max_length=64)
    quantity: int = Field(gt=0)
    unit_price: AmountMinor


class Address(Value):
    """Where the parcel goes. Personal data: only Shipping keeps it beside Order."""

    name: str = Field(min_length=1, max_length=200, json_schema_extra=_FOR_THE_PARCEL)
    line1: str = Field(min_length=1, max_length=200, json_schema_extra=_FOR_THE_PARCEL)
    city: str = Field(min_length=1, max_length=100, json_schema_extra=_FOR_THE_PARCEL)
    postal_code: str = Field(min_length=1, max_length=20, json_schema_extra=_FOR_THE_PARCEL)
    country: Country = Field(json_schema_extra=_FOR_THE_PARCEL)
