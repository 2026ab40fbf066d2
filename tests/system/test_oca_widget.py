"""Our proposals in the bank reconciliation screen of OCA: shown, accepted, undone.

A database and server of their own: OCA's screen changes how bank lines are entered.
"""

import os

import pytest
from system_browser import Person, chromium
from system_stage import free_port, until

from dev import provision
from dev.odoo_client import OdooClient
from dev.server import running

PICTURE = os.environ.get("OCA_PICTURE")  # where a picture of the screen is wanted
LINE = "account.bank.statement.line"
SHOWN = {
    "reconcile_data_info": {},
    "can_reconcile": {},
    "is_reconciled": {},
    "best_match_evidence": {},
}


@pytest.fixture(scope="module")
def odoo():
    """A company with a bank, an account for fees, and OCA's screen."""
    template = provision.ensure_template(
        modules=(
            "integrated_payments",
            "payment_reconciliation",
            "payment_reconciliation_oca",
        ),
        base_modules=(
            "account_payment",
            "payment_stripe",
            "sale_stock",
            "sale_crm",
            "phone_validation",
            "account_reconcile_oca",
        ),
    )
    name = provision.clone_database(template, f"oca_{free_port()}")
    try:
        with running(name, free_port()) as server:
            yield OdooClient(server.url, name).login("admin", "admin")
    finally:
        provision.drop_database(name)


@pytest.fixture(scope="module")
def books(odoo):
    """A customer, a bank and a place for fees."""
    bank = odoo.create(
        "account.journal", {"name": "House Bank", "code": "HBK", "type": "bank"}
    )
    fees = odoo.create(
        "account.account",
        {"name": "Bank Fees", "code": "600900", "account_type": "expense"},
    )
    customer = odoo.create("res.partner", {"name": "Hanne de Vries"})
    return {"bank": bank, "fees": fees, "customer": customer}


@pytest.fixture
def say(odoo, books):
    """Return a function that enters a bank line."""

    def enter(text, amount):
        values = {"journal_id": books["bank"], "payment_ref": text, "amount": amount}
        return odoo.create(LINE, values)

    return enter


def owe(odoo, books, amount):
    """Post an invoice; return (id, number)."""
    row = {"name": "Work", "price_unit": amount, "tax_ids": [(5, 0, 0)]}
    invoice = odoo.create(
        "account.move",
        {
            "move_type": "out_invoice",
            "partner_id": books["customer"],
            "invoice_date": "2026-01-10",
            "invoice_line_ids": [(0, 0, row)],
        },
    )
    odoo.press("account.move", "action_post", invoice)
    return invoice, odoo.one("account.move", [("id", "=", invoice)], ["name"])["name"]


def opened(odoo, line):
    """Return what the screen shows of a line."""
    return odoo.call(LINE, "web_read", [line], SHOWN)[0]


def matches(odoo, line):
    """Return all matches of a line."""
    return odoo.find("account.match", [("statement_line_id", "=", line)])


def payment_state(odoo, invoice):
    """Return whether an invoice is paid."""
    found = odoo.one("account.move", [("id", "=", invoice)], ["payment_state"])
    return found["payment_state"]


def match_of(odoo, line, state):
    """Return the match of a line in a state."""
    return odoo.one(
        "account.match",
        [("statement_line_id", "=", line), ("state", "=", state)],
        ["origin", "evidence_text"],
    )


def balances(odoo, line):
    """Return the balances of the items of a line's entry, in order."""
    domain = [("statement_line_id", "=", line)]
    items = odoo.find("account.move.line", domain, ["balance"])
    return sorted(item["balance"] for item in items)


def test_oca_posts_nothing_by_a_piece_of_the_label(odoo, books, say):
    """OCA's search takes any amount whose document contains the label."""
    _invoice, number = owe(odoo, books, 100.0)
    line = say(number[:-1], 7.0)
    shown = opened(odoo, line)
    assert not shown["is_reconciled"]
    kinds = [each["kind"] for each in shown["reconcile_data_info"]["data"]]
    assert kinds == ["liquidity", "suspense"]


def test_a_proposal_is_shown_accepted_and_undone(odoo, books, say):
    """The screen lays the invoice beside the line, says why, and our match follows."""
    invoice, number = owe(odoo, books, 55.5)
    line = say("without a number", 55.5)
    until("it is proposed", lambda: matches(odoo, line))
    shown = opened(odoo, line)
    assert shown["can_reconcile"], shown
    assert "55.5" in shown["best_match_evidence"]
    assert number in str(shown["reconcile_data_info"]["data"])
    odoo.call(LINE, "reconcile_bank_line", [line])
    assert opened(odoo, line)["is_reconciled"]
    assert match_of(odoo, line, "posted")["origin"] == "person"
    assert payment_state(odoo, invoice) == "paid"
    odoo.call(LINE, "unreconcile_bank_line", [line])
    assert not opened(odoo, line)["is_reconciled"]
    assert match_of(odoo, line, "undone")
    assert payment_state(odoo, invoice) == "not_paid"


def test_what_is_proven_is_matched_by_our_job(odoo, books, say):
    """A quoted number and the amount to the cent: nobody has to open the screen."""
    invoice, number = owe(odoo, books, 123.45)
    line = say(f"thanks {number}", 123.45)
    until("it is matched", lambda: opened(odoo, line)["is_reconciled"])
    assert match_of(odoo, line, "posted")["origin"] == "job"
    odoo.call(LINE, "unreconcile_bank_line", [line])
    assert match_of(odoo, line, "undone")
    assert payment_state(odoo, invoice) == "not_paid"


def test_a_model_runs_once_and_its_proposal_is_accepted(odoo, books, say):
    """The same items as without the screen; the automatic model is ours to run."""
    tax = odoo.create(
        "account.tax",
        {"name": "21%", "amount": 21.0, "type_tax_use": "purchase"},
    )
    item = {"account_id": books["fees"], "tax_ids": [(6, 0, [tax])]}
    model = odoo.create(
        "account.reconcile.model",
        {
            "name": "Bank fees",
            "match_label": "contains",
            "match_label_param": "fee",
            "line_ids": [(0, 0, item)],
        },
    )
    line = say("Monthly fee", -12.1)
    until("the model is proposed", lambda: matches(odoo, line))
    shown = opened(odoo, line)
    assert shown["can_reconcile"], shown
    assert '"fee"' in shown["best_match_evidence"]
    amounts = [each["amount"] for each in shown["reconcile_data_info"]["data"]]
    assert sorted(amounts) == [-12.1, 2.1, 10.0]
    odoo.call(LINE, "reconcile_bank_line", [line])
    assert opened(odoo, line)["is_reconciled"]
    assert match_of(odoo, line, "posted")["origin"] == "person"
    assert balances(odoo, line) == [-12.1, 2.1, 10.0]
    odoo.press("account.reconcile.model", "action_set_auto_reconcile", model)
    second = say("Another fee", -24.2)
    until("it is booked", lambda: opened(odoo, second)["is_reconciled"])
    assert match_of(odoo, second, "posted")["origin"] == "job"
    assert balances(odoo, second) == [-24.2, 4.2, 20.0]


def test_in_the_browser(odoo, books, say):
    """A person opens the bank, reads why, and presses Reconcile."""
    _invoice, number = owe(odoo, books, 77.7)
    line = say("thank you very much", 77.7)
    until("it is proposed", lambda: matches(odoo, line))
    action = odoo.ref("account_reconcile_oca.action_bank_statement_line_reconcile")
    with chromium() as browser:
        person = Person(browser, odoo.url).log_in("admin", "admin")
        person.open(f"/odoo/{books['bank']}/action-{action}", ".o_kanban_record")
        person.page.locator(".o_kanban_record", has_text="thank you").click()
        person.sees("Why:", "Amount equal to the cent", number)
        if PICTURE:
            person.page.screenshot(path=PICTURE)
        person.page.click("button[name=reconcile_bank_line]:visible:not(.disabled)")
        until("it is reconciled", lambda: opened(odoo, line)["is_reconciled"])
        person.sees_no_error()
    assert match_of(odoo, line, "posted")["origin"] == "person"
