"""Amounts of money as people write them, from the minor units of contracts, tables and `--json`.

The decimals are those of ISO 4217, as in `money()` of the live page:
https://www.six-group.com/en/products-services/financial-information/data-standards.html
"""

from decimal import Decimal

_CURRENCIES_BY_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DECIMALS = {name: decimals for decimals, names in _CURRENCIES_BY_DECIMALS.items() for name in names.split()}
"""The number of decimals of each currency that does not have two."""


def money(amount_minor: int, currency: str) -> str:
    """The amount, such as `12.50 EUR` for 1250."""
    decimals = DECIMALS.get(currency, 2)
    return f"{Decimal(int(amount_minor)).scaleb(-decimals):,.{decimals}f} {currency}"
