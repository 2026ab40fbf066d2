"""Disputes: opened, answered, won, lost; inquiries; early fraud warnings."""

import io

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


PDF = b"%PDF-1.7\r\n\x00\xff\n\r binary \x89"


def named(content, name="invoice.pdf"):
    file = io.BytesIO(content)
    file.name = name
    return file


def upload(api, content=PDF, **options):
    return api.files.create(
        {"purpose": "dispute_evidence", "file": named(content)}, options
    )


def test_a_file_is_described_and_not_kept(api, sandbox):
    found = api.files.retrieve(upload(api).id)
    assert (found.filename, found.size, found.type) == ("invoice.pdf", len(PDF), "pdf")
    (kept,) = sandbox.objects(type="file")["data"]
    assert "binary" not in str(kept)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"MZ an .exe", "type"),
        (b"%PDF-" + bytes(5 * 1024 * 1024), "larger"),
    ],
    ids=["a program", "too large"],
)
def test_a_file_that_banks_do_not_read_is_refused(api, content, why):
    with pytest.raises(stripe.InvalidRequestError, match=why):
        upload(api, content)


def test_an_upload_is_replayed_by_its_key(api):
    first = upload(api, idempotency_key="evidence-1")
    assert upload(api, idempotency_key="evidence-1").id == first.id
    with pytest.raises(stripe.IdempotencyError):
        upload(api, PDF + b"x", idempotency_key="evidence-1")


def test_files_of_evidence_must_exist(api, sandbox, paid):
    dispute = sandbox.dispute(charge=paid(10000).id)["id"]
    with pytest.raises(stripe.InvalidRequestError, match="No such file"):
        api.disputes.update(dispute, {"evidence": {"receipt": "file_gone"}})
    file = upload(api).id
    sent = api.disputes.update(
        dispute, {"evidence": {"receipt": file}, "submit": False}
    )
    assert sent.evidence.receipt == file
    assert sent.evidence_details.has_evidence is True


def test_evidence_is_unset_by_an_empty_text(api, sandbox, paid):
    dispute = sandbox.dispute(charge=paid(10000).id)["id"]
    staged = {"evidence": {"customer_name": "Jane"}, "submit": False}
    api.disputes.update(dispute, staged)
    emptied = {"evidence": {"customer_name": ""}, "submit": False}
    found = api.disputes.update(dispute, emptied)
    assert found.evidence.customer_name is None
    assert found.evidence_details.has_evidence is False
    with pytest.raises(stripe.InvalidRequestError, match="no evidence"):
        api.disputes.update(dispute, {"submit": True})


def test_evidence_has_a_length(api, sandbox, paid):
    dispute = sandbox.dispute(charge=paid(10000).id)["id"]
    text = {"uncategorized_text": "x" * 150_001}
    with pytest.raises(stripe.InvalidRequestError, match="longer than 150000"):
        api.disputes.update(dispute, {"evidence": text})


def test_what_is_submitted_is_final(api, sandbox, paid):
    dispute = sandbox.dispute(charge=paid(10000).id)["id"]
    api.disputes.update(
        dispute, {"evidence": {"customer_name": "Jane"}, "submit": False}
    )
    assert api.disputes.update(dispute, {"submit": True}).status == "under_review"
    with pytest.raises(stripe.InvalidRequestError, match="under review"):
        api.disputes.update(dispute, {"evidence": {"customer_name": "John"}})


def test_a_second_dispute_takes_what_the_first_left(api, sandbox, paid):
    charge = paid(10000).id
    first = sandbox.dispute(charge=charge, amount=4000)["id"]
    with pytest.raises(SandboxRefusal):
        sandbox.dispute(charge=charge, amount=1000)
    sandbox.close_dispute(dispute=first, outcome="lost")
    with pytest.raises(SandboxRefusal):
        sandbox.dispute(charge=charge, amount=7000)
    second = sandbox.dispute(charge=charge)
    assert second["amount"] == 6000


def test_a_lost_dispute_may_be_reinstated(api, sandbox, paid, event_types):
    dispute = sandbox.dispute(charge=paid(10000).id)["id"]
    sandbox.close_dispute(dispute=dispute, outcome="lost")
    sandbox.reinstate_dispute(dispute=dispute)
    assert api.disputes.retrieve(dispute).status == "won"
    assert [each[3] for each in movements(api, dispute)] == [-11500, 10000]
    assert "charge.dispute.funds_reinstated" in event_types()


def test_an_early_fraud_warning(api, sandbox, paid, event_types):
    warning = sandbox.fraud_warning(charge=paid(10000).id)
    found = api.radar.early_fraud_warnings.retrieve(warning["id"])
    assert (found.actionable, found.fraud_type) == (True, "made_with_stolen_card")
    assert event_types()[-1] == "radar.early_fraud_warning.created"


@pytest.mark.parametrize("fate", ["refunded", "disputed"])
def test_a_warning_ends_with_what_it_warned_of(api, sandbox, paid, event_types, fate):
    charge = paid(10000).id
    warning = sandbox.fraud_warning(charge=charge)["id"]
    review = sandbox.review(charge=charge)["id"]
    if fate == "refunded":
        api.refunds.create({"charge": charge, "amount": 1000})
        assert api.radar.early_fraud_warnings.retrieve(warning).actionable is True
        api.refunds.create({"charge": charge})
    else:
        sandbox.dispute(charge=charge)
    assert api.radar.early_fraud_warnings.retrieve(warning).actionable is False
    found = api.reviews.retrieve(review)
    assert (found.open, found.closed_reason) == (False, fate)
    assert {"radar.early_fraud_warning.updated", "review.closed"} <= set(event_types())


def test_a_review_is_approved(api, sandbox, paid, event_types):
    review = sandbox.review(charge=paid(10000).id)["id"]
    assert [each.id for each in api.reviews.list().data] == [review]
    assert event_types()[-1] == "review.opened"
    found = api.reviews.approve(review)
    assert (found.open, found.reason) == (False, "approved")
    assert api.reviews.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="already closed"):
        api.reviews.approve(review)
