from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from integrated_payments.domain.business_days import shift
from integrated_payments.domain.payout_allocation import propose

NETS = st.lists(st.integers(-5_000, 20_000), max_size=12)


def named(nets):
    return [(f"txn_{number}", net) for number, net in enumerate(nets)]


def test_exact_row_of_the_oldest():
    found = propose(150, named([100, 50, 70]))
    assert (found.taken, found.carried) == (("txn_0", "txn_1"), 0)


def test_a_refund_that_makes_it_exact_belongs_to_it():
    found = propose(70, named([100, -30, 500]))
    assert (found.taken, found.carried) == (("txn_0", "txn_1"), 0)


def test_the_last_one_is_split_and_its_rest_goes_to_the_next_payout():
    first = propose(120, named([100, 50]))
    assert (first.taken, first.carried) == (("txn_0", "txn_1"), 30)
    second = propose(100, [("txn_2", 70), ("txn_3", 10)], brought=first.carried)
    assert (second.taken, second.carried) == (("txn_2",), 0)


def test_what_was_brought_forward_may_be_enough():
    assert propose(30, named([100]), brought=30).taken == ()
    enough = propose(20, named([100]), brought=30)
    assert (enough.taken, enough.carried) == ((), 10)


def test_too_little():
    found = propose(120, named([100, -10]))
    assert (found.taken, found.carried, found.covers) == (
        ("txn_0", "txn_1"),
        -30,
        False,
    )


@given(NETS, st.integers(1, 30_000), st.integers(0, 5_000))
def test_a_proposal_is_a_row_of_the_oldest_and_adds_up(nets, needed, brought):
    found = propose(needed, named(nets), brought)
    assert found.taken == tuple(key for key, _net in named(nets))[: len(found.taken)]
    total = sum(nets[: len(found.taken)])
    assert brought + total - found.carried == needed
    rows = [brought + sum(nets[:length]) for length in range(len(nets) + 1)]
    assert found.covers == any(row >= needed for row in rows)
    if needed in rows:
        assert (found.carried, len(found.taken)) == (0, rows.index(needed))


@given(NETS, st.lists(st.integers(1, 20_000), max_size=6))
def test_a_row_of_payouts_is_proven_over_all(nets, amounts):
    """Sum of payouts = sum of movements taken less what is carried at the end."""
    movements, carried, paid, taken = named(nets), 0, 0, 0
    for amount in amounts:
        found = propose(amount, movements, carried)
        if not found.covers:
            break
        movements = movements[len(found.taken) :]
        carried, paid, taken = found.carried, paid + amount, taken + found.total
    assert paid == taken - carried


def test_business_days():
    friday = date(2026, 3, 6)
    assert shift(friday, 3) == date(2026, 3, 11)
    assert shift(date(2026, 3, 11), -3) == friday
    assert shift(date(2026, 3, 7), 1) == date(2026, 3, 9)
    assert shift(friday, 0) == friday
