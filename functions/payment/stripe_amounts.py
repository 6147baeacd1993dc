"""Amounts as Stripe counts them, from the minor units of ISO 4217.

Most currencies are the same in both. What differs: https://docs.stripe.com/currencies#minor-units and
https://docs.stripe.com/currencies#special-cases; ISO 4217: https://www.six-group.com/en/products-services/
financial-information/data-standards.html
"""

TIMES_A_HUNDRED = frozenset({"ISK", "UGX"})
"""ISO 4217 has no minor unit. Stripe still takes two decimals, which have to be 00."""
BY_A_HUNDRED = frozenset({"MGA"})
"""ISO 4217 has two decimals, Stripe none."""
ENDING_IN_ZERO = frozenset({"BHD", "JOD", "KWD", "OMR", "TND"})
"""Three decimals, of which Stripe takes no last one but 0."""
NOT_CHARGED = frozenset({"IQD", "LYD"})
"""Three decimals in ISO 4217, and no currency of Stripe: an amount must not be taken for one with two."""


class NotChargeable(Exception):
    """Stripe has no amount for this. The text is a reason to decline the charge."""


def stripe_amount(amount_minor: int, currency: str) -> int:
    """The amount in Stripe's units, from minor units of ISO 4217. Raises NotChargeable; it never rounds."""
    if currency in NOT_CHARGED:
        raise NotChargeable("currency_not_supported")
    if currency in TIMES_A_HUNDRED:
        return amount_minor * 100
    if currency in BY_A_HUNDRED:
        return _whole(amount_minor, 100) // 100
    return _whole(amount_minor, 10) if currency in ENDING_IN_ZERO else amount_minor


def _whole(amount_minor: int, multiple: int) -> int:
    if amount_minor % multiple:
        raise NotChargeable("amount_not_chargeable")
    return amount_minor
