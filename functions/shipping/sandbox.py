"""A carrier for trials: a ledger in DynamoDB, and no service to Antarctica."""

from datetime import UTC, datetime

from choreography.ledger import Ledger
from choreography.outbox import derived_id
from shipping.carrier import Dispatch, Dispatched, Unserviceable

UNSERVED = frozenset({"AQ"})


class SandboxCarrier:
    """Each dispatch is an entry in the ledger; there is one entry for each idempotency key."""

    def __init__(self, table_name: str) -> None:
        self._ledger = Ledger(table_name)

    def dispatch(self, dispatch: Dispatch) -> Dispatched | Unserviceable:
        """Raises KeyReused for another parcel under the same key."""
        country = dispatch.address.country
        request = {"country": country, "pieces": sum(item.quantity for item in dispatch.items)}
        entry = self._ledger.enter(
            dispatch.order_id,
            dispatch.idempotency_key,
            request,
            _verdict(dispatch) | {"kind": "dispatch", "at": datetime.now(UTC).isoformat()},
        )
        if entry["outcome"] == "dispatched":
            return Dispatched(tracking_number=entry["tracking_number"])
        return Unserviceable(reason=entry["reason"])


def _verdict(dispatch: Dispatch) -> dict[str, str]:
    country = dispatch.address.country
    if country in UNSERVED:
        return {"outcome": "refused", "reason": f"no service to {country}"}
    digits = derived_id(dispatch.order_id, "parcel").replace("-", "")[:12].upper()
    return {"outcome": "dispatched", "tracking_number": f"SBX{digits}"}
