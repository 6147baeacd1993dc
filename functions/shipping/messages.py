"""What the carrier tells: more of a message is read only if its type is of concern."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Told(BaseModel):
    """Any message of the carrier."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    type: str


class Delivery(BaseModel):
    """`reference` is the order's id, which the carrier was given with the parcel."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    reference: str = Field(min_length=1, max_length=128)
    tracking_number: str = Field(min_length=1, max_length=64)
    delivered_at: AwareDatetime


class Delivered(Told):
    """The parcel reached the customer."""

    type: Literal["shipment.delivered"]
    data: Delivery
