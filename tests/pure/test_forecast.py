"""When money comes: worked examples, and what holds of any history."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_analytics.metrics import forecast

TODAY = date(2026, 3, 2)
NEVER = {0: 1}


def day(number):
    return TODAY + timedelta(number)


def test_a_customer_without_history_pays_as_the_company_does():
    assert forecast.mixed({}, {0: 1, 10: 3}) == {0: 0.25, 10: 0.75}


def test_five_invoices_count_half():
    """Bühlmann's credibility n / (n + k): 5 / (5 + 5) own, the rest the company's.

    The mean is then the credibility premium: 0.5 x 20 + 0.5 x 4 = 12 days.
    """
    shares = forecast.mixed({20: 5}, {4: 100})
    assert shares == {4: 0.5, 20: 0.5}
    assert sum(delay * share for delay, share in shares.items()) == 12


def test_worked_example():
    """Fifteen invoices, mostly 3 days late, company 10 days: 15 / 20 own.

    Shares: 0 days 0.15, 3 days 0.45, 30 days 0.15, 10 days (the company) 0.25. Sums:
    0.15, 0.60, 0.85, 1.00; so a tenth by day 0, the half by day 3, nine tenths by 30.
    """
    shares = forecast.mixed({0: 3, 3: 9, 30: 3}, {10: 1})
    item = forecast.expected("INV/1", 10_000, day(5), shares, TODAY)
    assert (item.early, item.day, item.late) == (day(5), day(8), day(35))


def test_overdue_is_expected_by_the_delays_that_are_left():
    """Seven days late already: of 3, 10 and 20 days only 10 and 20 are left."""
    shares = {3: 0.8, 10: 0.15, 20: 0.05}
    item = forecast.expected("INV/2", 1, day(-7), shares, TODAY)
    assert (item.day, item.late) == (day(3), day(13))


def test_later_than_anything_seen_has_no_day():
    item = forecast.expected("INV/3", 1, day(-40), {3: 0.8, 40: 0.2}, TODAY)
    assert item.day is item.early is item.late is None
    assert forecast.by_day([item], TODAY)[-1].total == 0


def test_one_invoice_argued_over_for_a_year_does_not_move_the_middle():
    calm = forecast.mixed({2: 9}, NEVER)
    argued = forecast.mixed({2: 9, 350: 1}, NEVER)
    assert forecast.delay_at(calm, 0.5) == forecast.delay_at(argued, 0.5) == 2


def test_credit_is_taken_off_the_oldest():
    items = [
        forecast.Expected(key, amount, TODAY, TODAY, TODAY)
        for key, amount in (("old", 100), ("new", 50))
    ]
    left = forecast.less_credit(items, 120)
    assert [(item.key, item.amount) for item in left] == [("new", 30)]


def test_error_rate_by_example():
    """Forecast 90, 210 and 140; came 100, 200 and 150: 30 of 450, 6.67%.

    Source: https://askvity.info/forecasting-accuracy/what-is-the-weighted-average-percent-error
    """
    pairs = [(90, 100), (210, 200), (140, 150)]
    assert round(100 * forecast.error_rate(pairs), 2) == 6.67
    assert forecast.error_rate([(110, 0)]) is None


histories = st.dictionaries(st.integers(-90, 500), st.integers(1, 20), max_size=6)
behind = st.dictionaries(
    st.integers(-90, 500), st.integers(1, 20), min_size=1, max_size=6
)


@given(histories, behind)
def test_shares_add_up(history, company):
    assert sum(forecast.mixed(history, company).values()) == pytest.approx(1)


@given(histories, behind, st.integers(-100, 100))
def test_early_before_middle_before_late_and_never_today(history, company, due):
    shares = forecast.mixed(history, company)
    item = forecast.expected("any", 1, day(due), shares, TODAY)
    if item.day:
        assert TODAY < item.early <= item.day <= item.late


@given(
    st.lists(st.tuples(st.integers(0, 10**9), st.integers(-100, 100)), max_size=12),
    histories,
    behind,
)
def test_the_range_holds_the_forecast_and_nothing_is_lost(rows, history, company):
    """Days add up to the total; with what has no day or lies beyond, to all of it."""
    shares = forecast.mixed(history, company)
    items = [
        forecast.expected(number, amount, day(due), shares, TODAY)
        for number, (amount, due) in enumerate(rows)
    ]
    days = forecast.by_day(items, TODAY)
    assert all(each.low <= each.total <= each.high for each in days)
    assert sum(each.amount for each in days) == days[-1].total
    beyond = sum(
        item.amount for item in items if not item.day or item.day > days[-1].day
    )
    assert days[-1].total + beyond == sum(amount for amount, _due in rows)


@given(st.lists(st.integers(1, 1000), max_size=8).map(sorted), st.integers(0, 10_000))
def test_credit_lowers_what_comes_by_itself(amounts, credit):
    items = [
        forecast.Expected(number, amount, TODAY, TODAY, TODAY)
        for number, amount in enumerate(amounts)
    ]
    left = sum(item.amount for item in forecast.less_credit(items, credit))
    assert left == max(sum(amounts) - credit, 0)
