"""Which documents a refund credits, and why one failed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from integrated_payments.domain.refunds import FAILURES, failure_text, open_parts


@pytest.mark.parametrize(
    ("paid", "amount", "expected"),
    [
        ({"A": 10000}, 2500, {"A": 2500}),
        ({"A": 10000}, 10000, {"A": 10000}),
        ({"A": 10000}, 10001, None),
        ({"A": 3000, "B": 7000}, 10000, {"A": 3000, "B": 7000}),
        ({"A": 3000, "B": 7000}, 7000, {"B": 7000}),
        ({"A": 3000, "B": 3000}, 3000, None),
        ({"A": 3000, "B": 7000}, 2000, None),
        ({}, 100, None),
    ],
)
def test_a_refund_is_credited_where_it_is_certain(paid, amount, expected):
    assert open_parts(paid, amount) == expected


@given(
    st.dictionaries(st.sampled_from("ABCDE"), st.integers(1, 10**9), max_size=5),
    st.integers(1, 10**9),
)
def test_what_is_credited_is_the_refund_and_never_more_than_was_paid(paid, amount):
    parts = open_parts(paid, amount)
    if parts is not None:
        assert sum(parts.values()) == amount
        assert all(parts[each] <= paid[each] for each in parts)


def test_a_failure_is_told_in_words_and_a_new_code_by_itself():
    assert "lost or stolen" in failure_text("lost_or_stolen_card")
    assert failure_text(None) == FAILURES["unknown"]
    assert failure_text("eaten_by_dog") == "eaten_by_dog"
