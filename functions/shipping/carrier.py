"""The port to the carrier. A call may be repeated: its idempotency key makes it one."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from contracts.shipments import ShipmentDelivered
from contracts.values import Address, Item


@dataclass(frozen=True)
class Dispatch:
    """Send the order's parcel. An order has one key and keeps it, so its parcel cannot leave twice."""

    order_id: str
    address: Address
    items: tuple[Item, ...]
    decided_at: datetime | None = None
    """The time of the event that led to the dispatch: no attempt is older."""

    @property
    def idempotency_key(self) -> str:
        return f"dispatch-{self.order_id}"


@dataclass(frozen=True)
class Dispatched:
    tracking_number: str


@dataclass(frozen=True)
class Unserviceable:
    """No parcel of the order leaves, now or later: the order is refunded."""

    reason: str


class ParcelDelivered(ShipmentDelivered):
    """The carrier's webhook: sent once or more often, and even before the answer to the dispatch."""

    type: ClassVar[str] = "carrier.parcel_delivered"


class Carrier(Protocol):
    def dispatch(self, dispatch: Dispatch) -> Dispatched | Unserviceable:
        """Raises Unanswered if it is not known whether the parcel left."""
        ...
