"""What the Shipping service publishes."""

from typing import ClassVar

from pydantic import AwareDatetime, Field

from contracts.envelope import Payload
from contracts.values import personal

_TRACKING = personal(
    order="to show it to the customer; as long as the order",
    shipping="in the event that it published; as long as the order",
)


class ShipmentDispatched(Payload):
    """The parcel left. This is the pivot: after it, no step of the order is undone."""

    type: ClassVar[str] = "shipment.dispatched"
    tracking_number: str = Field(json_schema_extra=_TRACKING)


class ShipmentDelivered(Payload):
    """The parcel reached the customer, at the time that the carrier reports. It may arrive before
    shipment.dispatched, which it implies."""

    type: ClassVar[str] = "shipment.delivered"
    tracking_number: str = Field(json_schema_extra=_TRACKING)
    delivered_at: AwareDatetime


class ShipmentFailed(Payload):
    """The carrier cannot serve the address; no parcel leaves."""

    type: ClassVar[str] = "shipment.failed"
    reason: str


class ShipmentCancelled(Payload):
    """The order was stopped before its dispatch; no parcel leaves."""

    type: ClassVar[str] = "shipment.cancelled"
