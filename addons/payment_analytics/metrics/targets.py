"""A target against what has come so far: the share of the period, and a light.

Amounts and counts grow with the period, so that they are held against their share of
it; rates are held against the whole target. A light needs enough to stand on.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from .definitions import SHARE

# Metrics of which less is better; of all others, more.
LESS_IS_BETTER = frozenset(
    {
        "refund_rate",
        "refund_count_rate",
        "dispute_rate",
        "dispute_value_rate",
        "dispute_activity_rate",
        "dispute_activity_value_rate",
        "effective_fee_rate",
        "vamp_ratio",
    }
)
AMBER = 0.1  # how far from the target, as a share of it, is not red yet
EARLY = 0.1  # share of the period before which a sum says nothing yet
MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Standing:
    """Where a target stands.

    :param float expected: what should be there by now
    :param str light: green, amber or red; None where there is too little to tell
    """

    expected: float
    light: str | None


def less_is_better(metric):
    """Whether a metric had better be low."""
    return metric.name in LESS_IS_BETTER


def grows(metric):
    """Whether a metric adds up over the period (an average or a rate does not)."""
    return metric.unit != SHARE and not metric.denominator


def last_day(first, period):
    """Return the last day of a period that begins on ``first`` (of a month)."""
    month = first.month - 1 + MONTHS[period]
    return date(first.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def first_day(day, period):
    """Return the first day of the month, quarter or year of ``day``."""
    months = MONTHS[period]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def elapsed(first, last, today):
    """Return which share of a period is over, today not counted."""
    days = (last - first).days + 1
    return min(max((today - first).days / days, 0.0), 1.0)


def standing(metric, target, actual, share, cases, minimum):
    """Return the :class:`Standing` of a target.

    :param actual: what came so far, None if it cannot be given
    :param float share: of the period that is over
    :param int cases: payments that the actual figure rests on
    :param int minimum: with fewer a rate has no light
    """
    expected = target * share if grows(metric) else target
    if not share or actual is None:
        return Standing(expected, None)
    # Few payments say nothing about a rate; but where a sum should have grown, that
    # there are few is what the light is for.
    if (share < EARLY) if grows(metric) else (cases < minimum):
        return Standing(expected, None)
    return Standing(expected, _light(expected, actual, less_is_better(metric)))


def _light(expected, actual, less):
    lacking = actual - expected if less else expected - actual
    if lacking <= 0:
        return "green"
    return "amber" if lacking <= AMBER * abs(expected) else "red"
