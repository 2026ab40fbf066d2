"""No alarm by mere chance, and none missed that matters.

The bound: at most as many false alarms as the policy allows in a year of hourly checks.
One or two years show little of it, so it is shown in steps. (1) In quiet histories of
many shapes (even and uneven days, weekends, small and large), what a check calls a
chance of p comes no more often than p: then the level that a check alarms at bounds its
alarms. (2) At that level, no history of thousands alarms. (3) Some years of some
companies are checked hour by hour, from end to end.
"""

from math import exp
from random import Random

import pytest
from payment_analytics.metrics import alerts, silence, unusual, windows
from payment_analytics.metrics.alerts import DAYS, Policy
from quiet import binomial, poisson

POLICY = Policy()
EAGER = Policy(minimum=1, drop=0.0, times=0.0)  # without the guards: the bare test
HISTORIES = 1_500


def quiet_days(random, days=DAYS + 1):
    """Return (failed, tried) of each day of a random company in quiet times."""
    volume = random.choice((2, 8, 30, 120))
    rate = random.choice((0.02, 0.08, 0.2, 0.4))
    restless = random.choice((0.0, 0.0, 0.2, 0.4))  # how much days differ
    weekend = random.choice((1.0, 0.3))
    result = []
    for day in range(days):
        busy = volume * (weekend if day % 7 > 4 else 1)
        busy *= random.gammavariate(1 / restless**2, restless**2) if restless else 1
        share = min(0.95, rate * random.uniform(1 - restless, 1 + restless))
        tried = poisson(random, busy)
        result.append((binomial(random, tried, share), tried))
    return result


def rate_check(days, policy, subjects=1):
    *past, now = days
    return alerts.success_rate("x", {24: now}, past, policy, subjects)


def spike_check(days, policy, subjects=1):
    *past, (count, of) = days
    return alerts.spike("failures", "x", {24: (count, of, past)}, policy, subjects)


@pytest.mark.parametrize("check", [rate_check, spike_check])
def test_a_chance_comes_no_more_often_than_it_is_called(check):
    random = Random(2026)
    seen = [
        found.chance
        for _ in range(HISTORIES)
        if (found := check(quiet_days(random), EAGER))
    ]
    for level in (0.01, 0.003):
        hits = sum(each <= level for each in seen)
        spread = (HISTORIES * level) ** 0.5
        assert hits <= HISTORIES * level + 3 * spread, (level, hits)


@pytest.mark.parametrize("check", [rate_check, spike_check])
def test_quiet_histories_raise_nothing(check):
    random = Random(7)
    for _ in range(HISTORIES):
        found = check(quiet_days(random), POLICY)
        assert not (found and found.alarm)


def quiet_hours(random, hours):
    """Return running totals (failed, tried) by hour: nights, weekends, uneven days."""
    volume, rate = random.choice((0.5, 3, 10)), random.choice((0.03, 0.1, 0.25))
    restless = random.choice((0.0, 0.25))
    totals = [(0, 0)]
    for hour in range(hours):
        if hour % 24 == 0:
            day = random.uniform(1 - restless, 1 + restless)
            share = min(0.9, rate * random.uniform(1 - restless, 1 + restless))
            day *= 0.4 if hour // 24 % 7 > 4 else 1
        tried = poisson(random, volume * day * (1 if 8 <= hour % 24 < 22 else 0.1))
        failed, total = totals[-1]
        totals.append((failed + binomial(random, tried, share), total + tried))
    return totals


def test_some_years_hour_by_hour():
    """Both windows, each hour of a year of eight companies: 70,000 hours, no alarm."""
    random = Random(23)
    first = 24 * (DAYS + 1)
    for _company in range(8):
        totals = quiet_hours(random, first + alerts.HOURS)

        def window(until, hours, totals=totals):
            (failed, tried), (more, most) = totals[until - hours], totals[until]
            return more - failed, most - tried

        for now in range(first, first + alerts.HOURS):
            windows = {hours: window(now, hours) for hours in (2, 24)}
            if windows[24][1] < POLICY.minimum:
                continue  # too few to say anything
            past = {
                hours: [window(now - 24 * day, hours) for day in range(1, DAYS + 1)]
                for hours in windows
            }
            rate = alerts.success_rate("x", windows, past[24], POLICY)
            both = {hours: (*windows[hours], past[hours]) for hours in windows}
            flood = alerts.spike("failures", "x", both, POLICY, crowd=1.5)
            assert not (rate and rate.alarm), now
            assert not (flood and flood.alarm), now


def test_the_level_is_the_allowance_shared_out():
    """Eight kinds, 8760 hours: all checks of a year add up to the allowance."""
    level = POLICY.level(subjects=5, windows=2)
    assert level * len(alerts.STATISTICAL) * alerts.HOURS * 5 * 2 == pytest.approx(1)


def test_success_rate_drops():
    """An issuer's outage: half of what is tried fails. Seen with 60 attempts."""
    random = Random(3)
    caught = 0
    for _ in range(200):
        past = [(binomial(random, 60, 0.08), 60) for _ in range(DAYS)]
        now = (binomial(random, 60, 0.5), 60)
        found = alerts.success_rate("x", {2: (0, 0), 24: now}, past, POLICY, 5)
        caught += found.alarm
    assert caught >= 198
    assert found.figures["hours"] == 24
    assert found.figures["usual"] == pytest.approx(0.92, abs=0.02)


def test_an_outage_is_seen_within_two_hours():
    """30 attempts an hour, all of them refused: the short window sees it first."""
    past = [(20, 240)] * DAYS
    found = alerts.success_rate("x", {2: (30, 40), 24: (45, 250)}, past, POLICY, 5)
    assert found.alarm
    assert found.figures["hours"] == 2


def test_small_numbers_say_nothing():
    past = [(4, 50)] * DAYS
    assert alerts.success_rate("x", {24: (19, 19)}, past, POLICY) is None
    assert alerts.success_rate("x", {24: (30, 30)}, past[:10], POLICY) is None
    assert alerts.success_rate("x", {24: (4, 30)}, [(1, 10)] * 5, POLICY) is None


def test_holding_on():
    """An alarm that weakens holds until it is quiet, and does not come and go."""
    past = [(4, 50)] * DAYS
    weak = alerts.success_rate("x", {24: (11, 50)}, past, POLICY, 5)
    assert not weak.alarm
    assert weak.holds
    assert alerts.success_rate("x", {24: (5, 50)}, past, POLICY, 5) is None


def test_card_testing():
    """300 failures where there are 5 a day."""
    random = Random(5)
    for _ in range(200):
        past = [(poisson(random, 5), 60) for _ in range(DAYS)]
        found = alerts.spike("failures", "x", {24: (300, 360, past)}, POLICY, 5)
        assert found.alarm


def test_a_sale_is_no_spike():
    """Ten times the payments, ten times the failures."""
    past = [(5, 60)] * DAYS
    assert alerts.spike("failures", "x", {24: (50, 600, past)}, POLICY) is None


def test_an_outage_is_a_rate_and_no_flood():
    """As many attempts as ever, all failing; and three times as many."""
    past = [(5, 60)] * DAYS
    windows = {24: (60, 60, past)}
    assert alerts.spike("failures", "x", windows, POLICY, crowd=1.5) is None
    windows = {24: (150, 180, past)}
    assert alerts.spike("failures", "x", windows, POLICY, crowd=1.5).alarm


# === Silence === #


def quiet_weeks(random, weeks=9):
    """Return events by hour of a shop with nights and weekends."""
    volume = random.choice((0.3, 1.5, 6, 20))
    night, weekend = random.choice((0.02, 0.3)), random.choice((0.1, 0.6))
    hours = []
    for at in range(weeks * silence.WEEK):
        busy = volume * (1 if 8 <= at % 24 < 20 else night)
        busy *= weekend if at // 24 % 7 > 4 else 1
        hours.append(poisson(random, busy) * 5)  # a payment brings several
    return hours


def test_nights_and_weekends_are_quiet_by_nature():
    random = Random(11)
    checks = 0
    for _ in range(40):
        hours = quiet_weeks(random)
        for end in range(8 * silence.WEEK, len(hours), 7):
            found = silence.silent("x", hours[: end + 1], POLICY)
            assert not (found and found.alarm)
            checks += 1
    assert checks > 900


def test_a_dead_webhook_is_noticed_within_a_working_day():
    random = Random(13)
    for _ in range(10):
        hours = quiet_weeks(random, 8)
        volume = sum(hours) / 5 / len(hours)
        dead = 0
        while not ((found := silence.silent("x", hours, POLICY)) and found.alarm):
            hours.append(0)
            dead += 1
            assert dead < (36 if volume > 3 else 168)
        hours += [5, 0]
        assert not silence.silent("x", hours, POLICY).holds


def test_no_past_no_silence():
    assert silence.silent("x", [], POLICY) is None
    assert silence.silent("x", [5] * 300 + [0] * 50, POLICY) is None
    assert silence.silent("x", [0] * 2_000, POLICY) is None


# === Amounts and velocity === #


def customers(random, number):
    """Return (histories, next amounts) of customers of one company."""
    spread = random.choice((0.1, 0.4, 0.8))
    histories, following = [], []
    for _ in range(number):
        middle, own = random.uniform(2, 7), spread * random.uniform(0.5, 1.5)
        paid = [
            round(exp(random.gauss(middle, own)), 2) + 0.01
            for _ in range(random.randint(8, 60) + 1)
        ]
        histories.append(paid[:-1])
        following.append(paid[-1])
    return histories, following


def test_usual_amounts_raise_nothing():
    random = Random(17)
    called = tested = 0
    for _ in range(40):
        histories, following = customers(random, 100)
        spread = unusual.usual_spread(histories)
        for paid, new in zip(histories, following, strict=True):
            found = unusual.amount("x", "m", new, paid, spread, POLICY)
            tested += 1
            called += found.chance <= 0.001
            assert not found.alarm
    assert called <= tested * 0.001 + 3 * (tested * 0.001) ** 0.5


def test_a_far_larger_amount():
    """A customer who pays about 40 pays 4,000; one past outlier hides nothing."""
    past = [38.0, 41.0, 40.0, 39.5, 44.0, 36.0, 40.0, 42.0, 40.0, 900.0]
    found = unusual.amount("x", "tx7", 4_000, past, 0.3, POLICY, tests=3)
    assert found.alarm
    assert found.mark == "tx7"
    assert found.figures["times"] == 100
    assert not unusual.amount("x", "m", 150, past, 0.3, POLICY).alarm
    assert not unusual.amount("x", "m", 1_500, past, 0.3, POLICY).alarm
    assert unusual.amount("x", "m", 4_000, past[:7], 0.3, POLICY) is None


def test_velocity_in_quiet_times():
    random = Random(19)
    for _ in range(500):
        mean = random.choice((0.05, 0.3, 1.0))
        past = {}
        for _ in range(random.choice((100, 1_000))):
            count = 1 + poisson(random, random.gammavariate(0.5, mean / 0.5))
            past[count] = past.get(count, 0) + 1
        now = {
            str(each): 1 + poisson(random, random.gammavariate(0.5, mean / 0.5))
            for each in range(30)
        }
        found = unusual.velocity("velocity_card", now, past, POLICY, 5)
        assert not any(each.alarm for each in found)


def test_one_card_tried_again_and_again():
    past = {1: 900, 2: 80, 3: 15, 4: 5}
    now = {"card": 25, "other": 3}
    [found] = unusual.velocity("velocity_card", now, past, POLICY, 5)
    assert found.alarm
    assert found.subject == "card"
    assert unusual.velocity("velocity_card", now, {1: 50}, POLICY, 5) == []


# === Limits === #


def test_near_a_limit():
    def found(cases, base):
        return alerts.near_limit("disputes", "visa", cases, base, 0.015, 0.75, 10)

    assert found(12, 1_000).alarm
    assert not found(12, 1_000).figures["over"]
    assert found(15, 1_000).figures["over"]
    assert not found(11, 1_000).alarm
    assert found(11, 1_000).holds
    assert not found(9, 300).alarm  # 3%, of nine cases
    assert not found(0, 0).holds


def test_above_the_contract():
    def found(fees, payments=100):
        return alerts.above_contract("x", fees, 10_000, payments, 0.02, 0.05, 20)

    assert not found(200).alarm
    assert found(215).alarm
    assert found(215).figures["excess"] == pytest.approx(15)
    assert not found(215, payments=10).alarm


# === Windows === #


def test_the_worst_of_the_past_but_one():
    """The day that runs is no past; of an outage's hours only one counts."""
    tried = dict.fromkeys(range(24 * 10), 10)
    failed = {3: 10, 50: 10, 51: 10, 52: 10, 150: 4}
    assert windows.most(failed, 2) == 20
    assert windows.worst_share(failed, tried, 2, 20) == 0.2
    assert windows.worst_share(failed, tried, 2, 21) == 0
    assert windows.worst_share({50: 10}, tried, 24, 20) == 0
    assert windows.most({}, 2) == windows.worst_share({}, {}, 2, 1) == 0


def test_a_sudden_payment_is_one_after_eight_others():
    assert unusual.largest_jump([[10.0] * 8 + [300.0], [10.0] * 7 + [900.0]]) == 30
    assert unusual.largest_jump([[10.0, 400.0] + [10.0] * 8 + [500.0]]) == 0
    assert unusual.largest_jump([]) == 0
