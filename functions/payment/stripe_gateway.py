"""Stripe as the gateway: a PaymentIntent an order, confirmed at once, and its refund.

What its answers mean: https://docs.stripe.com/api/errors, https://docs.stripe.com/api/idempotent_requests and
https://docs.stripe.com/declines/codes. Imported only where PaymentGateway says so: the library takes time.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, NoReturn

import stripe

from choreography.errors import KeyReused, NotAdmitted, NotUnderstood, Unanswered
from payment.gateway import Captured, Charge, Declined, Refund, Refunded

if TYPE_CHECKING:
    from stripe.params import PaymentIntentCreateParams

TIMEOUT_SECONDS = 3
RETRIES = 1
"""At once, and under the same key; a message that is still unanswered then comes back later by itself."""
KEYS_LAST = timedelta(hours=23)
"""Stripe may forget an idempotency key after 24 hours."""
UNPAYABLE = frozenset(
    {"amount_too_large", "amount_too_small", "invalid_currency", "payment_method_unactivated"}
)
"""Codes of requests that are in order, for a payment that can never be made."""


class StripeGateway:
    """Charges and refunds through a client, whose key says in whose name, and whether in test mode."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._intents, self._refunds = client.v1.payment_intents, client.v1.refunds

    def charge(self, charge: Charge) -> Captured | Declined:
        """Raises Unanswered, NotAdmitted, or for good: KeyReused, NotUnderstood."""
        try:
            made = self._find(charge) or self._intents.create(
                _request(charge), {"idempotency_key": charge.idempotency_key}
            )
            if made.status == "processing":  # what is stored under the key would say so for ever
                made = self._intents.retrieve(made.id)
        except stripe.CardError as error:
            return Declined(_reason(error))
        except stripe.InvalidRequestError as error:
            if error.code == "resource_missing" and error.param == "payment_method":
                return Declined("payment_method_unknown")
            if error.code in UNPAYABLE:
                return Declined(error.code)
            _give_up(error)
        except stripe.StripeError as error:
            _give_up(error)
        if made.status == "succeeded":
            return Captured(made.id)
        if made.status == "processing":
            raise Unanswered(f"payment {made.id} is being processed")
        return Declined(made.status)

    def refund(self, refund: Refund) -> Refunded:
        """Raises as `charge` does. Stripe gives no charge back twice, with whatever key."""
        try:
            made = self._refunds.create(
                {"payment_intent": refund.payment_id, "metadata": {"order_id": refund.order_id}},
                {"idempotency_key": refund.idempotency_key},
            )
        except stripe.InvalidRequestError as error:
            if error.code != "charge_already_refunded":
                _give_up(error)
            return Refunded(self._refund_of(refund.payment_id))
        except stripe.StripeError as error:
            _give_up(error)
        return Refunded(made.id)

    def _find(self, charge: Charge) -> stripe.PaymentIntent | None:
        """What an attempt made whose key may be forgotten by now; asking again would charge again."""
        if charge.placed_at is None or datetime.now(UTC) - charge.placed_at < KEYS_LAST:
            return None
        found = self._intents.search({"query": f"metadata['order_id']:'{charge.order_id}'"}).data
        return next((intent for intent in found if intent.status in ("succeeded", "processing")), None)

    def _refund_of(self, payment_id: str) -> str:
        try:
            return self._refunds.list({"payment_intent": payment_id}).data[0].id
        except stripe.StripeError as error:
            _give_up(error)


def connect(api_key: str) -> StripeGateway:
    client = stripe.StripeClient(api_key, http_client=_http_client(), max_network_retries=RETRIES)
    return StripeGateway(client)


@cache
def _http_client() -> stripe.RequestsClient:
    """One a process: it keeps its connections."""
    return stripe.RequestsClient(timeout=TIMEOUT_SECONDS)


def _request(charge: Charge) -> "PaymentIntentCreateParams":
    return {
        "amount": charge.amount_minor,
        "currency": charge.currency.lower(),
        "payment_method": charge.payment_method,
        "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        "confirm": True,
        # Nobody is there to be asked for more, so that whoever would have to be is declined.
        "off_session": True,
        "metadata": {"order_id": charge.order_id},
    }


def _reason(error: stripe.CardError) -> str:
    decline_code = getattr(error.error, "decline_code", None)
    if decline_code and decline_code != "generic_decline":
        return str(decline_code)
    return error.code or "card_declined"


def _give_up(error: stripe.StripeError) -> NoReturn:
    """Raises what the error means to the message. Stripe's own words may quote the customer, and stay out."""
    parts = ("Stripe:", type(error).__name__, error.code, error.http_status, error.request_id)
    told = " ".join(str(part) for part in parts if part)
    match error:
        case stripe.AuthenticationError() | stripe.PermissionError():
            raise NotAdmitted(told) from error
        case stripe.IdempotencyError():
            raise KeyReused(told) from error
        case stripe.InvalidRequestError():
            raise NotUnderstood(told) from error
    raise Unanswered(told) from error
