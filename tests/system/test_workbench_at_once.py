"""Two persons at the workbench at the same moment: one wins, the other is told.

Two sessions of two users, on two workers of the real server, so two connections to the
database; each pair of calls is let go at once, several times over.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from itertools import count
from threading import Barrier

import pytest
from system_workbench import LINE, looked_at

from dev.odoo_client import OdooError

ROUNDS = 4
# What the slower one reads, whichever moment it comes: nothing of locks or SQL.
TOLD = (
    "Somebody works on",
    "is matched already",
    "is not open any more",
    "This proposal is gone",
)
AMOUNTS = count(8101)  # each open once, so that amount and payer propose it


@pytest.fixture(scope="module")
def bank(running_stage):
    """A bank of its own."""
    values = {"name": "At Once", "type": "bank", "code": "ATO"}
    return running_stage.odoo.create("account.journal", values)


@pytest.fixture(scope="module")
def persons(running_stage):
    """Two accountants, each with a session."""
    logins = ("at.once.anna", "at.once.bert")
    for login in logins:
        running_stage.user(login, ["account.group_account_user"])
    return [running_stage.as_user(login, f"{login}-password") for login in logins]


@pytest.fixture(scope="module")
def payer(running_stage):
    """A customer and an account for what is owed."""
    odoo = running_stage.odoo
    return odoo.create("res.partner", {"name": "Twice Asked B.V."})


def owe(odoo, payer, amount):
    """Post an invoice; return its open journal item."""
    values = {"name": "Work", "price_unit": amount, "tax_ids": [(5,)]}
    invoice = odoo.create(
        "account.move",
        {
            "move_type": "out_invoice",
            "partner_id": payer,
            "invoice_date": str(date.today()),
            "invoice_line_ids": [(0, 0, values)],
        },
    )
    odoo.press("account.move", "action_post", invoice)
    of_invoice = [("move_id", "=", invoice), ("display_type", "=", "payment_term")]
    return odoo.one("account.move.line", of_invoice)["id"]


def say(odoo, bank, amount, times=1):
    """Enter bank lines that name the payer; return them once they were looked at."""
    values = {
        "journal_id": bank,
        "date": str(date.today()),
        "payment_ref": "at once",
        "amount": amount,
        "partner_name": "Twice Asked B.V.",
    }
    lines = odoo.call(LINE, "create", [values] * times)
    looked_at(odoo, [("id", "in", lines)])
    return lines


def proposal(odoo, line, item):
    """Return the proposal of a line for an item."""
    domain = [("statement_line_id", "=", line), ("move_line_id", "=", item)]
    return odoo.one("account.match", [*domain, ("state", "=", "proposed")])["id"]


def accept(person, line, match):
    """Return the call that accepts a proposal."""
    return partial(person.call, LINE, "workbench_accept", [line], match, [])


def post(person, line, part):
    """Return the call that books a line on one part."""
    return partial(person.call, LINE, "workbench_post", [line], [part], [])


def at_once(*calls):
    """Let calls go at the same moment; return [(result, what was said instead)]."""
    start = Barrier(len(calls))

    def run(call):
        start.wait(30)
        try:
            return call(), None
        except OdooError as error:
            return None, str(error)

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def check_one_won(outcomes):
    """Assert that one call went through and the other was told why not, in words."""
    told = [said for _result, said in outcomes if said]
    assert len(told) == 1, outcomes
    assert any(words in told[0] for words in TOLD), told


def check_books(odoo, lines, item):
    """Assert that one line settles the item, whole, and the others are untouched."""
    found = odoo.find(LINE, [("id", "in", lines)], ["is_reconciled", "move_id"])
    assert sum(line["is_reconciled"] for line in found) == 1
    [settled] = odoo.find(
        "account.move.line",
        [("id", "=", item)],
        ["amount_residual", "reconciled", "matched_credit_ids"],
    )
    assert settled["reconciled"]
    assert settled["amount_residual"] == 0.0
    assert len(settled["matched_credit_ids"]) == 1
    for line in found:
        items = odoo.find(
            "account.move.line",
            [("move_id", "=", line["move_id"][0])],
            ["balance", "account_type", "reconciled"],
        )
        assert len(items) == 2
        assert round(sum(each["balance"] for each in items), 2) == 0.0
        on_receivable = [
            each for each in items if each["account_type"] == "asset_receivable"
        ]
        assert len(on_receivable) == int(line["is_reconciled"])
        assert all(each["reconciled"] for each in on_receivable)
    posted = odoo.find(
        "account.match", [("statement_line_id", "in", lines), ("state", "=", "posted")]
    )
    assert len(posted) == 1


def test_two_accept_the_same_proposal(running_stage, bank, payer, persons):
    odoo = running_stage.odoo
    for _round in range(ROUNDS):
        amount = float(next(AMOUNTS))
        item = owe(odoo, payer, amount)
        [line] = say(odoo, bank, amount)
        match = proposal(odoo, line, item)
        outcomes = at_once(*(accept(person, line, match) for person in persons))
        check_one_won(outcomes)
        check_books(odoo, [line], item)


def test_two_lines_for_the_same_item(running_stage, bank, payer, persons):
    """One accepts a proposal, the other has put the same item together by hand."""
    odoo = running_stage.odoo
    for _round in range(ROUNDS):
        amount = float(next(AMOUNTS))
        item = owe(odoo, payer, amount)
        first, second = say(odoo, bank, amount, times=2)
        match = proposal(odoo, first, item)
        anna, bert = persons
        part = {"kind": "item", "id": item}
        outcomes = at_once(accept(anna, first, match), post(bert, second, part))
        check_one_won(outcomes)
        check_books(odoo, [first, second], item)


def test_one_books_what_the_other_accepts(running_stage, bank, payer, persons):
    """The same line: left open on the partner by one, matched by the other."""
    odoo = running_stage.odoo
    for _round in range(ROUNDS):
        amount = float(next(AMOUNTS))
        item = owe(odoo, payer, amount)
        [line] = say(odoo, bank, amount)
        match = proposal(odoo, line, item)
        anna, bert = persons
        part = {"kind": "partner", "id": payer}
        outcomes = at_once(accept(anna, line, match), post(bert, line, part))
        check_one_won(outcomes)
        [found] = odoo.find(LINE, [("id", "=", line)], ["is_reconciled", "move_id"])
        assert found["is_reconciled"]
        items = odoo.find(
            "account.move.line", [("move_id", "=", found["move_id"][0])], ["balance"]
        )
        assert sorted(each["balance"] for each in items) == [-amount, amount]
