"""Periods of mails, when they are due, and how figures changed."""

from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from payment_analytics.dashboard.boards import BOARDS
from payment_analytics.metrics import mailing
from payment_analytics.metrics.definitions import METRICS

D = date
FREQUENCIES = ("daily", "weekly", "monthly")


def test_the_last_period_that_is_over():
    wednesday = D(2026, 3, 4)
    assert mailing.period("daily", wednesday) == (D(2026, 3, 3), D(2026, 3, 3))
    assert mailing.period("weekly", wednesday) == (D(2026, 2, 23), D(2026, 3, 1))
    assert mailing.period("monthly", wednesday) == (D(2026, 2, 1), D(2026, 2, 28))


def test_due_at_its_hour_and_later():
    monday = datetime(2026, 3, 2, 6, 59)
    assert mailing.due("weekly", 7, monday) is None
    week = (D(2026, 2, 23), D(2026, 3, 1))
    assert mailing.due("weekly", 7, monday + timedelta(minutes=1)) == week
    assert mailing.due("weekly", 7, monday + timedelta(days=4)) == week  # late
    assert mailing.due("monthly", 7, datetime(2026, 3, 1, 6)) is None


@given(st.sampled_from(FREQUENCIES), st.dates(D(2000, 1, 1), D(2100, 1, 1)))
def test_periods_follow_each_other_without_gap(frequency, day):
    first, last = mailing.period(frequency, day)
    assert first <= last < day
    assert mailing.before(frequency, first)[1] == first - timedelta(days=1)
    assert mailing.period(frequency, last + timedelta(days=1)) == (first, last)


def test_changes():
    change, metrics = mailing.change, METRICS
    assert change(metrics["net"], 110, 100) == (0.1, True)
    assert change(metrics["net"], -50, -100) == (0.5, True)
    assert change(metrics["refund_rate"], 0.25, 0.5) == (-0.25, True)
    assert change(metrics["success_rate"], 0.25, 0.5) == (-0.25, False)
    assert change(metrics["net"], 100, 100) == (0, None)
    assert change(metrics["net"], 100, 0) == (None, None)
    assert change(metrics["success_rate"], None, 0.5) == (None, None)


def test_every_figure_is_registered():
    for names in mailing.FIGURES.values():
        assert set(names) <= set(METRICS)
    boards = {board.name: board for board in BOARDS}
    for name, figures in mailing.BOARDS.items():
        assert set(figures) <= {tile.ident for tile in boards[name].tiles}
    assert set(boards) - set(mailing.BOARDS) <= set(mailing.FIGURES)


def test_changes_of_what_is_neither_good_nor_bad():
    assert mailing.moved(False, 150, 100, None) == (0.5, None)
    assert mailing.moved(False, 150, 100, True) == (0.5, False)
    assert mailing.moved(True, 0.5, 0.75, True) == (-0.25, True)
