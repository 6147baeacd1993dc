"""What the Shipping service publishes."""

from typing import ClassVar

from pydantic import AwareDatetime

from contracts.envelope import Fact


class ShipmentDispatched(Fact):
    """The parcel left: the pivot, after which nothing is undone."""

    type: ClassVar[str] = "shipment.dispatched"
    tracking_number: str


class ShipmentDelivered(Fact):
    """The parcel reached the customer, at the time that the carrier says. May be read before
    shipment.dispatched, which it implies."""

    type: ClassVar[str] = "shipment.delivered"
    tracking_number: str
    delivered_at: AwareDatetime


class ShipmentFailed(Fact):
    """The carrier cannot serve the address; no parcel leaves."""

    type: ClassVar[str] = "shipment.failed"
    reason: str


class ShipmentCancelled(Fact):
    """The order was stopped in time; no parcel leaves."""

    type: ClassVar[str] = "shipment.cancelled"
