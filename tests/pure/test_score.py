"""How well a customer pays: worked examples, and what holds of any behaviour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_analytics.metrics import score
from payment_analytics.metrics.score import Behaviour, Deduction


def test_worked_example():
    """12 days late, 2 of 5 payments failed, one dispute, half of what is open overdue.

    Off: 12 for the delay; 2 / (5 + 5) failures, doubled, of 20 = 8; 15; 5: leaves 60.
    """
    behaviour = Behaviour(12, 20, 5, 2, 1, 1000, 500, 24_000)
    assert score.deductions(behaviour) == [
        Deduction("disputes", 15),
        Deduction("delay", 12),
        Deduction("failures", 8),
        Deduction("overdue", 5),
    ]
    assert score.score_of(behaviour) == 60
    assert score.grade_of(60) == "C"
    assert score.credit_days(60) == 7
    # 2,000 a month x (7 + 12) / 30 x 1.5 = 1,900
    assert score.credit_limit(behaviour, 60) == 1900


def test_who_always_pays_in_time():
    """1,000 a month at 30 days: 1,000 are open, with the margin 1,500."""
    behaviour = Behaviour(delay=-2, invoices=12, received=12_000)
    assert score.deductions(behaviour) == []
    assert score.grade_of(100) == "A"
    assert score.credit_limit(behaviour, 100) == 1500


def test_few_invoices_are_drawn_to_the_company():
    """Two invoices 30 days late, the company's 5: 2 / 7 x 30 + 5 / 7 x 5."""
    assert score.credible_delay(30, 2, 5) == pytest.approx(85 / 7)
    assert score.credible_delay(0, 0, 5) == 5


def test_limits_are_round_and_never_below_what_is_usual():
    assert score.credit_limit(Behaviour(received=10_004), 100) == 1300  # of 1,250.50
    assert score.credit_limit(Behaviour(received=12_000), 0) == 0
    assert score.credit_limit(Behaviour(), 100) == 0


amounts = st.floats(0, 1e9)
behaviours = st.builds(
    Behaviour,
    delay=st.floats(-400, 400),
    invoices=st.integers(0, 1000),
    tried=st.integers(0, 1000),
    failed=st.integers(0, 1000),
    disputes=st.integers(0, 50),
    owed=st.floats(-1e6, 1e9),
    overdue=amounts,
    received=st.floats(-1e6, 1e12),
)


@given(behaviours)
def test_the_score_is_what_its_reasons_leave(behaviour):
    value = score.score_of(behaviour)
    assert 0 <= value <= 100
    assert value == 100 - sum(each.points for each in score.deductions(behaviour))
    assert score.credit_limit(behaviour, value) >= 0


@given(behaviours, st.floats(0, 100))
def test_paying_later_never_helps(behaviour, more):
    later = Behaviour(**{**vars(behaviour), "delay": behaviour.delay + more})
    assert score.score_of(later) <= score.score_of(behaviour)
