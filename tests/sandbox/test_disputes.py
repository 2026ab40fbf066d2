"""Disputes: opened, answered, won, lost; inquiries; early fraud warnings."""

import pytest
import stripe

from dev.stripe_sandbox.client import SandboxRefusal


def movements(api, dispute):
    return [
        (t.reporting_category, t.amount, t.fee, t.net)
        for t in api.balance_transactions.list({"source": dispute}).data[::-1]
    ]


def test_a_dispute_takes_amount_and_fee_in_one_movement(
    api, sandbox, paid, event_types
):
    dispute = sandbox.dispute(charge=paid(10000).id)
    assert movements(api, dispute["id"]) == [("dispute", -10000, 1500, -11500)]
    found = api.disputes.retrieve(dispute["id"])
    assert (found.status, found.evidence_details.has_evidence) == (
        "needs_response",
        False,
    )
    assert found.balance_transactions[0].net == -11500
    assert found.evidence_details.due_by > found.created
    assert api.charges.retrieve(found.charge).disputed is True
    assert event_types()[-2:] == [
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.refunds.create({"charge": found.charge})
    assert caught.value.code == "charge_disputed"


def test_evidence_is_staged_then_submitted(api, sandbox, paid):
    dispute = sandbox.dispute(charge=paid(10000).id, reason="product_not_received")
    evidence = {"evidence": {"shipping_tracking_number": "3SABC"}, "submit": False}
    staged = api.disputes.update(dispute["id"], evidence)
    assert (staged.status, staged.evidence.shipping_tracking_number) == (
        "needs_response",
        "3SABC",
    )
    sent = api.disputes.update(
        dispute["id"], {"evidence": {"uncategorized_text": "signed for"}}
    )
    assert (sent.status, sent.evidence_details.submission_count) == ("under_review", 1)


@pytest.mark.parametrize("returned", [True, False])
def test_a_won_dispute_gives_the_money_back(api, sandbox, paid, event_types, returned):
    sandbox.account(dispute_fee_returned=returned, fee_tax_percent="21")
    dispute = sandbox.dispute(charge=paid(10000, "eur").id, amount=5000)["id"]
    sandbox.close_dispute(dispute=dispute, outcome="won")
    withdrawn, reinstated = movements(api, dispute)
    assert withdrawn == ("dispute", -5400, 1815, -7215)  # 15.00 and 21 % of it
    fee = -1815 if returned else 0
    assert reinstated == ("dispute_reversal", 5400, fee, 5400 - fee)
    assert api.disputes.retrieve(dispute).status == "won"
    assert event_types()[-2:] == [
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]
    with pytest.raises(SandboxRefusal, match="is won"):
        sandbox.close_dispute(dispute=dispute, outcome="lost")


def test_a_conceded_dispute_is_lost(api, sandbox, paid):
    dispute = sandbox.dispute(charge=paid(10000).id)["id"]
    assert api.disputes.close(dispute).status == "lost"
    assert len(movements(api, dispute)) == 1


def test_an_unanswered_dispute_is_lost(api, sandbox, paid):
    dispute = sandbox.dispute(charge=paid(10000).id)["id"]
    sandbox.advance(days=15)
    found = api.disputes.retrieve(dispute)
    assert (found.status, found.evidence_details.past_due) == ("lost", True)


def test_an_inquiry_moves_no_money_until_it_escalates(api, sandbox, paid):
    dispute = sandbox.dispute(charge=paid(10000).id, inquiry=True)["id"]
    assert api.disputes.retrieve(dispute).status == "warning_needs_response"
    assert movements(api, dispute) == []
    sandbox.escalate_dispute(dispute=dispute)
    assert movements(api, dispute) == [("dispute", -10000, 1500, -11500)]


def test_an_inquiry_closed(api, sandbox, paid):
    charge = paid(10000)
    dispute = sandbox.dispute(charge=charge.id, inquiry=True)["id"]
    with pytest.raises(SandboxRefusal):
        sandbox.close_dispute(dispute=dispute, outcome="won")
    sandbox.close_dispute(dispute=dispute, outcome="warning_closed")
    assert api.charges.retrieve(charge.id).disputed is False


def test_the_card_that_disputes_at_once(api, sandbox):
    charge = sandbox.outside_payment(amount=5000, currency="usd", card="disputed")
    (dispute,) = api.disputes.list({"charge": charge["id"]}).data
    assert dispute.reason == "fraudulent"


def test_an_early_fraud_warning(api, sandbox, paid, event_types):
    warning = sandbox.fraud_warning(charge=paid(10000).id)
    found = api.radar.early_fraud_warnings.retrieve(warning["id"])
    assert (found.actionable, found.fraud_type) == (True, "made_with_stolen_card")
    assert event_types()[-1] == "radar.early_fraud_warning.created"
