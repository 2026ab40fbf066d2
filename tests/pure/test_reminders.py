"""Which level of reminder is due, and what paying late costs."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from integrated_payments.domain.reminders import interest, level_due

DUE = date(2026, 3, 31)
DAYS = st.integers(-60, 400)
LEVELS = st.lists(DAYS, unique=True, max_size=6)


def due_for(overdue, days, sent=()):
    today = DUE + timedelta(days=overdue)
    return level_due(today, DUE, [(each, each) for each in days], sent)


def test_three_levels_on_their_days():
    levels = (-3, 1, 14)
    seen = [due_for(day, levels) for day in (-4, -3, 0, 1, 13, 14, 90)]
    assert seen == [None, -3, -3, 1, 1, 14, 14]


@given(LEVELS, DAYS)
def test_a_level_is_never_early_and_none_later_is_reached(days, overdue):
    level = due_for(overdue, days)
    reached = [each for each in days if each <= overdue]
    assert level == (max(reached) if reached else None)


@given(LEVELS, st.lists(DAYS, min_size=1, max_size=40))
def test_each_level_once_and_in_order_however_often_it_runs(days, runs):
    sent = []
    for overdue in sorted(runs):
        level = due_for(overdue, days, sent)
        if level is not None:
            sent.append(level)
    assert sent == sorted(set(sent))


def test_interest_of_a_year_and_of_a_day():
    assert interest(100_00, 10, 365) == 10_00
    assert interest(100_000, 9.12, 1) == 25
    assert interest(100_00, 10, 0) == 0


@given(st.integers(0, 10**9), st.integers(0, 30), st.integers(-30, 900))
def test_interest_grows_with_days_and_is_never_negative(residual, percent, days):
    assert 0 <= interest(residual, percent, days)
    assert interest(residual, percent, days) <= interest(residual, percent, days + 1)
