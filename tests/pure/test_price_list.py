"""Prices of payments: published examples, and what holds of any amount."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from payment_analytics.metrics import price_list
from payment_analytics.metrics.price_list import Line, Payment, fee, price

EURO, DOLLAR, CARD, SEPA, VISA = 1, 2, 10, 11, 20

# https://stripe.com/pricing of an account in the euro area, as of November 2026.
LINES = [
    Line(1, 15_000, 25, method=CARD, region="domestic", funding="debit"),
    Line(2, 15_000, 25, method=CARD, region="domestic"),
    Line(3, 15_000, 25, method=CARD, region="eea"),
    Line(4, 32_500, 25, method=CARD, region="international"),
    Line(5, 8_000, 0, cap=600, method=SEPA, currency=EURO),
]


def test_a_hundred_euro():
    """1.5% + 0.25 of 100.00 is 1.75; 3.25% + 0.25 is 3.50; 0.8% is 0.80."""
    card = Payment(10_000, CARD, VISA, "credit", "eea", EURO)
    assert price(LINES, card) == (LINES[2], 175)
    abroad = Payment(10_000, CARD, VISA, "credit", "international", EURO)
    assert price(LINES, abroad) == (LINES[3], 350)
    assert price(LINES, Payment(10_000, SEPA, currency=EURO)) == (LINES[4], 80)


def test_a_cap_and_a_minimum():
    assert fee(LINES[4], 10_000_000) == 600
    assert fee(Line(1, 15_000, minimum=50), 100) == 50


def test_nothing_is_guessed():
    """An unknown country, another currency, another method: no price."""
    assert price(LINES, Payment(10_000, CARD)) == (None, None)
    assert price(LINES, Payment(10_000, SEPA, currency=DOLLAR)) == (None, None)
    assert price(LINES, Payment(10_000, 99, region="eea")) == (None, None)
    assert price([], Payment(1)) == (None, None)


def test_the_first_line_that_fits():
    both = [Line(1, 10_000), Line(2, 20_000, method=CARD)]
    assert price(both, Payment(100, CARD))[0].id == 1
    assert price(both[::-1], Payment(100, CARD))[0].id == 2


amounts = st.integers(0, 10**12)
micros = st.integers(0, 10**6)


@given(amounts, micros, st.integers(0, 1_000))
def test_half_up_to_the_minor_unit(amount, micro, fixed):
    exact = Fraction(amount * micro, 10**6)
    found = fee(Line(1, micro, fixed), amount) - fixed
    assert exact - Fraction(1, 2) < found <= exact + Fraction(1, 2)


@given(amounts, st.integers(0, 10**6), micros, st.integers(0, 999), st.integers(0, 999))
def test_more_never_costs_less_and_bounds_hold(amount, more, micro, minimum, cap):
    line = Line(1, micro, minimum=min(minimum, cap), cap=cap)
    assert fee(line, amount) <= fee(line, amount + more)
    assert min(minimum, cap) <= fee(line, amount) <= cap


@given(st.lists(st.sampled_from(LINES), max_size=5), st.sampled_from([CARD, SEPA]))
def test_a_line_that_is_used_fits(lines, method):
    payment = Payment(500, method, region="eea", currency=EURO)
    line, _fee = price(lines, payment)
    assert line is None or price_list.fits(line, payment)
