"""The bodies of the carrier's API: what Shipping sends with a dispatch, and what the carrier answers.

`make contracts` publishes them as infra/contracts/published/carrier.openapi.json.
"""

import re

from pydantic import BaseModel, ConfigDict, Field

from contracts.values import Address
from shipping.carrier import Dispatch

KEY_REUSED = "idempotency_key_reused"
"""The reason of a refusal that is about the key, not about the order."""
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Piece(_Body):
    """Articles of one kind."""

    sku: str
    quantity: int = Field(gt=0)


class DispatchRequest(_Body):
    """A parcel to take to an address. `reference` is the order's id."""

    reference: str
    address: Address
    pieces: tuple[Piece, ...]


class DispatchAnswer(_Body):
    """The parcel that the carrier took, or takes, for this reference."""

    reference: str
    tracking_number: str = Field(pattern=r"^[!-~]{1,64}$")


class DispatchRefusal(_Body):
    """The carrier never takes this parcel. `reason` is a code, which the customer sees."""

    reason: str = Field(description=f"a code, such as address_not_served: {_CODE.pattern}")


def request_for(dispatch: Dispatch) -> DispatchRequest:
    pieces = tuple(Piece(sku=item.sku, quantity=item.quantity) for item in dispatch.items)
    return DispatchRequest(reference=dispatch.order_id, address=dispatch.address, pieces=pieces)


def code(reason: str) -> str:
    """The reason, or `refused` where it is no code: free text could quote the customer's address."""
    return reason if _CODE.fullmatch(reason) else "refused"
