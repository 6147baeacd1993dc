"""The port to whoever carries the parcel. Calls may be repeated: the idempotency key makes them one."""

from dataclasses import dataclass
from typing import ClassVar, Protocol

from contracts.shipments import ShipmentDelivered
from contracts.values import Address, Item


@dataclass(frozen=True)
class Dispatch:
    """Send the order's parcel. One key an order, for ever: it cannot leave twice."""

    order_id: str
    address: Address
    items: tuple[Item, ...]

    @property
    def idempotency_key(self) -> str:
        return f"dispatch-{self.order_id}"


@dataclass(frozen=True)
class Dispatched:
    tracking_number: str


@dataclass(frozen=True)
class Unserviceable:
    reason: str


class ParcelDelivered(ShipmentDelivered):
    """What the carrier tells by itself, once or more often, and even before it answered the dispatch."""

    type: ClassVar[str] = "carrier.parcel_delivered"


class Carrier(Protocol):
    def dispatch(self, dispatch: Dispatch) -> Dispatched | Unserviceable:
        """Raises Unanswered if nobody can tell whether the parcel left."""
        ...
