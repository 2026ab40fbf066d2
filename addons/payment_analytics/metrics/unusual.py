"""Payments unlike those of the same customer, and too many of one card or customer."""

from bisect import insort
from math import log, sqrt

from . import chance
from .alerts import BEYOND, QUIET, Finding

MIN_HISTORY = 8  # payments of the customer
PRIOR = 10  # payments' worth of belief in the company's usual spread
EFFICIENCY = 0.37  # of the median deviation against the standard deviation
FLOOR = log(1.15)  # a customer who always pays the same may pay a little more
FACTOR = 5.0  # times the usual amount, at least
MIN_PAST = 100  # customers' or cards' days, before a number is called unusual


def usual_spread(histories):
    """Return the spread of amounts (in logarithms) within a customer of the company.

    :param histories: lists of amounts, one for each customer
    """
    spreads = [
        chance.middle_and_spread([log(each) for each in amounts])[1]
        for amounts in histories
        if len(amounts) >= MIN_HISTORY
    ]
    if not spreads:
        return 0.5
    return max(sqrt(sum(each * each for each in spreads) / len(spreads)), FLOOR)


def largest_jump(histories):
    """Return the most times their usual that customers suddenly paid before.

    A sudden payment is one that :func:`amount` would call far more: where some order a
    hundred times their usual now and then, one who does so is no news.

    :param histories: lists of amounts, the oldest first, one for each customer
    """
    return max((times for each in histories for times in _jumps(each)), default=0.0)


def _jumps(history):
    before = []
    for each in history:
        if len(before) >= MIN_HISTORY:
            usual = before[len(before) // 2]
            if each >= FACTOR * usual and each > 2 * before[-1]:
                yield each / usual
        insort(before, each)


def amount(subject, mark, new, history, spread, policy, tests=1, jump=0.0):
    """A customer pays far more than they use to.

    A moderated t-test of the logarithm (Smyth 2004, doi:10.2202/1544-6115.1027): the
    customer's own robust spread, pulled towards what is usual in the company.

    :param float new: the amount, in the currency of the history
    :param history: amounts paid before
    :param float spread: see :func:`usual_spread`
    :param float jump: see :func:`largest_jump`
    :param tests: payments of customers with a history in an hour, on average
    :return: Finding, None where the customer has too little history
    """
    if len(history) < MIN_HISTORY:
        return None
    logs = [log(each) for each in history]
    middle, own = chance.middle_and_spread(logs)
    degrees = EFFICIENCY * (len(logs) - 1)
    pooled = (PRIOR * spread**2 + degrees * max(own, FLOOR) ** 2) / (PRIOR + degrees)
    # The median is less sure than the mean, by π/2.
    t = (log(new) - middle) / sqrt(pooled * (1 + 1.5708 / len(logs)))
    seen = chance.student_tail(t, PRIOR + degrees)
    usual = sorted(history)[len(history) // 2]
    matters = new >= FACTOR * usual and new > 2 * max(history)
    if new / usual <= BEYOND * jump:
        seen = max(seen, QUIET)
    return Finding(
        "amount",
        subject,
        alarm=matters and seen <= policy.level(tests),
        holds=matters and seen <= QUIET,
        chance=seen,
        figures={
            "amount": new,
            "usual": usual,
            "times": new / usual,
            "largest": max(history),
            "payments": len(history),
        },
        mark=mark,
    )


def velocity(kind, counts, past, policy, minimum):
    """One customer or card pays, or tries to, more often in a day than any did before.

    :param counts: {subject: attempts in the last 24 hours}
    :param past: {attempts of one subject on one day: how often there was such a day}
    :param int minimum: attempts below which nothing is unusual
    :return: [Finding], of those that are many
    """
    days = sum(past.values())
    if days < MIN_PAST:
        return []
    most = max(past)
    # Who paid on a day paid at least once: what is above one is what varies.
    mean = sum((count - 1) * often for count, often in past.items()) / days
    variance = sum((count - 1 - mean) ** 2 * often for count, often in past.items())
    mean, size = chance.lean_to_more(mean + 0.5 / days, variance / days, days)
    level = policy.level(len(counts))
    found = []
    for subject, count in counts.items():
        if count < minimum or count < policy.times * most:
            continue
        seen = chance.negative_binomial_tail(count - 1, mean, size)
        found.append(
            Finding(
                kind,
                subject,
                alarm=seen <= level,
                holds=seen <= QUIET,
                chance=seen,
                figures={"count": count, "most": most, "hours": 24},
            )
        )
    return found
