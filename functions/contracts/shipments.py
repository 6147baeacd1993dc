"""What the Shipping service publishes."""

from typing import ClassVar

from pydantic import AwareDatetime, Field

from contracts.envelope import Fact
from contracts.values import personal

_TRACKING = personal(
    order="to show it to the customer; as long as the order",
    shipping="in the event that it published; as long as the order",
)


class ShipmentDispatched(Fact):
    """The parcel left: the pivot, after which nothing is undone."""

    type: ClassVar[str] = "shipment.dispatched"
    tracking_number: str = Field(json_schema_extra=_TRACKING)


class ShipmentDelivered(Fact):
    """The parcel reached the customer, at the time that the carrier says. May be read before
    shipment.dispatched, which it implies."""

    type: ClassVar[str] = "shipment.delivered"
    tracking_number: str = Field(json_schema_extra=_TRACKING)
    delivered_at: AwareDatetime


class ShipmentFailed(Fact):
    """The carrier cannot serve the address; no parcel leaves."""

    type: ClassVar[str] = "shipment.failed"
    reason: str


class ShipmentCancelled(Fact):
    """The order was stopped in time; no parcel leaves."""

    type: ClassVar[str] = "shipment.cancelled"
