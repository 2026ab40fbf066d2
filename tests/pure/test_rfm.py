"""Recency, frequency, money: a worked example, and what holds of any customers."""

from datetime import date, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st
from payment_analytics.metrics import rfm
from payment_analytics.metrics.rfm import Customer

TODAY = date(2026, 3, 31)

# Fifteen customers after the example at https://www.optimove.com/resources/
# learning-center/rfm-segmentation: days since the last purchase, purchases, amount.
# Scores by hand: put in order, each fifth of three gets the next score.
FIFTEEN = [
    (4, 6, 540),
    (6, 11, 940),
    (46, 1, 35),
    (21, 3, 65),
    (14, 4, 179),
    (32, 2, 56),
    (5, 3, 140),
    (50, 1, 950),
    (33, 15, 2630),
    (10, 5, 191),
    (5, 8, 845),
    (1, 10, 1510),
    (24, 9, 54),
    (7, 4, 40),
    (20, 2, 25),
]
RECENCY = [5, 4, 1, 2, 3, 2, 4, 1, 1, 3, 4, 5, 2, 4, 3]
MONEY = [4, 4, 1, 2, 3, 2, 3, 5, 5, 3, 4, 5, 2, 1, 1]


def customers(rows):
    return [
        Customer(number, TODAY - timedelta(days), times, money)
        for number, (days, times, money) in enumerate(rows)
    ]


def test_fifteen_customers():
    """Threes from the worst up; the two of 5 days ago both score 1 + 5 x 11 // 15."""
    scores = rfm.scored(customers(FIFTEEN))
    assert [score.recency for score in scores] == RECENCY
    assert [score.money for score in scores] == MONEY
    champion = scores[11]
    assert (champion.recency, champion.frequency, champion.money) == (5, 5, 5)
    assert champion.segment == "champion"
    assert scores[8].segment == "precious"  # 15 purchases, 2,630, a month ago


def test_names_cover_every_score():
    for recency in range(1, 6):
        for frequency in range(1, 6):
            for money in range(1, 6):
                assert rfm.segment_of(recency, frequency, money) in rfm.SEGMENTS
    assert {name for row in rfm.GRID.values() for name in row} == set(rfm.SEGMENTS)


def test_one_customer_is_no_champion_by_being_alone():
    [score] = rfm.scored(customers([(1, 1, 1)]))
    assert score.segment == "lost"


rows = st.lists(
    st.tuples(st.integers(0, 900), st.integers(1, 9), st.integers(-100, 10**9)),
    min_size=1,
    max_size=40,
)


@given(rows, st.integers())
def test_the_order_of_reading_does_not_matter(found, seed):
    scores = {score.key: score for score in rfm.scored(customers(found))}
    shuffled = customers(found)
    Random(seed).shuffle(shuffled)
    assert {score.key: score for score in rfm.scored(shuffled)} == scores


@given(rows)
def test_better_never_scores_less_and_ties_score_alike(found):
    scores = rfm.scored(customers(found))
    for (_days, _times, money), score in zip(found, scores, strict=True):
        for (_d, _t, other), second in zip(found, scores, strict=True):
            assert money != other or score.money == second.money
            assert money < other or score.money >= second.money
            assert 1 <= score.money <= 5


@given(st.lists(st.integers(), min_size=5, max_size=50, unique=True))
def test_fifths_are_alike_in_size(values):
    counts = [rfm.quintiles(values).count(score) for score in range(1, 6)]
    assert max(counts) - min(counts) <= 1
