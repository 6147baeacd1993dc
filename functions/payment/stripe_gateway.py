"""Stripe as the gateway: a PaymentIntent an order, confirmed at once, and its refund.

What its answers mean: https://docs.stripe.com/api/errors, https://docs.stripe.com/api/idempotent_requests and
https://docs.stripe.com/declines/codes. Imported only where PaymentGateway says so: the library takes time.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import stripe

from choreography import deadline
from choreography.errors import RefundFailed, Unanswered
from payment.gateway import EXPIRED, Captured, Charge, Declined, Refund, Refunded
from payment.stripe_amounts import NotChargeable, stripe_amount
from payment.stripe_errors import declined, failure

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams

CONNECT_SECONDS, READ_SECONDS = 1, 3
LONGEST_CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS
"""Stripe's library does not retry: it could wait for the minute that a Retry-After header asks for. The
message is retried instead, under the same key."""
KEYS_LAST = timedelta(hours=23)
"""Stripe may forget an idempotency key after 24 hours."""
SEARCHABLE_AFTER = timedelta(hours=2)
"""Stripe's search finds a new payment within a minute, or within an hour while it has an outage. The list of
payments has it at once (https://docs.stripe.com/search#data-freshness)."""
LISTED = 100
"""Payments in one page, the only one that is read. With more since the order, it waits until it can be
searched for."""


class StripeGateway:
    """Charges and refunds through a client. Its key names the account, and whether it is in test mode."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._intents, self._refunds = client.v1.payment_intents, client.v1.refunds

    def charge(self, charge: Charge) -> Captured | Declined:
        """Raises Unanswered, NotAdmitted, or for good: KeyReused, NotUnderstood."""
        try:
            request = _request(charge)
        except NotChargeable as error:
            return Declined(str(error))
        try:
            if _age(charge) > KEYS_LAST and (found := self._find(charge)) is not None:
                return self._outcome(found)
            return self._outcome(self._intents.create(request, {"idempotency_key": charge.idempotency_key}))
        except stripe.StripeError as error:
            reason = declined(error)
            if reason is not None:
                return Declined(reason)
            if _is_stored(error) and (found := self._find(charge)) is not None:
                return self._outcome(found)
            raise failure(error) from error

    def settle(self, charge: Charge) -> Captured | Declined:
        """Looks the payment up. If there is none, another request under the charge's key makes it impossible:
        Stripe refuses every request under a key that it knows from a different one.

        Raises as `charge` does.
        """
        try:
            return self._found(charge) or self._prevent(charge) or self._found(charge) or Declined(EXPIRED)
        except NotChargeable as error:
            return Declined(str(error))
        except stripe.StripeError as error:
            reason = declined(error)
            if reason is not None:
                return Declined(reason)
            raise failure(error) from error

    def refund(self, refund: Refund) -> Refunded:
        """Raises as `charge` does, and RefundFailed. Stripe refunds no charge twice, under any key."""
        try:
            made = self._refunds.create(
                {"payment_intent": refund.payment_id, "metadata": {"order_id": refund.order_id}},
                {"idempotency_key": refund.idempotency_key},
            )
        except stripe.StripeError as error:
            if error.code != "charge_already_refunded":
                raise failure(error) from error
            made = self._refund_of(refund.payment_id)
        # `pending` succeeds by itself, and `requires_action` is for the customer, whom Stripe asks by email.
        if made.status in ("failed", "canceled"):
            raise RefundFailed(f"Stripe: refund {made.id} of {refund.payment_id} is {made.status}")
        return Refunded(made.id)

    def _outcome(self, made: stripe.PaymentIntent) -> Captured | Declined:
        if made.status == "processing":  # the answer that is stored under the key says so for good
            made = self._intents.retrieve(made.id)
        if made.status == "processing":
            raise Unanswered(f"payment {made.id} is being processed")
        return Captured(made.id) if made.status == "succeeded" else Declined(made.status)

    def _prevent(self, charge: Charge) -> Declined | None:
        """None if Stripe knows the charge's key already: the charge was tried."""
        unconfirmed = _request(charge)
        del unconfirmed["confirm"], unconfirmed["off_session"]
        try:
            self._intents.create(unconfirmed, {"idempotency_key": charge.idempotency_key})
        except stripe.IdempotencyError:
            return None
        return Declined(EXPIRED)

    def _found(self, charge: Charge) -> Captured | None:
        found = self._find(charge)
        outcome = None if found is None else self._outcome(found)
        return outcome if isinstance(outcome, Captured) else None

    def _find(self, charge: Charge) -> stripe.PaymentIntent | None:
        """The order's payment that was made, or is being made. Raises as `charge` does."""
        try:
            candidates = self._searched(charge) if _age(charge) > SEARCHABLE_AFTER else self._listed(charge)
        except stripe.StripeError as error:
            raise failure(error) from error
        for intent in candidates:
            if _order_id(intent) == charge.order_id and intent.status in ("succeeded", "processing"):
                return intent
        if len(candidates) == LISTED:
            raise Unanswered(f"more than {LISTED} payments since the order: it is searched for later")
        return None

    def _searched(self, charge: Charge) -> list[stripe.PaymentIntent]:
        return list(self._intents.search({"query": f"metadata['order_id']:'{charge.order_id}'"}).data)

    def _listed(self, charge: Charge) -> list[stripe.PaymentIntent]:
        begin = int((charge.placed_at or datetime.now(UTC)).timestamp()) - 60  # clocks differ
        return list(self._intents.list({"created": {"gte": begin}, "limit": LISTED}).data)

    def _refund_of(self, payment_id: str) -> stripe.Refund:
        try:
            return self._refunds.list({"payment_intent": payment_id}).data[0]
        except stripe.StripeError as error:
            raise failure(error) from error


def connect(api_key: str) -> StripeGateway:
    client = stripe.StripeClient(api_key, http_client=_http_client(), max_network_retries=0)
    return StripeGateway(client)


class _HttpClient(stripe.RequestsClient):
    """None of its calls outlasts the invocation that makes it. Raises NoTimeLeft."""

    def request(self, *args: Any, **options: Any) -> Any:
        deadline.check(LONGEST_CALL_SECONDS)
        return super().request(*args, **options)


@cache
def _http_client() -> stripe.RequestsClient:
    """One for a process: it keeps its connections."""
    return _HttpClient(timeout=(CONNECT_SECONDS, READ_SECONDS))


def _age(charge: Charge) -> timedelta:
    return timedelta(0) if charge.placed_at is None else datetime.now(UTC) - charge.placed_at


def _order_id(intent: stripe.PaymentIntent) -> str | None:
    metadata = intent.metadata
    return metadata["order_id"] if metadata and "order_id" in metadata else None


def _is_stored(error: stripe.StripeError) -> bool:
    """Stripe stores its own failure under the key, and answers it again, whether or not it charged.
    https://docs.stripe.com/error-low-level#idempotency"""
    return isinstance(error, stripe.APIError) and (error.http_status or 0) >= 500


def _request(charge: Charge) -> "PaymentIntentCreateParams":
    """Raises NotChargeable."""
    return {
        "amount": stripe_amount(charge.amount_minor, charge.currency),
        "currency": charge.currency.lower(),
        "payment_method": charge.payment_method,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "confirm": True,
        # The customer is offline: payments that need authentication are declined.
        "off_session": True,
        "metadata": {"order_id": charge.order_id},
    }
