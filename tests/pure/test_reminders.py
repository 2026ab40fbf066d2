"""Which level of reminder is due, and what paying late costs."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from integrated_payments.domain.reminders import interest, level_due

DUE = date(2026, 3, 31)
DAYS = st.integers(-60, 400)
LEVELS = st.lists(DAYS, unique=True, max_size=6)


def due_for(overdue, days, sent=()):
    """Return the level of ``days``; ``sent`` are pairs (days, overdue when sent)."""
    told = [(level, DUE + timedelta(days=when)) for level, when in sent]
    levels = [(each, each) for each in days]
    return level_due(DUE + timedelta(days=overdue), DUE, levels, told)


def test_three_levels_on_their_days():
    sent, told = [], {}
    for day in range(-10, 100):
        level = due_for(day, (-3, 1, 14), sent)
        if level is not None:
            sent.append((level, day))
            told[day] = level
    assert told == {-3: -3, 1: 1, 14: 14}


def test_an_old_invoice_begins_with_the_mildest_words():
    assert due_for(90, (-3, 1, 14)) == 1
    assert due_for(91, (-3, 1, 14), [(1, 90)]) is None
    assert due_for(102, (-3, 1, 14), [(1, 90)]) is None
    assert due_for(103, (-3, 1, 14), [(1, 90)]) == 14


def test_nothing_is_announced_after_the_day():
    assert due_for(1, (-3,)) is None
    assert due_for(0, (-3,)) == -3


@given(LEVELS, DAYS)
def test_a_level_is_never_early(days, overdue):
    level = due_for(overdue, days)
    assert level is None or level <= overdue


@given(LEVELS, st.lists(DAYS, min_size=1, max_size=40))
def test_once_in_order_and_as_far_apart_as_the_levels(days, runs):
    sent = []
    for overdue in sorted(runs):
        level = due_for(overdue, days, sent)
        if level is not None:
            sent.append((level, overdue))
    levels = [level for level, _day in sent]
    assert levels == sorted(set(levels))
    for (first, when), (second, then) in zip(sent, sent[1:], strict=False):
        assert then <= 0 or then - when >= second - first


def test_interest_of_a_year_and_of_a_day():
    assert interest(100_00, 10, 365) == 10_00
    assert interest(100_000, 9.12, 1) == 25
    assert interest(100_00, 10, 0) == 0


@given(st.integers(0, 10**9), st.integers(0, 30), st.integers(-30, 900))
def test_interest_grows_with_days_and_is_never_negative(residual, percent, days):
    assert 0 <= interest(residual, percent, days)
    assert interest(residual, percent, days) <= interest(residual, percent, days + 1)
