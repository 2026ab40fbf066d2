"""What a payment costs by a price list: pure, in minor units, one payment at a time.

A list has lines; the first line whose conditions all fit prices the payment. A line may
name the method, the brand, the kind of card, where the card comes from, and the
currency; what it leaves open fits anything. What no line fits is not priced: nothing is
guessed.
"""

from dataclasses import dataclass

EEA = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO"
    " SE SI SK".split()
)
"""The European Economic Area: EU, Iceland, Liechtenstein and Norway."""

MICRO = 1_000_000  # a percentage is held in millionths of the amount, exactly


@dataclass(frozen=True)
class Line:
    """One price: ``percent`` of the amount plus ``fixed``, within bounds.

    :param int micro: millionths of the amount (1.5% = 15,000)
    :param int fixed: in minor units, as ``minimum`` and ``cap``
    :param brand: id of the card's brand, None for any; so are the others
    """

    id: int
    micro: int
    fixed: int = 0
    minimum: int = 0
    cap: int | None = None
    method: int | None = None
    brand: int | None = None
    funding: str | None = None
    region: str | None = None
    currency: int | None = None


@dataclass(frozen=True)
class Payment:
    """What decides the price of a payment.

    :param region: of the card or the customer; None where the country is unknown
    """

    amount: int
    method: int | None = None
    brand: int | None = None
    funding: str | None = None
    region: str | None = None
    currency: int | None = None


def fits(line, payment):
    """Whether all conditions of a line are met; the unknown meets none."""
    return all(
        getattr(line, name) is None or getattr(line, name) == getattr(payment, name)
        for name in ("method", "brand", "funding", "region", "currency")
    )


def line_for(lines, payment):
    """Return the first line that fits, None if none does."""
    return next((line for line in lines if fits(line, payment)), None)


def fee(line, amount):
    """Return the fee of one payment in minor units: rounded half up, then bounded."""
    raw = (amount * line.micro * 2 + MICRO) // (2 * MICRO) + line.fixed
    raw = max(raw, line.minimum)
    return raw if line.cap is None else min(raw, line.cap)


def price(lines, payment):
    """Return (line, fee) of a payment, (None, None) where no line fits."""
    line = line_for(lines, payment)
    return (line, fee(line, payment.amount)) if line else (None, None)
