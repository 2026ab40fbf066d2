"""How well a customer pays: points off a hundred, each with its reason; and a policy.

The rules are this suite's own, kept simple enough that a clerk can work them out again:
every point that is missing names what took it.
"""

from dataclasses import dataclass
from math import floor, log10

FULL = 100
DELAY_POINTS = 40  # one for each day of the average delay
FAILURE_POINTS = 20
FAILURE_WEIGHT = 5  # so that the one failure of a new customer is not half of all
DISPUTE_POINTS, MOST_DISPUTE_POINTS = 15, 30
OVERDUE_POINTS = 10
FEW_INVOICES = 5  # up to here the delay is more the company's than the customer's
MARGIN = 1.5  # room above what is usually open
MONTH = 30.0  # days

# Grade: from this score on, days of credit proposed.
GRADES = {"A": (85, 30), "B": (70, 15), "C": (50, 7), "D": (0, 0)}


@dataclass(frozen=True)
class Behaviour:
    """What is known of a customer over twelve months.

    ``delay`` is the average in days, drawn to the company's where the customer's own
    invoices are few; amounts in the company's currency.
    """

    delay: float = 0.0
    invoices: int = 0
    tried: int = 0
    failed: int = 0
    disputes: int = 0
    owed: float = 0.0
    overdue: float = 0.0
    received: float = 0.0


@dataclass(frozen=True)
class Deduction:
    """Points taken off, and by what: delay, failures, disputes or overdue."""

    cause: str
    points: int


def credible_delay(own_mean, invoices, company_mean, weight=FEW_INVOICES):
    """Return a customer's average delay, drawn to the company's where it is thin.

    Bühlmann's credibility: ``n`` invoices count ``n / (n + weight)``.
    """
    trust = invoices / (invoices + weight)
    return trust * own_mean + (1 - trust) * company_mean


def deductions(behaviour):
    """Return what takes points off, the heaviest first; empty for who pays well."""
    failing = behaviour.failed / (behaviour.tried + FAILURE_WEIGHT)
    late = behaviour.overdue / behaviour.owed if behaviour.owed > 0 else 0.0
    points = {
        "delay": min(max(behaviour.delay, 0), DELAY_POINTS),
        "failures": min(2 * failing, 1) * FAILURE_POINTS,
        "disputes": min(behaviour.disputes * DISPUTE_POINTS, MOST_DISPUTE_POINTS),
        "overdue": min(max(late, 0), 1) * OVERDUE_POINTS,
    }
    found = [Deduction(cause, _half_up(value)) for cause, value in points.items()]
    return sorted((each for each in found if each.points), key=lambda d: -d.points)


def score_of(behaviour):
    """Return the score, 0 to 100."""
    return FULL - sum(each.points for each in deductions(behaviour))


def grade_of(score):
    """Return the grade of a score: A pays well, D in advance only."""
    return next(grade for grade, (least, _days) in GRADES.items() if score >= least)


def credit_days(score):
    """Return the days of credit that a score is worth."""
    return GRADES[grade_of(score)][1]


def credit_limit(behaviour, score):
    """Return the credit limit that fits how much a customer buys and how it pays.

    What is open at a time if it buys as in the last twelve months: a month's purchases
    for each month between invoice and payment, with a margin; two digits, rounded up.
    Nothing without credit days.
    """
    days = credit_days(score)
    if not days or behaviour.received <= 0:
        return 0.0
    usual = behaviour.received / 12 * (days + max(behaviour.delay, 0)) / MONTH
    return _two_digits_up(usual * MARGIN)


def _half_up(value):
    return floor(value + 0.5)


def _two_digits_up(amount):
    step = 10 ** max(floor(log10(amount)) - 1, 0) if amount >= 1 else 1
    return float(-int(-(amount - 1e-6) // step) * step)
