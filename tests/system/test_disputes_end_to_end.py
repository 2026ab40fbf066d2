"""Disputes through the whole system: answered, won, given up, reinstated; warnings."""

import pytest
from system_browser import Person, chromium
from system_stage import until

from dev.odoo_client import OdooError
from dev.provision.paths import RUN

DISPUTE = [
    "state",
    "withdrawn",
    "reinstated",
    "dispute_fee",
    "activity_ids",
    "outcome_move_ids",
    "outcome_note",
    "submissions",
]


def bought(stage):
    """Sell a lamp, delivered and invoiced; return (payment, its intent)."""
    payment = stage.buy(("Desk lamp", 1), customer="Hanne de Vries")
    stage.await_trails([payment])
    return payment, stage.read(payment, "provider_reference")


def dispute_of(stage, ref):
    found = stage.odoo.find("payment.dispute", [("gateway_ref", "=", ref)], DISPUTE)
    return found[0] if found else {}


def await_dispute(stage, ref, state, movements=None):
    """Wait until a dispute is in a state; return it."""

    def there():
        dispute = dispute_of(stage, ref)
        moved = stage.odoo.find(
            "payment.balance.transaction",
            [("dispute_id.gateway_ref", "=", ref), ("state", "=", "posted")],
        )
        enough = movements is None or len(moved) == movements
        return dispute.get("state") == state and enough

    until(lambda: f"dispute {state}: {dispute_of(stage, ref)}", there)
    return dispute_of(stage, ref)


def prepare(stage, dispute):
    """Press Prepare Evidence; return the id of the form that opens."""
    action = stage.odoo.press("payment.dispute", "action_prepare_evidence", dispute)
    assert action["res_model"] == "payment.evidence.wizard"
    return action["res_id"]


def at_gateway(stage, ref):
    (found,) = [
        each
        for each in stage.sandbox.objects(type="dispute")["data"]
        if each["id"] == ref
    ]
    return found


def open_on_dispute_account(stage, ref):
    """Return the open items of one dispute on the disputes account."""
    entries = stage.odoo.find(
        "payment.balance.transaction",
        [("dispute_id.gateway_ref", "=", ref)],
        ["statement_line_id"],
    )
    lines = [each["statement_line_id"][0] for each in entries]
    roles = [("role", "=", "dispute")]
    account = stage.odoo.one("payment.gateway.account", roles, ["account_id"])
    return stage.odoo.find(
        "account.move.line",
        [
            ("account_id", "=", account["account_id"][0]),
            ("reconciled", "=", False),
            ("statement_line_id", "in", lines),
        ],
    )


def documents(stage):
    """Return what is attached, but for the web client's own and what a
    scheduled action attaches at any time: mails of orders, invoices and receipts.
    """
    others = (False, "ir.ui.view", "sale.order", "mail.message")
    domain = [("res_model", "not in", others), ("url", "=", False)]
    fields = ["id", "res_model", "res_id", "name"]
    found = stage.odoo.find("ir.attachment", domain, fields)
    return {tuple(each[name] for name in fields) for each in found}


def test_evidence_goes_to_the_bank_and_wins(stage):
    """Gathered from order, invoice and delivery; files are handed on, none is kept."""
    _payment, intent = bought(stage)
    ref = stage.sandbox.dispute(charge=intent, reason="product_not_received")["id"]
    dispute = await_dispute(stage, ref, "needs_response", movements=1)
    assert dispute["dispute_fee"] == 24.2  # 20.00 and 21 % tax
    assert len(dispute["activity_ids"]) == 1
    wizard = prepare(stage, dispute["id"])
    fields = ["customer_name", "product_description", "shipping_date", "file_ids"]
    read = stage.odoo.one("payment.evidence.wizard", [("id", "=", wizard)], fields)
    assert read["customer_name"] == "Hanne de Vries"
    assert "Desk lamp" in read["product_description"] and read["shipping_date"]
    kept = documents(stage)
    stage.odoo.press("payment.evidence.wizard", "action_save_draft", wizard)
    draft = at_gateway(stage, ref)
    assert (draft["status"], draft["evidence_details"]["has_evidence"]) == (
        "needs_response",
        True,
    )
    again = prepare(stage, dispute["id"])
    story = {"uncategorized_text": "She signed for it."}
    stage.odoo.write("payment.evidence.wizard", again, story)
    stage.odoo.press("payment.evidence.wizard", "action_submit", again)
    submitted = at_gateway(stage, ref)
    evidence = submitted["evidence"]
    assert submitted["evidence_details"]["submission_count"] == 1
    assert evidence["uncategorized_text"] == "She signed for it."
    files = {each["id"]: each for each in stage.sandbox.objects(type="file")["data"]}
    assert files[evidence["receipt"]]["type"] == "pdf"
    assert files[evidence["shipping_documentation"]]["size"] > 1000
    assert documents(stage) == kept
    assert not await_dispute(stage, ref, "under_review")["activity_ids"]
    with pytest.raises(OdooError, match="Under Review"):
        prepare(stage, dispute["id"])
    stage.sandbox.close_dispute(dispute=ref, outcome="won")
    won = await_dispute(stage, ref, "won", movements=2)
    assert won["withdrawn"] == won["reinstated"] > 0
    assert not won["outcome_move_ids"] and not open_on_dispute_account(stage, ref)


def test_given_up_is_a_loss_and_reinstated_undoes_it(stage):
    """Accepted from Odoo: booked at once, once; reversed when the bank gives in."""
    _payment, intent = bought(stage)
    ref = stage.sandbox.dispute(charge=intent)["id"]
    dispute = await_dispute(stage, ref, "needs_response", movements=1)
    stage.odoo.press("payment.dispute", "action_accept", dispute["id"])
    assert at_gateway(stage, ref)["status"] == "lost"
    until(
        lambda: f"loss booked: {dispute_of(stage, ref)}",
        lambda: len(dispute_of(stage, ref)["outcome_move_ids"]) == 1,
    )
    stage.sandbox.drain(timeout=20)
    assert len(dispute_of(stage, ref)["outcome_move_ids"]) == 1
    assert not open_on_dispute_account(stage, ref)
    stage.sandbox.reinstate_dispute(dispute=ref)
    won = await_dispute(stage, ref, "won", movements=2)
    assert len(won["outcome_move_ids"]) == 2 and not won["outcome_note"]
    assert not open_on_dispute_account(stage, ref)


def test_warning_and_review_end_with_the_refund(stage):
    """Suspected fraud asks the accountant; a refund from Odoo answers it."""
    payment, intent = bought(stage)
    stage.sandbox.fraud_warning(charge=intent)
    stage.sandbox.review(charge=intent)

    def warnings():
        return stage.odoo.find(
            "payment.fraud.warning",
            [("transaction_id", "=", payment)],
            ["kind", "state", "activity_ids"],
        )

    until(lambda: f"two warnings: {warnings()}", lambda: len(warnings()) == 2)
    assert all(each["activity_ids"] for each in warnings())
    stage.refund_from_odoo(payment, stage.read(payment, "amount"))
    until(
        lambda: f"both closed: {warnings()}",
        lambda: {each["state"] for each in warnings()} == {"closed"},
    )
    assert not any(each["activity_ids"] for each in warnings())


def test_accountant_answers_at_the_screen(stage):
    """The dispute's form, its evidence and its books in Chromium."""
    _payment, intent = bought(stage)
    ref = stage.sandbox.dispute(charge=intent, reason="product_not_received")["id"]
    dispute = await_dispute(stage, ref, "needs_response", movements=1)["id"]
    screens = RUN / "log" / "screens"
    screens.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        person = Person(browser, stage.server.url).log_in("admin", "admin")
        page = person.page
        person.open(f"/odoo/disputes/{dispute}", "button[name=action_prepare_evidence]")
        person.sees("Goods or service not received", "Withdrawn", "Dispute Fee")
        page.screenshot(path=screens / "dispute-open.png")
        page.click("button[name=action_prepare_evidence]")
        page.wait_for_selector(".modal [name=customer_name] input")
        person.sees("Submit to the Bank", "Save Draft at the Gateway", "What was sold")
        page.screenshot(path=screens / "dispute-evidence.png")
        page.locator(".modal").get_by_role("tab", name="Documents").click()
        person.sees("Delivery Slip", "Receipt or invoice")
        page.screenshot(path=screens / "dispute-documents.png")
        page.click(".modal button[name=action_submit]")
        page.get_by_role("button", name="Ok").click()
        page.wait_for_selector(".modal", state="detached")
        person.sees("Evidence submitted")
        stage.sandbox.close_dispute(dispute=ref, outcome="lost")
        await_dispute(stage, ref, "lost")
        until("the loss is booked", lambda: dispute_of(stage, ref)["outcome_move_ids"])
        person.open(f"/odoo/disputes/{dispute}", ".o_form_view [name=withdrawn]")
        page.get_by_role("tab", name="Outcome Entries").click()
        person.sees(f"Lost dispute {ref}")
        page.screenshot(path=screens / "dispute-lost.png")
        person.open("/odoo/disputes", ".o_list_view .o_data_row")
        page.screenshot(path=screens / "disputes.png")
        person.sees_no_error()
