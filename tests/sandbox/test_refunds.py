"""Refunds: full, partial, pending, failed afterwards."""

import pytest
import stripe


def refund_movement(api, refund):
    return api.balance_transactions.retrieve(refund.balance_transaction)


def test_a_full_refund_keeps_the_fee(api, paid, event_types):
    charge = paid(10000)
    refund = api.refunds.create(
        {"payment_intent": charge.payment_intent, "reason": "requested_by_customer"}
    )
    assert (refund.status, refund.amount, refund.charge) == (
        "succeeded",
        10000,
        charge.id,
    )
    posted = refund_movement(api, refund)
    assert (posted.amount, posted.fee, posted.type) == (-10000, 0, "refund")
    assert api.charges.retrieve(charge.id).refunded is True
    assert event_types()[-2:] == ["refund.created", "charge.refunded"]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.refunds.create({"charge": charge.id})
    assert caught.value.code == "charge_already_refunded"


def test_more_than_is_left_is_refused(api, paid):
    charge = paid(10000)
    api.refunds.create({"charge": charge.id, "amount": 6000})
    assert api.charges.retrieve(charge.id).refunded is False
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        api.refunds.create({"charge": charge.id, "amount": 4001})
    assert len(api.refunds.list({"charge": charge.id}).data) == 1


def test_partial_refunds_at_the_charges_rate_add_up(api, paid):
    charge = paid(9999, "eur")  # at 1.08 = 107.9892, booked as 107.99
    for amount in (3333, 3333, 3333):
        api.refunds.create({"charge": charge.id, "amount": amount})
    posted = api.balance_transactions.list({"type": "refund"}).data
    assert sum(movement.amount for movement in posted) == -10799
    assert {movement.exchange_rate for movement in posted} == {1.08}


def test_the_refund_of_a_waiting_payment_books_it_first(api, sandbox):
    sandbox.account(async_capture_delay=None)
    charge = sandbox.outside_payment(amount=5000, currency="usd")
    assert charge["balance_transaction"] is None
    api.refunds.create({"charge": charge["id"]})
    kinds = [t.type for t in api.balance_transactions.list().data]
    assert kinds == ["refund", "charge"]


def test_a_pending_refund_succeeds_later(api, sandbox, event_types):
    charge = sandbox.outside_payment(amount=5000, currency="eur", card="sepa")
    sandbox.settle(charge=charge["id"])
    refund = api.refunds.create({"charge": charge["id"]})
    assert (refund.status, refund.id[:4]) == ("pending", "pyr_")
    assert refund_movement(api, refund).type == "payment_refund"
    sandbox.advance(days=6)
    assert api.refunds.retrieve(refund.id).status == "succeeded"
    told = event_types()
    assert "refund.updated" in told and "charge.refund.updated" in told


@pytest.mark.parametrize("pending", [True, False])
def test_a_refund_fails_and_the_money_is_back(api, sandbox, paid, event_types, pending):
    sandbox.account(refunds="pending" if pending else "succeed", refund_days=None)
    charge = paid(10000, "eur")
    refund = api.refunds.create({"charge": charge.id, "amount": 2500})
    before = sandbox.state()["totals"]
    sandbox.refund_fails(refund=refund.id, reason="expired_or_canceled_card")
    found = api.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    assert (found.status, found.failure_reason) == (
        "failed",
        "expired_or_canceled_card",
    )
    back = found.failure_balance_transaction
    assert (back.reporting_category, back.net) == ("refund_failure", 2700)
    assert (
        sandbox.state()["totals"]["usd"]["pending"] == before["usd"]["pending"] + 2700
    )
    assert api.charges.retrieve(charge.id).amount_refunded == 0
    assert event_types()[-3:] == [
        "refund.failed",
        "refund.updated",
        "charge.refund.updated",
    ]
    assert api.refunds.create({"charge": charge.id}).amount == 10000


def test_the_card_whose_refunds_fail(api, sandbox, paid):
    charge = paid(10000, card="pm_card_refundFail")
    refund = api.refunds.create({"charge": charge.id})
    assert refund.status == "succeeded"
    sandbox.advance(seconds=10)
    assert api.refunds.retrieve(refund.id).status == "failed"


def test_an_unpaid_intent_has_nothing_to_refund(api):
    intent = api.payment_intents.create({"amount": 1000, "currency": "usd"})
    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        api.refunds.create({"payment_intent": intent.id})


@pytest.mark.parametrize("canceled", [True, False])
def test_a_refund_that_asks_for_bank_details(api, sandbox, paid, event_types, canceled):
    """The money leaves at once; it comes back if the refund is canceled."""
    sandbox.account(refunds="requires_action")
    charge = paid(10000)
    refund = api.refunds.create({"charge": charge.id, "amount": 2500})
    assert refund.status == "requires_action"
    assert refund.next_action.type == "display_details"
    assert refund_movement(api, refund).amount == -2500
    if not canceled:
        sandbox.refund_succeeds(refund=refund.id)
        assert api.refunds.retrieve(refund.id).status == "succeeded"
        with pytest.raises(stripe.InvalidRequestError, match="succeeded cannot"):
            api.refunds.cancel(refund.id)
        return
    refund = api.refunds.cancel(refund.id)
    assert (refund.status, refund.failure_reason) == ("canceled", "merchant_request")
    back = api.balance_transactions.retrieve(refund.failure_balance_transaction)
    assert (back.reporting_category, back.amount) == ("refund_failure", 2500)
    assert api.charges.retrieve(charge.id).amount_refunded == 0
    assert event_types()[-2:] == ["refund.updated", "charge.refund.updated"]
    assert "refund.failed" not in event_types()
