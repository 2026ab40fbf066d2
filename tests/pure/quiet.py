"""Quiet times of random shops: what came by hour, and nothing is wrong."""

from math import exp


def poisson(random, mean):
    """Draw a Poisson number."""
    if mean > 50:
        return max(0, round(random.gauss(mean, mean**0.5)))
    limit, product, count = exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count


def binomial(random, tries, rate):
    """Draw how many of ``tries`` hit."""
    return sum(random.random() < rate for _ in range(tries))


def hours_of_trade(random, hours, volume, restless=0.0, weekend=1.0, night=0.1):
    """Return what came in each hour: nights, weekends, days that differ.

    :param float volume: a mean hour of the day
    :param float restless: standard deviation of the days, as a share of the mean
    """
    found = []
    for hour in range(hours):
        if hour % 24 == 0:
            day = weekend if hour // 24 % 7 > 4 else 1.0
            if restless:
                day *= random.gammavariate(1 / restless**2, restless**2)
        busy = volume * day * (1 if 8 <= hour % 24 < 22 else night)
        found.append(poisson(random, busy))
    return found


def batches(random, hours, every, size):
    """Return what a person does now and then, some at a time, at no fixed hour.

    :param int every: once in so many days
    """
    found = [0] * hours
    for first in range(0, hours, 24 * every):
        hour = first + 24 * random.randrange(every) + random.randrange(8, 19)
        if hour < hours:
            found[hour] = 1 + poisson(random, size)
    return found
