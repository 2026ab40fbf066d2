from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from integrated_payments.domain.minor_units import (
    THREE_DECIMAL,
    ZERO_DECIMAL,
    display,
    to_major,
    to_minor,
)

CURRENCIES = st.sampled_from(
    sorted({"USD", "EUR", "ISK"} | ZERO_DECIMAL | THREE_DECIMAL)
)


@given(st.integers(-(10**13), 10**13), CURRENCIES)
def test_there_and_back(minor, currency):
    assert to_minor(to_major(minor, currency), currency) == minor
    assert to_minor(float(to_major(minor, currency)), currency) == minor


def test_examples_of_the_vendor():
    assert to_minor(10, "JPY") == 10
    assert to_minor(5.124, "KWD") == 5124
    assert to_minor(5, "ISK") == 500
    assert to_major(1099, "USD") == Decimal("10.99")
    assert display(-9680, "USD") == "-96.80 USD"


def test_an_amount_that_is_too_fine_is_refused():
    with pytest.raises(ValueError, match="finer"):
        to_minor("10.999", "USD")
    with pytest.raises(ValueError, match="finer"):
        to_minor(1.5, "JPY")
