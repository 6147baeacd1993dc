"""A gateway for trials: a ledger in DynamoDB, and the names of Stripe's test payment methods."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from choreography.ledger import Ledger
from choreography.outbox import derived_id
from payment.gateway import EXPIRED, Captured, Charge, Declined, Refund, Refunded

DECLINES = {
    "pm_card_chargeDeclined": "card_declined",
    "pm_card_chargeDeclinedInsufficientFunds": "insufficient_funds",
    "pm_card_chargeDeclinedExpiredCard": "expired_card",
}
"""Names from Stripe's testing guide; all other methods but ACCEPTED are declined as unknown."""
ACCEPTED = frozenset({"pm_card_visa", "pm_card_mastercard", "pm_card_amex"})


class SandboxGateway:
    """Each charge and refund is an entry in the ledger; there is one entry for each idempotency key."""

    def __init__(self, table_name: str) -> None:
        self._ledger = Ledger(table_name)

    def charge(self, charge: Charge) -> Captured | Declined:
        """Raises KeyReused for another charge under the same key."""
        return _outcome(self._enter("charge", charge, _verdict(charge.payment_method)))

    def settle(self, charge: Charge) -> Captured | Declined:
        """Raises KeyReused as `charge` does. The entry that it makes is what a later `charge` finds."""
        return _outcome(self._enter("charge", charge, {"outcome": "declined", "reason": EXPIRED}))

    def refund(self, refund: Refund) -> Refunded:
        """Raises KeyReused for another refund under the same key."""
        return Refunded(refund_id=self._enter("refund", refund, {"outcome": "refunded"})["entry_id"])

    def _enter(self, kind: str, request: Charge | Refund, result: dict[str, str]) -> dict[str, Any]:
        prefix = {"charge": "pi", "refund": "re"}[kind]
        entry_id = f"{prefix}_{derived_id(request.order_id, kind).replace('-', '')}"
        at = datetime.now(UTC).isoformat()
        request_fields = asdict(request)
        order_id = request_fields.pop("order_id")
        request_fields.pop("placed_at", None)  # only needed where a gateway forgets keys
        return self._ledger.enter(
            order_id,
            request.idempotency_key,
            request_fields,
            result | {"entry_id": entry_id, "kind": kind, "at": at},
        )


def _outcome(entry: dict[str, Any]) -> Captured | Declined:
    if entry["outcome"] == "captured":
        return Captured(payment_id=entry["entry_id"])
    return Declined(reason=entry["reason"])


def _verdict(payment_method: str) -> dict[str, str]:
    if payment_method in ACCEPTED:
        return {"outcome": "captured"}
    return {"outcome": "declined", "reason": DECLINES.get(payment_method, "payment_method_unknown")}
