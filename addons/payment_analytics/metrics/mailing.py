"""Which period a mail of figures tells of, when it is due, and how figures changed."""

from datetime import date, datetime, time, timedelta

from .definitions import SHARE
from .targets import less_is_better

UNSEEN = 0.00005  # a change that would be shown as none

FIGURES = {
    "payments": (
        "gross_volume",
        "net",
        "success_rate",
        "average_ticket",
        "effective_fee_rate",
        "refund_rate",
    ),
    "fees": ("gross_volume", "effective_fee_rate", "net"),
    "risk": (
        "attempt_success_rate",
        "refund_rate",
        "refund_count_rate",
        "dispute_activity_rate",
        "dispute_rate",
        "vamp_ratio",
    ),
}
"""The metrics of each mail, by the dashboard whose figures it tells."""

BOARDS = {
    "cash": (
        "gateway_balance",
        "in_transit",
        "expected_90",
        "receivable",
        "overdue",
        "overdue_share",
        "dso",
    ),
    "customers": (
        "customers",
        "new_customers",
        "returning_customers",
        "lapsed_customers",
        "lifetime_value",
        "retention_1",
        "retention_3",
    ),
    "operations": (
        "matched_rate",
        "engine_rate",
        "hours_to_match_p50",
        "saved_hours",
        "open_lines",
        "discrepancies",
        "delay_p90",
        "parked_events",
        "held_effects",
    ),
    "sales": (
        "gross",
        "successful_payments",
        "average_ticket",
        "products_at_risk",
        "paid_quantity",
        "sell_through",
        "days_left",
    ),
}
"""The tiles of each mail that tells those of a board."""

# More of it is neither good nor bad by itself.
NEUTRAL = ("days_left", "free_quantity", "gateway_balance", "in_transit", "receivable")


def began(frequency, day):
    """Return the first day of the period that ``day`` is in."""
    if frequency == "daily":
        return day
    if frequency == "weekly":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1)


def period(frequency, day):
    """Return (first, last) day of the last period that is over on ``day``."""
    last = began(frequency, day) - timedelta(days=1)
    return began(frequency, last), last


def before(frequency, first):
    """Return (first, last) day of the period before one that begins on ``first``."""
    return period(frequency, first)


def due(frequency, hour, now):
    """Return the period that is to be sent at a local moment, None if none is yet.

    A mail that could not go at its hour (the server was off) goes as soon as it can,
    until the next one is due.

    :param datetime now: by the company's clock
    """
    today = now.date()
    if now < datetime.combine(began(frequency, today), time(hour)):
        return None
    return period(frequency, today)


def change(metric, value, previous):
    """Return how a metric changed: (as a share or in points, whether for the better).

    :return: (None, None) where it cannot be said; a change of nothing is neither
    """
    return moved(metric.unit == SHARE, value, previous, less_is_better(metric))


def moved(in_points, value, previous, less):
    """Return how a figure changed: (as a share or in points, whether for the better).

    :param bool in_points: of a share, which changes by points
    :param less: whether it had better be low, None: neither
    :return: (None, None) where it cannot be said; a change of nothing is neither
    """
    if value is None or previous is None:
        return None, None
    if in_points:
        step = value - previous
    elif previous:
        step = (value - previous) / abs(previous)
    else:
        return None, None
    if abs(step) < UNSEEN:
        return 0.0, None
    return step, None if less is None else (step < 0) == less


def since(first: date, last: date):
    """Return the domain of the days of a period."""
    return [("day", ">=", first), ("day", "<=", last)]
