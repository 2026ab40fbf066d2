"""Which limit is in force, and where a target stands."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from payment_analytics.metrics import targets, thresholds
from payment_analytics.metrics.definitions import METRICS
from payment_analytics.metrics.thresholds import Row, in_force

D = date
VISA = [
    Row(1, D(2025, 6, 1), D(2026, 3, 31), {"network": "visa", "region": "world"}),
    Row(2, D(2026, 4, 1), None, {"network": "visa", "region": "world"}),
    Row(3, D(2025, 6, 1), None, {"network": "visa", "region": "mena"}),
    Row(4, D(2026, 1, 1), None, {"network": "visa", "region": "world", "company": 7}),
]


def at(day, **asked):
    asked = {"network": "visa", "region": "world", "company": 1} | asked
    found = in_force(VISA, day, **asked)
    return found and found.id


def test_the_day_decides():
    assert at(D(2025, 5, 31)) is None
    assert at(D(2025, 6, 1)) == at(D(2026, 3, 31)) == 1
    assert at(D(2026, 4, 1)) == at(D(2030, 1, 1)) == 2


def test_the_nearest_row_wins():
    assert at(D(2026, 5, 1), region="mena") == 3
    assert at(D(2026, 5, 1), company=7) == 4
    assert at(D(2026, 5, 1), network="amex") is None


def test_the_companys_own_before_the_common_one():
    """Also where the common one names the region and is newer."""
    own = Row(5, D(2025, 1, 1), None, {"network": "visa", "company": 7})
    asked = {"network": "visa", "region": "world", "company": 7}
    common = VISA[:3]
    assert in_force([*common, own], D(2026, 5, 1), **asked) == own
    of_provider = Row(6, D(2026, 2, 1), None, {"provider": 3})
    of_method = Row(7, D(2026, 1, 1), None, {"method": 4})
    asked = {"provider": 3, "method": 4}
    assert in_force([of_provider, of_method], D(2026, 5, 1), **asked) == of_method


def test_regions():
    assert thresholds.region_of("AE") == "mena"
    assert thresholds.region_of("DE") == thresholds.region_of(None) == "world"


def test_periods():
    assert targets.last_day(D(2026, 2, 1), "month") == D(2026, 2, 28)
    assert targets.last_day(D(2026, 10, 1), "quarter") == D(2026, 12, 31)
    assert targets.last_day(D(2024, 1, 1), "year") == D(2024, 12, 31)
    assert targets.first_day(D(2026, 8, 31), "quarter") == D(2026, 7, 1)


@given(st.dates(D(2000, 1, 1), D(2100, 1, 1)), st.sampled_from(list(targets.MONTHS)))
def test_each_day_lies_in_its_period(day, period):
    first = targets.first_day(day, period)
    assert first <= day <= targets.last_day(first, period)


def light(name, target, actual, share=0.5, cases=100):
    return targets.standing(METRICS[name], target, actual, share, cases, 20).light


def test_a_sum_is_held_against_its_share():
    """Half of March is over: 5,000 of 10,000 are due."""
    assert targets.standing(METRICS["net"], 10_000, 0, 0.5, 9, 20).expected == 5_000
    assert light("net", 10_000, 5_000) == "green"
    assert light("net", 10_000, 4_600) == "amber"
    assert light("net", 10_000, 4_400) == "red"
    assert light("net", 10_000, 0, cases=0) == "red"  # nothing came at all
    assert light("net", 10_000, 0, share=0.05) is None  # too early


def test_a_rate_is_held_against_the_whole():
    assert light("success_rate", 0.9, 0.92) == "green"
    assert light("success_rate", 0.9, 0.85) == "amber"
    assert light("success_rate", 0.9, 0.5) == "red"
    assert light("success_rate", 0.9, 0.5, cases=19) is None
    assert light("average_ticket", 50, 51, share=0.02) == "green"
    assert light("success_rate", 0.9, None) is None


def test_less_may_be_better():
    assert targets.LESS_IS_BETTER <= METRICS.keys()
    assert light("refund_rate", 0.05, 0.04) == "green"
    assert light("refund_rate", 0.05, 0.054) == "amber"
    assert light("refund_rate", 0.05, 0.2) == "red"
    assert light("dispute_activity_rate", 0.01, 0.02) == "red"
    assert light("refund_count_rate", 0.05, 0.01) == "green"


@given(st.sampled_from(sorted(METRICS)), st.floats(1, 100), st.floats(0, 200))
def test_better_never_looks_worse(name, target, actual):
    """A better figure has the same light or a better one."""
    metric = METRICS[name]
    order = ["red", "amber", "green"]
    step = -0.5 if targets.less_is_better(metric) else 0.5
    now = targets.standing(metric, target, actual, 0.5, 99, 20).light
    better = targets.standing(metric, target, actual + step, 0.5, 99, 20).light
    assert order.index(better) >= order.index(now)
