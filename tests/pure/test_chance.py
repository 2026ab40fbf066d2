"""Tails of distributions against sums written out, and against published tables."""

from math import comb, exp, factorial, inf, isclose
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from payment_analytics.metrics import chance


@given(st.integers(1, 60), st.integers(0, 61), st.floats(0.01, 0.99))
def test_binomial(tries, hits, rate):
    summed = sum(
        comb(tries, k) * rate**k * (1 - rate) ** (tries - k)
        for k in range(hits, tries + 1)
    )
    assert isclose(
        chance.binomial_tail(hits, tries, rate), summed, rel_tol=1e-8, abs_tol=1e-12
    )


def test_beta_binomial_is_the_binomial_once_the_rate_is_known_well():
    known = chance.binomial_tail(12, 40, 0.1)
    learnt = chance.beta_binomial_tail(12, 40, 100_000, 1_000_000)
    assert isclose(known, learnt, rel_tol=1e-2)
    assert chance.beta_binomial_tail(12, 40, 2, 20) > 20 * known  # a short past
    assert chance.beta_binomial_tail(0, 40, 2, 20) == 1


def test_beta_binomial_adds_up():
    """P(X = 0) by hand: B(a, b + n) / B(a, b), as a product."""
    nothing = 1.0
    for number in range(10):
        nothing *= (18.5 + number) / (21 + number)
    assert isclose(chance.beta_binomial_tail(1, 10, 2, 20), 1 - nothing, rel_tol=1e-9)


@given(st.integers(0, 40), st.floats(0.1, 20))
def test_negative_binomial_without_spread_is_poisson(count, mean):
    below = sum(exp(-mean) * mean**k / factorial(k) for k in range(count))
    found = chance.negative_binomial_tail(count, mean, inf)
    assert isclose(found, 1 - below, rel_tol=1e-3, abs_tol=1e-9)


def test_student():
    """Table values: t(0.975; 10) = 2.228, t(0.995; 5) = 4.032, t(0.95; 1) = 6.314."""
    for t, degrees, tail in ((2.228, 10, 0.025), (4.032, 5, 0.005), (6.314, 1, 0.05)):
        assert isclose(chance.student_tail(t, degrees), tail, rel_tol=1e-3)
        assert isclose(chance.student_tail(-t, degrees), 1 - tail, rel_tol=1e-3)


def test_overdispersion():
    """About 1 where only chance is at work, more where days differ."""
    random = Random(1)
    even = [(sum(random.random() < 0.2 for _ in range(50)), 50) for _ in range(56)]
    days = [
        (sum(random.random() < rate for _ in range(50)), 50)
        for rate in (random.choice((0.05, 0.35)) for _ in range(56))
    ]
    assert chance.overdispersion(even) < 1.6
    assert chance.overdispersion(days) > 4
    assert chance.overdispersion([]) == chance.overdispersion([(1, 2)]) == 1


def test_middle_and_spread():
    """One payment of a million moves neither."""
    assert chance.middle_and_spread([9, 10, 11, 10, 1_000_000])[0] == 10
    assert chance.middle_and_spread([9, 10, 11, 10, 1_000_000])[1] < 2
