"""Stripe's amounts in every currency of an order: https://docs.stripe.com/currencies."""

import pytest
from hypothesis import given
from hypothesis.strategies import integers, sampled_from

from order.iso import CURRENCIES
from payment.stripe_amounts import NotChargeable, stripe_amount

WITHOUT = ["BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"]
"""Currencies without decimals, both in ISO 4217 and at Stripe."""
ISO_DECIMALS = {
    **dict.fromkeys([*WITHOUT, "ISK", "UGX"], 0),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}
"""The decimals in ISO 4217's list one. All other currencies have two."""
STRIPE_DECIMALS = {
    **dict.fromkeys([*WITHOUT, "MGA"], 0),
    **dict.fromkeys(["BHD", "JOD", "KWD", "OMR", "TND"], 3),
}
"""The decimals on Stripe's page on currencies. All other currencies have two, also ISK and UGX."""


@pytest.mark.parametrize(
    ("currency", "amount_minor", "charged"),
    [
        ("EUR", 2500, 2500),  # 25.00
        ("HUF", 2550, 2550),  # Stripe requires whole forints only in payouts
        ("JPY", 2500, 2500),
        ("ISK", 2500, 250_000),
        ("UGX", 2500, 250_000),
        ("MGA", 2500, 25),
        ("KWD", 2510, 2510),
    ],
)
def test_an_amount_is_sent_in_stripes_units(currency: str, amount_minor: int, charged: int) -> None:
    assert stripe_amount(amount_minor, currency) == charged


@pytest.mark.parametrize(
    ("currency", "amount_minor"), [("KWD", 2505), ("MGA", 2550), ("IQD", 2500), ("LYD", 10)]
)
def test_an_amount_that_stripe_cannot_express_is_not_rounded(currency: str, amount_minor: int) -> None:
    with pytest.raises(NotChargeable):
        stripe_amount(amount_minor, currency)


@given(sampled_from(sorted(CURRENCIES)), integers(1, 99_999_999))
def test_the_charged_amount_equals_the_ordered_amount(currency: str, amount_minor: int) -> None:
    try:
        charged = stripe_amount(amount_minor, currency)
    except NotChargeable:
        return
    assert charged * 10 ** ISO_DECIMALS.get(currency, 2) == amount_minor * 10 ** STRIPE_DECIMALS.get(
        currency, 2
    )
