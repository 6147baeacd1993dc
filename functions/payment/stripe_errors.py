"""What Stripe's errors mean: a charge that is declined, or a failure that is retried or dead-lettered.

Codes: https://docs.stripe.com/error-codes
"""

import stripe

from choreography.errors import ChoreographyError, KeyReused, NotAdmitted, NotUnderstood, Unanswered

CUSTOMERS = ("payment_method", "customer", "currency", "amount")
"""What the customer chose. If Stripe refuses one of these, no retry and no correction of the code helps."""


def declined(error: stripe.StripeError) -> str | None:
    """Why the charge is declined; None if the error is no decision about it."""
    if isinstance(error, stripe.CardError):
        return _decline_code(error) or error.code or "card_declined"
    if not isinstance(error, stripe.InvalidRequestError):
        return None
    about = (error.param or "").partition("[")[0]
    if about == "payment_method" and error.code == "resource_missing":
        return "payment_method_unknown"
    if about in CUSTOMERS:
        return error.code or f"{about}_refused"
    code = error.code or ""
    return (
        code
        if code.startswith(tuple(f"{field}_" for field in CUSTOMERS)) or code == "invalid_currency"
        else None
    )


def _decline_code(error: stripe.CardError) -> str | None:
    code = getattr(error.error, "decline_code", None)
    return str(code) if code and code != "generic_decline" else None


def failure(error: stripe.StripeError) -> ChoreographyError:
    """What the error means to the message. Stripe's own text may quote the customer, and is left out."""
    parts = ("Stripe:", type(error).__name__, error.code, error.http_status, error.request_id)
    text = " ".join(str(part) for part in parts if part)
    match error:
        case stripe.AuthenticationError() | stripe.PermissionError():
            return NotAdmitted(text)
        case stripe.InvalidRequestError(code="balance_insufficient" | "insufficient_balance"):
            return NotAdmitted(text)  # the refund waits until the account has the money
        case stripe.IdempotencyError():
            return KeyReused(text)
        case stripe.InvalidRequestError():
            return NotUnderstood(text)
    return Unanswered(text)
