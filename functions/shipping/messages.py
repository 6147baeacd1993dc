"""The carrier's messages. Only the type of a message is read first; other types are ignored."""

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class CarrierMessage(BaseModel):
    """Any message of the carrier."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    type: str


class Delivery(BaseModel):
    """`reference` is the order's id, which the dispatch gave to the carrier."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    reference: str = Field(min_length=1, max_length=128)
    tracking_number: str = Field(min_length=1, max_length=64)
    delivered_at: AwareDatetime


class DeliveryMessage(CarrierMessage):
    """The parcel reached the customer."""

    type: Literal["shipment.delivered"]
    data: Delivery
