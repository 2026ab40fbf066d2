"""Years of quiet shops, hour by hour: no kind alarms more often than it may.

The allowance of a year (Policy.false_alarms) is shared by the kinds. A year or two show
nothing of one alarm in eight years; so each check's chances are also held against the
levels of ten and a hundred times the allowance, where there is something to count.

Success rate and failures are in ``test_alerts.py`` too, and there are tests that what
is wrong is found.
"""

from collections import Counter, defaultdict
from math import ceil, exp, inf
from random import Random

import pytest
from payment_analytics.metrics import alerts, chance, silence, unusual, windows
from payment_analytics.metrics.alerts import DAYS, HOURS, QUIET, Policy
from quiet import batches, binomial, hours_of_trade, poisson

POLICY = Policy()
PAST = 24 * (DAYS + 1)


def incidents(seen, times):
    """Count alarms at a level so many times the policy's; those of a day are one.

    :param seen: (hour, subject, chance, level), in the order of the hours
    """
    last, count = {}, 0
    for hour, subject, seldom, level in seen:
        if seldom <= times * level:
            count += hour - last.get(subject, -99) > 24
            last[subject] = hour
    return count


def assert_bounded(seen, years):
    """No more incidents than the kind's share of the allowance, but for chance."""
    for times in (1, 10, 100):
        allowed = times * POLICY.false_alarms / len(alerts.STATISTICAL) * years
        assert incidents(seen, times) <= allowed + 3 * allowed**0.5, (times, allowed)


class Counts:
    """(count, of) by hour, and the windows of them as the hourly check asks."""

    def __init__(self, part, whole):
        self.part, self.whole = part, whole
        self.totals = [windows.running(dict(enumerate(each))) for each in (part, whole)]

    def window(self, now, hours):
        return tuple(total[now] - total[now - hours] for total in self.totals)

    def days(self, now, hours):
        return [self.window(now - 24 * day, hours) for day in range(1, DAYS + 1)]

    def ago(self, now):
        """Return both by hours ago, up to ``now``."""
        return [
            dict(enumerate(reversed(each[now - PAST : now])))
            for each in (self.part, self.whole)
        ]


def spikes(kind, counts, minimum, hours=(2, 24), subjects=1, worst=True, **options):
    """Yield what the hourly check of a spike sees, hour by hour."""
    for now in range(PAST, len(counts.part)):
        seen = {each: counts.window(now, each) for each in hours}
        if max(count for count, _of in seen.values()) < minimum:
            continue
        asked = {each: (*seen[each], counts.days(now, each)) for each in hours}
        check = (kind, "x", asked, POLICY, subjects, minimum)
        found = alerts.spike(*check, **options)
        if found and found.chance < QUIET and worst:
            part, _whole = counts.ago(now)
            most = {each: windows.most(part, each) for each in hours}
            found = alerts.spike(*check, **options, worst=most)
        if found:
            yield now, "x", found.chance, POLICY.level(subjects, len(hours))


def rates(counts):
    """Yield what the hourly check of the success rate sees."""
    hours = (2, 24)
    for now in range(PAST, len(counts.part)):
        seen = {each: counts.window(now, each) for each in hours}
        if seen[24][1] < POLICY.minimum:
            continue
        check = ("x", seen, counts.days(now, 24), POLICY, 1)
        found = alerts.success_rate(*check)
        if found and found.chance < QUIET:
            part, whole = counts.ago(now)
            worst = {
                each: windows.worst_share(part, whole, each, POLICY.minimum)
                for each in hours
            }
            found = alerts.success_rate(*check, worst)
        if found:
            yield now, "x", found.chance, POLICY.level(1, len(hours))


YEAR = PAST + HOURS
# Attempts or payments an hour, how much days differ, the weekend; refunds a payment;
# and batches: once in so many days, and how many at a time.
REFUNDING = [
    ((3, 0.0, 1.0), 0.05, None),
    ((10, 0.4, 0.4), 0.15, None),
    ((5, 0.0, 0.5), 0.01, (3, 10)),
    ((10, 0.3, 0.4), 0.005, (7, 20)),
]


@pytest.mark.parametrize("trade, rate, batch", REFUNDING)
def test_refunds(trade, rate, batch):
    """Also those that are made once a week, at whatever hour."""
    random = Random(31)
    paid = hours_of_trade(random, YEAR, *trade)
    back = [binomial(random, each, rate) for each in paid]
    if batch:
        made = batches(random, YEAR, *batch)
        back = [one + other for one, other in zip(back, made, strict=True)]
    assert_bounded(list(spikes("refunds", Counts(back, paid), 5)), 1)


def failing(random, volume, rate, every, size):
    """A shop whose old cards are tried in batches, most of them in vain."""
    tried = hours_of_trade(random, YEAR, volume)
    failed = [binomial(random, each, rate) for each in tried]
    retried = batches(random, YEAR, every, size)
    lost = [binomial(random, each, 0.7) for each in retried]
    return Counts(
        [one + other for one, other in zip(failed, lost, strict=True)],
        [one + other for one, other in zip(tried, retried, strict=True)],
    )


@pytest.mark.parametrize("shape", [(2, 0.1, 7, 30), (10, 0.1, 7, 40), (1, 0.08, 1, 30)])
def test_batches_of_failures(shape):
    counts = failing(Random(37), *shape)
    assert_bounded(list(spikes("failures", counts, POLICY.minimum, crowd=1.5)), 1)
    assert_bounded(list(rates(counts)), 1)


@pytest.mark.parametrize("shape", [(1, 0.4, 0.4), (3, 0.5, 0.3), (10, 0.4), (1, 0.8)])
def test_countries(shape):
    """Attempts from one of five countries."""
    tried = hours_of_trade(Random(41), YEAR, *shape)
    counts = Counts(tried, [0] * YEAR)
    seen = spikes("velocity_country", counts, POLICY.minimum, (24,), 5, worst=False)
    assert_bounded(list(seen), 1)


def attempts(random, days, number, mean, shape):
    """Return {hour: subjects} of cards or customers, most of which try once a day.

    :param float mean: further attempts of the same on the same day
    :param float shape: of their gamma distribution; the smaller, the more uneven
    """
    found = defaultdict(list)
    for day in range(days):
        for _ in range(poisson(random, number)):
            subject = random.randrange(8 * number)
            hour = 24 * day + random.randrange(8, 20)
            more = poisson(random, random.gammavariate(shape, mean / shape))
            for _ in range(1 + more):
                found[hour + random.choice((0, 0, 0, 1, 3))].append(subject)
    return found


def velocities(kind, by_hour, hours, minimum=6):
    """Yield what the hourly check sees; hours without many of one are skipped."""
    now_of = Counter()
    for now in range(1, hours + 1):
        now_of.update(by_hour.get(now - 1, ()))
        now_of.subtract(by_hour.get(now - 25, ()))
        if now < PAST or max(now_of.values(), default=0) < minimum:
            continue
        past = Counter()
        for day in range(1, DAYS + 1):
            first = now - 24 * (day + 1)
            of_day = Counter(
                subject
                for hour in range(first, first + 24)
                for subject in by_hour.get(hour, ())
            )
            past.update(of_day.values())
        fresh = {subject: count for subject, count in now_of.items() if count}
        for found in unusual.velocity(kind, fresh, past, POLICY, minimum):
            yield now, found.subject, found.chance, POLICY.level(len(fresh))


def least(alarms):
    """Return the least count at which ``alarms``."""
    high = 6
    while not alarms(high):
        high *= 2
    low = 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if alarms(middle) else (middle + 1, high)
    return low


def uneven(random, mean, size):
    return poisson(
        random, mean if size == inf else random.gammavariate(size, mean / size)
    )


@pytest.mark.parametrize("size", [1, 2, 6, inf])
@pytest.mark.parametrize("mean", [0.3, 5, 30])
def test_the_exact_chance_of_a_spike(mean, size):
    """Of many pasts, from that law itself: on average no more than the level.

    What is too rare to be seen in years is worked out instead of waited for.
    """
    random, level, total = Random(59), POLICY.level(1), 0.0
    for _past in range(30):
        past = [(uneven(random, mean, size), 0) for _day in range(DAYS)]

        def alarms(count, past=past):
            found = alerts.spike("refunds", "x", {24: (count, 0, past)}, POLICY, 1, 5)
            return bool(found and found.alarm)

        total += chance.negative_binomial_tail(least(alarms), mean, size)
    assert total / 30 <= level


@pytest.mark.parametrize("days", [300, 1_500])
@pytest.mark.parametrize("mean, size", [(0.1, 0.5), (0.3, 0.3), (1, 0.5), (0.05, 0.2)])
def test_the_exact_chance_of_one_card(mean, size, days):
    random, level, total = Random(61), POLICY.level(1), 0.0
    for _past in range(30):
        past = Counter(1 + uneven(random, mean, size) for _ in range(days))

        def alarms(count, past=past):
            seen = unusual.velocity("velocity_card", {"x": count}, past, POLICY, 6)
            return bool(seen and seen[0].alarm)

        total += chance.negative_binomial_tail(least(alarms) - 1, mean, size)
    assert total / 30 <= level


@pytest.mark.parametrize("kind", ["velocity_card", "velocity_customer"])
@pytest.mark.parametrize(
    "shape, years", [((3, 0.1, 0.5), 6), ((5, 0.3, 1), 6), ((20, 0.05, 0.2), 4)]
)
def test_cards_and_customers(kind, shape, years):
    """Small shops above all: the fewer there are, the less their past says."""
    random = Random(43 + len(kind))
    seen = []
    for _year in range(years):
        tried = attempts(random, YEAR // 24, *shape)
        seen.append(velocities(kind, tried, YEAR))
    assert_bounded([each for year in seen for each in year], years)


def even(random):
    """A customer whose amounts differ, by a tenth or twice over."""
    middle, spread = random.uniform(2, 7), random.choice((0.1, 0.4, 0.8))
    return lambda: exp(random.gauss(middle, spread * random.uniform(0.5, 1.5)))


def from_the_shelf(random):
    """One who buys some of four articles."""
    prices = [random.choice((5, 9, 19, 49, 99, 199)) for _ in range(4)]
    return lambda: random.choice(prices) * random.choice((1, 1, 1, 2, 3))


def now_and_then_much(random):
    """One of whose payments one in fifty is six to forty times as large."""
    middle = random.uniform(2, 5)

    def draw():
        times = random.choice((6, 15, 40)) if random.random() < 0.02 else 1
        return times * exp(random.gauss(middle, 0.4))

    return draw


@pytest.mark.parametrize("customer", [even, from_the_shelf, now_and_then_much])
def test_amounts(customer):
    """Each payment is asked about once a year of a shop with 10 a day."""
    random, number = Random(47), 10
    draws = [customer(random) for _ in range(6 * number)]
    histories, recent, seen = defaultdict(list), [], []
    for day in range(365 + 150):
        paid = [random.randrange(len(draws)) for _ in range(number)]
        fresh = [(who, draws[who]()) for who in paid]
        if day >= 150:
            known = [each for each in fresh if len(histories[each[0]]) >= 8]
            lately = [histories[who] for who in set(recent[-30 * number :])]
            spread, tests = unusual.usual_spread(lately), ceil(len(known) / 24)
            for who, new in known:
                check = ("x", "m", new, histories[who], spread, POLICY, tests)
                found = unusual.amount(*check)
                if found.holds:
                    jump = unusual.largest_jump(lately)
                    found = unusual.amount(*check, jump)
                    seen.append((24 * day, who, found.chance, POLICY.level(tests)))
        recent += paid
        for who, new in fresh:
            histories[who].append(new)
    assert_bounded(seen, 1)


@pytest.mark.parametrize(
    "shape", [(0.15, 0.5, 0.1, 0.02), (0.3, 0.3, 0.6, 0.3), (0.05, 0.5), (6, 0.3, 0.6)]
)
def test_silences(shape):
    """Of a webhook. Less than four hours never weigh enough: they are skipped."""
    weeks = 9 * silence.WEEK
    events = hours_of_trade(Random(53), weeks + HOURS, *shape)
    seen, quiet = [], 0
    for now in range(weeks, len(events) - 1):
        quiet = 0 if events[now] else quiet + 1
        if quiet >= 4 and events[now + 1]:  # it was never heavier than in its last hour
            heard = [*events[now - weeks + 1 : now + 1], 0]
            found = silence.silent("x", heard, POLICY)
            if found:
                seen.append((now, "x", found.chance, POLICY.level(1)))
    assert_bounded(seen, 1)
