"""Authorised now, captured later; and debits that the bank takes back."""

from contextlib import contextmanager

import pytest
from system_stage import until

UNABLE = [("support_manual_capture", "not in", ("partial", "full_only"))]


@pytest.fixture
def manually(stage):
    """The provider authorises only, without the methods that cannot be captured."""
    with _capture_manually(stage):
        yield stage


@contextmanager
def _capture_manually(stage):
    odoo, provider = stage.odoo, stage.company.provider
    found = odoo.one(
        "payment.provider", [("id", "=", provider)], ["payment_method_ids"]
    )
    unable = odoo.find(
        "payment.method", [("id", "in", found["payment_method_ids"]), *UNABLE]
    )
    ids = [each["id"] for each in unable]
    odoo.write("payment.method", ids, {"active": False})
    odoo.write("payment.provider", provider, {"capture_manually": True})
    yield
    odoo.write("payment.provider", provider, {"capture_manually": False})
    odoo.write("payment.method", ids, {"active": True})


def authorised(stage):
    """Return (payment, intent, order) of an order whose card was authorised."""
    order = stage.order(("Desk lamp", 1))
    payment, intent = stage.check_out(order)
    stage.sandbox.pay(intent, card="visa")
    stage.await_state(payment, "authorized")
    return payment, intent, order


def capture(stage, payment, amount):
    """Press Capture and enter an amount."""
    odoo = stage.odoo
    action = odoo.press("payment.transaction", "action_capture", payment)
    wizard = odoo.call(
        "payment.capture.wizard",
        "create",
        [{"amount_to_capture": amount}],
        context=action["context"],
    )
    odoo.press("payment.capture.wizard", "action_capture", wizard)


def booked(stage, payment):
    """Return [(amount, whether matched)] of the payments in the books."""
    found = stage.odoo.find(
        "account.payment",
        [("payment_transaction_id", "=", payment)],
        ["amount", "is_matched"],
    )
    return [(each["amount"], each["is_matched"]) for each in found]


def test_captured_in_part(manually):
    """30.00 of an order are captured; the order, its invoice and the books say so."""
    stage = manually
    payment, intent, order = authorised(stage)
    sold = [("id", "=", order), ("state", "=", "sale")]
    until("the order is confirmed", lambda: stage.odoo.find("sale.order", sold))
    capture(stage, payment, 30.0)
    assert stage.read(payment, "state") == "done"
    stage.await_trails([payment])
    assert stage.read(payment, "amount") == 30.0
    assert booked(stage, payment) == [(30.0, True)]
    sold = stage.odoo.one("sale.order", [("id", "=", order)], ["amount_paid"])
    assert sold["amount_paid"] == 30.0
    theirs = stage.sandbox.api("GET", f"/v1/payment_intents/{intent}").json()
    assert (theirs["status"], theirs["amount_received"]) == ("succeeded", 3000)
    refunds = stage.sandbox.objects(type="refund")["data"]
    assert intent not in [each["payment_intent"] for each in refunds]


def test_captured_in_the_dashboard(manually):
    """Somebody captures at the gateway: Odoo takes over what was taken."""
    stage = manually
    payment, intent, _order = authorised(stage)
    path = f"/v1/payment_intents/{intent}/capture"
    done = stage.sandbox.api("POST", path, data={"amount_to_capture": 4500})
    assert done.status_code == 200, done.text
    stage.await_state(payment, "done")
    stage.await_trails([payment])
    assert booked(stage, payment) == [(45.0, True)]


def test_voided_or_expired_books_nothing(manually):
    """Two authorisations are never captured: one voided, one forgotten."""
    stage = manually
    voided, _intent, _order = authorised(stage)
    stage.odoo.press("payment.transaction", "action_void", voided)
    assert stage.read(voided, "state") == "cancel"
    forgotten, _intent, order = authorised(stage)
    reminded = [("res_model", "=", "sale.order"), ("res_id", "=", order)]
    activity = stage.odoo.one("mail.activity", reminded, ["summary"])
    assert "expires on" in activity["summary"]
    stage.sandbox.advance(days=8)
    stage.await_state(forgotten, "cancel")
    until(
        "the salesperson is told",
        lambda: stage.odoo.find(
            "mail.activity", [*reminded, ("summary", "ilike", "expired before")]
        ),
    )
    assert booked(stage, voided) == booked(stage, forgotten) == []


def test_a_debit_that_the_bank_takes_back(stage):
    """Paid, then taken back days later: the invoice is open again, nothing deleted."""
    invoice = stage.invoice(("Desk lamp", 2))
    payment, intent = stage.follow_link(invoice)
    stage.sandbox.pay(intent, card="sepa")
    stage.await_state(payment, "pending")
    stage.sandbox.advance(days=3, hours=1)
    stage.await_state(payment, "done")
    until("the invoice is paid", lambda: residual(stage, invoice) == 0)
    stage.sandbox.fail_payment(charge=intent)
    stage.await_state(payment, "error")
    until("the invoice is open again", lambda: residual(stage, invoice) > 0)
    found = stage.odoo.one(
        "payment.balance.transaction",
        [("transaction_id", "=", payment), ("category", "=", "charge_failure")],
        ["reversal_move_id", "returned_payment_id"],
    )
    entry = stage.odoo.one(
        "account.move",
        [("id", "=", found["reversal_move_id"][0])],
        ["state", "reversed_entry_id"],
    )
    assert entry["state"] == "posted" and entry["reversed_entry_id"]
    returned = [("id", "=", found["returned_payment_id"][0])]
    assert stage.odoo.one("account.payment", returned, ["state"])["state"] == "rejected"


def residual(stage, invoice):
    """Return what is open of an invoice."""
    fields = ["amount_residual"]
    return stage.odoo.one("account.move", [("id", "=", invoice)], fields)[fields[0]]
