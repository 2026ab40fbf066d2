import ast
import subprocess
import sys
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from integrated_payments.domain import cases, page
from integrated_payments.domain.categories import PARKED_TYPES, UNDECIDED
from integrated_payments.domain.postings import (
    ROLES,
    RULES,
    TYPE_CATEGORIES,
    Line,
    category_of,
    posting_of,
)
from integrated_payments.gateway.types import BalanceTransaction

from dev.stripe_sandbox.schemas import PACKAGE

AMOUNTS = st.integers(-(10**9), 10**9)


def movement(category, amount, fee=0, tax=0, kind="any", net=None, **more):
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
        **more,
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
    assert set(TYPE_CATEGORIES.values()) <= set(RULES) | set(UNDECIDED)
    assert not set(RULES) & set(UNDECIDED)


def test_every_rule_says_what_it_means_and_where_that_is_written():
    for rule in RULES.values():
        assert rule.meaning
        assert rule.source.startswith("https://docs.stripe.com/")
    assert all(UNDECIDED.values())


# === WHAT THE SDK KNOWS === #


def literals(file, name):
    """Return the strings that the SDK's annotation of the field ``name`` names."""
    tree = ast.parse((PACKAGE / file).read_text(encoding="utf-8"))
    field = next(
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and node.target.id == name
    )
    found, todo = set(), [field.annotation]
    for node in todo:
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                if inner.value.isidentifier():
                    found.add(inner.value)
                else:  # an annotation within quotes
                    todo.append(ast.parse(inner.value, mode="eval").body)
    return found


def test_each_reporting_category_of_the_sdk_is_decided():
    """A new SDK's category fails here until somebody gives it a rule, or a reason."""
    file = "params/reporting/_report_run_create_params.py"
    known = literals(file, "reporting_category")
    assert {"charge", "unreconciled_customer_funds"} <= known
    assert known - set(RULES) - set(UNDECIDED) == set()


def test_each_type_of_the_sdk_is_decided():
    known = literals("_balance_transaction.py", "type")
    known = {each for each in known if "fee_details" not in each}
    assert {"charge", "payment_reversal", "transfer_refund"} <= known
    assert known - set(TYPE_CATEGORIES) - set(UNDECIDED) == set()
    assert PARKED_TYPES <= known


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_is_undecided_is_parked_whatever_else_is_said(name):
    assert not posting_of(movement("", 500, kind=name)).known
    assert not posting_of(movement(name, 500, kind="stripe_fee")).known


def test_a_parked_type_is_not_rescued_by_its_category():
    assert not posting_of(movement("tax", -500, kind="tax_fund")).known


# === SIGNS === #


def test_a_returned_fee_credits_the_fee():
    assert lines("fee", 250) == (Line("gateway", 250), Line("fee", -250))
    assert lines("refund", -2500, fee=-75, tax=-5) == (
        Line("gateway", -2425),
        Line("fee", -70),
        Line("fee_tax", -5),
        Line("outstanding", 2500),
    )


def test_reversals_undo_what_they_reverse():
    pairs = (
        ("payout", "payout_reversal"),
        ("topup", "topup_reversal"),
        ("transfer", "transfer_reversal"),
        ("platform_earning", "platform_earning_refund"),
        ("reserve_hold", "reserve_release"),
        ("dispute", "dispute_reversal"),
        ("charge", "charge_failure"),
        ("financing_payout", "financing_payout_reversal"),
        ("issuing_authorization_hold", "issuing_authorization_release"),
    )
    for done, undone in pairs:
        total = {}
        for line in lines(done, 700, fee=20) + lines(undone, -700, fee=-20):
            total[line.role] = total.get(line.role, 0) + line.minor
        assert set(total.values()) == {0}, (done, undone)


def test_a_failed_refund_is_owed_to_the_customer():
    assert lines("refund_failure", 2500) == (
        Line("gateway", 2500),
        Line("refund_liability", -2500),
    )


def test_net_nothing_keeps_both_sides():
    assert lines("charge", 30, fee=30) == (
        Line("gateway", 0),
        Line("fee", 30),
        Line("outstanding", -30),
    )


def test_the_mirror_of_a_reserve_is_not_booked_twice():
    """The payments balance loses 500; that the reserve gains them is no entry."""
    assert lines("risk_reserved_funds", -500) == (
        Line("gateway", -500),
        Line("reserve", 500),
    )
    mirror = posting_of(
        movement("risk_reserved_funds", 500, balance_type="risk_reserved")
    )
    assert (mirror.lines, mirror.known, mirror.counterpart) == ((), True, None)
    assert mirror.to_suspense() == mirror


# === THE PAGE FOR ACCOUNTANTS === #


def test_the_page_is_up_to_date():
    """Else: python addons/integrated_payments/domain/page.py."""
    assert page.PAGE.read_text(encoding="utf-8") == page.render()


def test_the_page_can_be_written_without_odoo(tmp_path):
    """As a command, in a Python that knows neither Odoo nor our packages."""
    command = "import runpy, sys; runpy.run_path(sys.argv[1], run_name='page')"
    subprocess.run(
        [sys.executable, "-I", "-c", command, str(page.__file__)],
        cwd=tmp_path,
        check=True,
    )


def test_each_entry_of_the_page_balances():
    for _title, _text, chapter in cases.CHAPTERS:
        for case in chapter:
            for entry in case.entries:
                assert sum(minor for _account, minor, _currency in entry.items()) == 0
                accounts = {account for account, *_rest in entry.items()}
                assert set(entry.matched) <= accounts, case.title


def test_the_page_explains_each_account_category_and_exception():
    text = page.render()
    assert set(ROLES) <= set(cases.ACCOUNTS)
    for name in (*RULES, *UNDECIDED, *TYPE_CATEGORIES):
        assert f"`{name}`" in text
