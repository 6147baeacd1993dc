"""Amounts have the decimals of their currency."""

import pytest

from infra.shared.money import money


@pytest.mark.parametrize(
    ("amount_minor", "currency", "written"),
    [
        (1250, "EUR", "12.50 EUR"),
        (5, "GBP", "0.05 GBP"),
        (1250, "JPY", "1,250 JPY"),
        (1250, "BHD", "1.250 BHD"),
        (99_999_999, "USD", "999,999.99 USD"),
        (1, "CLF", "0.0001 CLF"),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(amount_minor: int, currency: str, written: str) -> None:
    assert money(amount_minor, currency) == written
