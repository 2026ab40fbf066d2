"""Minor units of a currency as gateways send them.

Source: https://docs.stripe.com/currencies#zero-decimal and #three-decimal. ISK and UGX
have no minor unit since 2023/2025 but are still sent times 100.
"""

from decimal import Decimal

ZERO_DECIMAL = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
)
THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())


def exponent(currency):
    """Return the number of decimals of the gateway's minor unit of ``currency``."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def to_major(minor, currency):
    """Return integer ``minor`` units of ``currency`` as an exact Decimal."""
    return Decimal(minor).scaleb(-exponent(currency))


def to_minor(major, currency):
    """Return ``major`` (float, str or Decimal) of ``currency`` in minor units.

    A float is read by its shortest decimal form, so 0.1 + 0.2 is one third of a unit in
    no currency.

    :raise ValueError: if the amount has more decimals than the gateway can carry
    """
    value = Decimal(str(major)).scaleb(exponent(currency))
    rounded = value.to_integral_value()
    if abs(value - rounded) > Decimal("0.0001"):
        raise ValueError(f"{major} {currency} is finer than the gateway's minor unit")
    return int(rounded)


def display(minor, currency):
    """Return ``minor`` units for a person: ``"96.80 USD"``."""
    return f"{to_major(minor, currency):,.{exponent(currency)}f} {currency}"
