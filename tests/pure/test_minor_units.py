from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from integrated_payments.domain.minor_units import (
    THREE_DECIMAL,
    ZERO_DECIMAL,
    display,
    exponent,
    to_major,
    to_minor,
)

# ISK and UGX: whole units, sent times 100. HUF and TWD: two decimals for charges,
# payouts in whole units. Source: https://docs.stripe.com/currencies#special-cases
WHOLE_TIMES_100 = ("HUF", "ISK", "TWD", "UGX")
CURRENCIES = st.sampled_from(
    sorted({"USD", "EUR", *WHOLE_TIMES_100} | ZERO_DECIMAL | THREE_DECIMAL)
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


@given(st.integers(-(10**9), 10**9), st.sampled_from(sorted(ZERO_DECIMAL)))
def test_a_currency_without_decimals_is_its_own_minor_unit(minor, currency):
    assert to_major(minor, currency) == minor
    assert to_minor(minor, currency) == minor
    assert "." not in display(minor, currency)


@given(st.integers(-(10**9), 10**9), st.sampled_from(WHOLE_TIMES_100))
def test_whole_units_that_are_sent_times_100(units, currency):
    """What the gateway sends is divisible by 100 and comes out as whole units."""
    sent = to_minor(units, currency)
    assert sent == units * 100
    assert to_major(sent, currency) == units
    assert display(sent, currency).endswith(f".00 {currency}")


@given(st.integers(-(10**8), 10**8), st.sampled_from(sorted(THREE_DECIMAL)))
def test_three_decimals_whose_last_is_zero(hundredths, currency):
    """The gateway takes two decimals of them, but counts in thousandths."""
    major = Decimal(hundredths) / 100
    sent = to_minor(major, currency)
    assert sent % 10 == 0
    assert to_major(sent, currency) == major


@given(st.lists(st.integers(-(10**9), 10**9)), CURRENCIES)
def test_sums_agree_in_both_units(amounts, currency):
    """No cent is lost between the gateway's sum and the ledger's."""
    majors = sum((to_major(amount, currency) for amount in amounts), Decimal(0))
    assert majors == to_major(sum(amounts), currency)
    assert to_minor(majors, currency) == sum(amounts)


@given(st.integers(1, 10**9), CURRENCIES)
def test_finer_than_the_minor_unit_is_refused(minor, currency):
    half = to_major(minor, currency) + Decimal(5).scaleb(-exponent(currency) - 1)
    with pytest.raises(ValueError, match="finer"):
        to_minor(half, currency)
