"""When open money comes: each customer's own delay, drawn to the company's.

A *history* is {days late: number of paid invoices}. A customer with few paid invoices
says little, so its history is mixed with that of the company: with ``n`` invoices of
its own it counts ``n / (n + OWN_WEIGHT)``. (Credibility theory: Bühlmann, "Experience
rating and credibility", ASTIN Bulletin 4, 1967.) The company's own history is drawn to
:data:`FIRST_GUESS` in the same way, so that a young company has a forecast too.

The middle day is the median, which one invoice that was argued over for a year does not
move. What is overdue already cannot be paid earlier than today: only the delays longer
than its own are looked at. If nothing was ever paid that late, there is no day, and the
amount is shown apart instead of being hoped for.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date, timedelta

OWN_WEIGHT = 5  # a customer's own history counts half from five paid invoices on
# Of a company without any paid invoice: on time, a week, two, a month, two months late.
FIRST_GUESS = {0: 2, 7: 1, 14: 1, 30: 1, 60: 1}
EARLY, MIDDLE, LATE = 0.1, 0.5, 0.9
EARLIEST, LATEST = -60, 365  # days; what lies beyond is an error of entry
HORIZON = 90  # days
SCORED = (7, 14, 30, 60, 90)  # horizons of the back-test, days


def mixed(history, behind, weight=OWN_WEIGHT):
    """Return the shares of delays of one history, drawn to the one behind it.

    :param dict history: {days late: count} of the customer, may be empty
    :param dict behind: {days late: share or count} that stands in where it is thin
    :return: {days late: share}; the shares add up to 1
    """
    own, back = sum(history.values()), sum(behind.values())
    trust = own / (own + weight) if own else 0.0
    shares = defaultdict(float)
    for delay, share in behind.items():
        shares[_bounded(delay)] += (1 - trust) * share / back
    for delay, count in history.items():
        shares[_bounded(delay)] += trust * count / own
    return dict(shares)


def _bounded(delay):
    return min(max(delay, EARLIEST), LATEST)


def delay_at(shares, part, after=None):
    """Return the delay by which ``part`` of the money has come.

    :param dict shares: {days late: share}
    :param float part: 0.5 for the median
    :param int after: only delays of more days than this are possible
    :return: days late, or None if nothing was ever paid that late
    """
    left = sorted(
        (delay, share)
        for delay, share in shares.items()
        if share > 0 and (after is None or delay > after)
    )
    if not left:
        return None
    needed = part * sum(share for _delay, share in left)
    reached = 0.0
    for delay, share in left:
        reached += share
        if reached >= needed - 1e-9:
            return delay
    return left[-1][0]


@dataclass(frozen=True)
class Expected:
    """Money that is to come, and when; amounts in minor units of the company.

    ``day`` is None where history shows nothing as late as this.
    """

    key: object
    amount: int
    day: date | None
    early: date | None
    late: date | None


def expected(key, amount, due, shares, today):
    """Return when an open amount comes.

    :param date due: day on which it is due
    :param dict shares: of :func:`mixed`
    :return: Expected, no earlier than tomorrow
    """
    overdue = (today - due).days
    days = [
        delay_at(shares, part, after=overdue if overdue >= 0 else None)
        for part in (MIDDLE, EARLY, LATE)
    ]
    if days[0] is None:
        return Expected(key, amount, None, None, None)
    tomorrow = today + timedelta(1)
    dates = (max(due + timedelta(delay), tomorrow) for delay in days)
    return Expected(key, amount, *dates)


def less_credit(items, credit):
    """Take a customer's open credit off what it is to pay, oldest first.

    :param list items: Expected of one customer, by due date
    :param int credit: open credit notes and payments not used yet, positive
    :return: list of Expected with what is left; none is negative
    """
    left = []
    for item in items:
        used = min(item.amount, credit)
        credit -= used
        if item.amount > used:
            left.append(replace(item, amount=item.amount - used))
    return left


@dataclass(frozen=True)
class Day:
    """Cash of one day, and what has come by its end if customers pay early or late."""

    day: date
    amount: int
    total: int
    low: int
    high: int


def by_day(items, today, horizon=HORIZON):
    """Return the expected cash of each of the next days.

    ``low`` is what has come by then if *every* customer pays as late as in the worst
    tenth of its history, ``high`` if every one pays as early as in the best tenth. So
    the range also holds what hits all customers at once, and
    ``low <= total <= high`` always.

    :param items: Expected
    :return: list of Day, from tomorrow on
    """
    sums = {name: defaultdict(int) for name in ("day", "early", "late")}
    for item in items:
        for name, amounts in sums.items():
            if day := getattr(item, name):
                amounts[day] += item.amount
    days, total, high, low = [], 0, 0, 0
    for number in range(1, horizon + 1):
        day = today + timedelta(number)
        total += sums["day"][day]
        high += sums["early"][day]
        low += sums["late"][day]
        days.append(Day(day, sums["day"][day], total, low, high))
    return days


def error_rate(pairs):
    """Return how far forecasts were off: WAPE, the sum of misses over what came.

    Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 3rd ed., 5.8
    (https://otexts.com/fpp3/accuracy.html); weighted, since a ratio per row says
    nothing on days without money.

    :param pairs: (expected, came)
    :return: share, or None if nothing came
    """
    pairs = list(pairs)
    came = sum(abs(actual) for _expected, actual in pairs)
    missed = sum(abs(actual - forecast) for forecast, actual in pairs)
    return missed / came if came else None
