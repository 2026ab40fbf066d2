"""Payouts: the automatic sweep and its proof; manual, instant, failed, canceled."""

import pytest
import stripe

MONDAY_MORNING = 1800259200  # 2027-01-18 08:00 UTC


@pytest.fixture(autouse=True)
def monday_morning(sandbox):
    """Sweeps happen at midnight: let every test begin at the same time of the week."""
    sandbox.clock(frozen=True, now=MONDAY_MORNING)


def taken_by(api, payout):
    params = {"payout": payout, "limit": 100}
    return list(api.balance_transactions.list(params).auto_paging_iter())


def latest(api):
    return api.payouts.list().data[0]


def test_an_automatic_payout_is_the_sum_of_its_nets(api, sandbox, paid, event_types):
    charge = paid(10000)
    paid(5000, "eur")
    api.refunds.create({"charge": charge.id, "amount": 1000})
    sandbox.dispute(charge=paid(2000).id)
    sandbox.advance(hours=41)
    payout = latest(api)
    assert (payout.automatic, payout.status) == (True, "pending")
    assert payout.reconciliation_status == "in_progress"
    assert api.balance.retrieve().available[0].amount == 0
    sandbox.advance(hours=8)
    payout = latest(api)
    assert (payout.status, payout.reconciliation_status) == ("in_transit", "completed")
    movements = taken_by(api, payout.id)
    others = [m for m in movements if m.source != payout.id]
    assert len(movements) == 6 and len(others) == 5
    assert sum(m.net for m in others) == payout.amount
    assert sum(m.net for m in movements) == 0
    sandbox.advance(days=2)
    payout = latest(api)
    assert (payout.status, payout.trace_id.status) == ("paid", "supported")
    assert payout.trace_id.value
    told = event_types()
    for kind in ("created", "updated", "paid", "reconciliation_completed"):
        assert f"payout.{kind}" in told
    assert "balance.available" in told


def test_each_currency_has_its_own_payout(api, sandbox, paid):
    sandbox.account(settles=["eur"])
    paid(10000)
    paid(10000, "eur")
    sandbox.advance(days=3)
    assert {p.currency: p.amount for p in api.payouts.list().data} == {
        "usd": 9680,
        "eur": 9680,
    }


@pytest.mark.parametrize(
    ("interval", "days", "made"),
    [("manual", 40, 0), ("weekly", 6, 0), ("weekly", 7, 1)],
)
def test_the_schedule_is_kept(api, sandbox, paid, interval, days, made):
    sandbox.account(payout_schedule={"interval": interval, "anchor": None})
    paid(10000)
    sandbox.advance(days=days)
    assert len(api.payouts.list().data) == made


def test_nothing_is_paid_out_of_a_negative_balance(api, sandbox, paid):
    charge = paid(10000, card="pm_card_bypassPending")
    sandbox.dispute(charge=charge.id)
    sandbox.advance(days=3)
    assert api.payouts.list().data == []
    assert api.balance.retrieve().available[0].amount == -320 - 1500


def test_a_payout_sent_back_by_the_bank_after_it_was_paid(api, sandbox, paid):
    paid(10000)
    sandbox.advance(days=6)
    payout = latest(api)
    assert payout.status == "paid"
    sandbox.payout_fails(payout=payout.id, code="account_closed")
    found = api.payouts.retrieve(payout.id, {"expand": ["failure_balance_transaction"]})
    back = found.failure_balance_transaction
    assert (found.status, found.failure_code) == ("failed", "account_closed")
    assert (back.type, back.reporting_category, back.net) == (
        "payout_failure",
        "payout_reversal",
        9680,
    )
    sandbox.advance(days=1)
    again = latest(api)
    assert (again.id != payout.id, again.amount) == (True, 9680)


def test_a_manual_payout_is_not_reconciled_by_stripe(api, sandbox, paid):
    sandbox.account(payout_schedule={"interval": "manual"})
    paid(10000, card="pm_card_bypassPending")
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payouts.create({"amount": 9681, "currency": "usd"})
    assert caught.value.code == "balance_insufficient"
    payout = api.payouts.create({"amount": 9000, "currency": "usd"})
    assert (payout.automatic, payout.reconciliation_status) == (False, "not_applicable")
    assert api.balance.retrieve().available[0].amount == 680
    with pytest.raises(
        stripe.InvalidRequestError, match="only be filtered on automatic"
    ):
        taken_by(api, payout.id)
    sandbox.payout_arrives(payout=payout.id)
    assert api.payouts.retrieve(payout.id).status == "paid"


def test_a_manual_payout_canceled_in_time(api, sandbox, paid, event_types):
    paid(10000, card="pm_card_bypassPending")
    payout = api.payouts.create({"amount": 9000, "currency": "usd"})
    assert api.payouts.cancel(payout.id).status == "canceled"
    assert api.balance.retrieve().available[0].amount == 9680
    assert event_types()[-1] == "payout.canceled"
    with pytest.raises(stripe.InvalidRequestError):
        api.payouts.cancel(payout.id)


def test_an_instant_payout_costs_a_fee(api, sandbox, paid):
    paid(10000, card="pm_card_bypassPending")
    payout = api.payouts.create(
        {"amount": 9000, "currency": "usd", "method": "instant"}
    )
    posted = api.balance_transactions.retrieve(payout.balance_transaction)
    assert (posted.amount, posted.fee, posted.net) == (-9000, 90, -9090)
    sandbox.advance(hours=1)
    assert api.payouts.retrieve(payout.id).status == "paid"


def test_a_sweep_on_demand(api, sandbox, paid):
    paid(10000)
    assert sandbox.run_payouts()["payouts"] == []
    (payout,) = sandbox.run_payouts(release=True)["payouts"]
    sandbox.payout_reconciles(payout=payout["id"])
    assert sum(m.net for m in taken_by(api, payout["id"])) == 0


def test_days_begin_again_after_the_clock_was_set_back(api, sandbox, paid):
    sandbox.clock(frozen=True, now=MONDAY_MORNING - 90 * 86400, daily=True)
    paid(10000)
    sandbox.advance(days=4)
    assert latest(api).automatic
