from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from integrated_payments.domain.postings import (
    ROLES,
    RULES,
    TYPE_CATEGORIES,
    Line,
    category_of,
    posting_of,
)
from integrated_payments.gateway.types import BalanceTransaction

AMOUNTS = st.integers(-(10**9), 10**9)


def movement(category, amount, fee=0, tax=0, kind="any", net=None):
    return BalanceTransaction(
        ref="txn_1",
        category=category,
        type=kind,
        amount=amount,
        fee=fee,
        tax=tax,
        net=amount - fee if net is None else net,
        currency="USD",
        created=datetime(2026, 11, 23, tzinfo=timezone.utc),
    )


def lines(*args, **kwargs):
    return posting_of(movement(*args, **kwargs)).lines


def test_the_example_of_the_design():
    """100.00 paid, fee 3.20 of which 0.20 tax, then paid out."""
    assert lines("charge", 10000, fee=320, tax=20) == (
        Line("gateway", 9680),
        Line("fee", 300),
        Line("fee_tax", 20),
        Line("outstanding", -10000),
    )
    assert lines("payout", -9680) == (Line("gateway", -9680), Line("transit", 9680))


def test_refund_and_dispute():
    assert lines("refund", -2500) == (Line("gateway", -2500), Line("outstanding", 2500))
    assert lines("dispute", -10000, fee=1500) == (
        Line("gateway", -11500),
        Line("dispute_fee", 1500),
        Line("dispute", 10000),
    )
    assert lines("dispute_reversal", 10000, fee=-1500) == (
        Line("gateway", 11500),
        Line("dispute_fee", -1500),
        Line("dispute", -10000),
    )


@given(
    st.sampled_from([*RULES, "never_heard_of"]), AMOUNTS, AMOUNTS, st.integers(0, 10**6)
)
def test_every_entry_balances_and_moves_the_gateway_by_net(category, amount, fee, tax):
    fact = movement(category, amount, fee=fee, tax=tax)
    posting = posting_of(fact)
    assert sum(line.minor for line in posting.lines) == 0
    assert posting.lines[0] == Line("gateway", fact.net)
    assert posting.known == (category in RULES)
    assert {line.role for line in posting.lines} <= set(ROLES)
    assert posting.to_suspense().lines[1] == Line("suspense", -fact.net)


def test_the_type_is_read_where_the_category_is_missing():
    assert category_of(movement("", 1, kind="payment")) == "charge"
    assert category_of(movement("", 1, kind="unheard")) is None
    assert posting_of(movement("unheard", 5)).counterpart == "suspense"


def test_a_movement_that_contradicts_itself_is_refused():
    with pytest.raises(ValueError, match="less fee"):
        posting_of(movement("charge", 10000, fee=320, net=10000))


def test_tables_speak_of_known_roles_only():
    assert {rule.counterpart for rule in RULES.values()} <= set(ROLES)
    assert {rule.fee for rule in RULES.values()} <= set(ROLES)
    assert set(TYPE_CATEGORIES.values()) <= set(RULES)
