"""The accountant's screen for statement files in Chromium: good, bad and known ones."""

import os
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import expect
from system_browser import PHONE, Person

from dev.demo import camt

PICTURES = os.environ.get("IMPORT_PICTURES")  # a folder, where pictures are wanted
NUMBER = "DE89370400440532013000"
TODAY = date.today()
DIALOG = ".modal-dialog"


@pytest.fixture(scope="module")
def bank(running_stage):
    """A bank of its own, and its number."""
    values = {"name": "Sparkasse", "type": "bank", "bank_acc_number": NUMBER}
    return running_stage.odoo.create("account.journal", values)


@pytest.fixture(scope="module")
def accountant(running_stage):
    """Return a function: a window of who keeps the books and is no administrator."""
    anna = running_stage.user("statements.booker", ["account.group_account_user"])
    running_stage.odoo.write("res.users", anna, {"odoobot_state": "disabled"})

    def window(browser, **size):
        person = Person(browser, running_stage.server.url, **size)
        return person.log_in("statements.booker", "statements.booker-password")

    return window


def statement(stage, *lines, number=NUMBER, opening=1000, name="statement.xml"):
    """A file to upload: lines are (amount, party, text, bank's id)."""
    entries = [
        camt.Entry(Decimal(str(value)), TODAY, party, text, ref)
        for value, party, text, ref in lines
    ]
    content = camt.render(
        number, stage.company.currency, Decimal(opening), entries, TODAY
    )
    return {"name": name, "mimeType": "text/xml", "buffer": content}


def press_import(person, bank):
    """Press Import on the bank's card."""
    path = "/odoo/action-account.open_account_journal_dashboard_kanban"
    person.open(path, ".o_kanban_record")
    card = person.page.locator(".o_kanban_record", has_text="Sparkasse")
    card.locator("[name=import_account_statement]").first.click()
    person.page.wait_for_selector(DIALOG)


def upload(person, file):
    """Choose a file in the dialog and press Import."""
    person.page.set_input_files(f"{DIALOG} input[type=file]", file)
    shown = person.page.locator(f"{DIALOG} [name=statement_file] input.o_input")
    expect(shown).to_have_value(file["name"])
    person.page.click(f"{DIALOG} button[name=action_import]")


def picture(person, name, part=f"{DIALOG} .modal-content"):
    if PICTURES:
        person.page.wait_for_timeout(500)  # the dialog has slid in
        shown = person.page.locator(part).first
        shown.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_accountant_imports(stage, bank, accountant, browser):
    """A wrong file is refused on the screen; the right one imported, then known."""
    invoice = stage.invoice(("Desk lamp", 3))
    owed = stage.odoo.one(
        "account.move", [("id", "=", invoice)], ["name", "amount_total"]
    )
    lines = [
        (owed["amount_total"], "Studio Delft B.V.", f"Invoice {owed['name']}", "B1"),
        ("-12.50", "Sparkasse", "Fees of the account", "B2"),
        ("480.00", "J. Jansen", "for the desk, thank you", "B3"),
    ]
    person = accountant(browser)
    press_import(person, bank)
    person.sees("Sparkasse", "MT940", "OFX")
    good = statement(stage, *lines)
    cut = {**good, "buffer": good["buffer"][:-300], "name": "cut-off.xml"}
    upload(person, cut)
    person.sees("Nothing was imported.", "ends early or is damaged")
    wrong = good["buffer"].replace(b"480.00", b"481.00", 1)
    upload(person, {**good, "buffer": wrong})
    person.sees("does not add up", "Import Anyway")
    picture(person, "import_refused")
    upload(person, good)
    person.sees("New Lines", "add up")
    picture(person, "import_result")
    result = stage.odoo.one(
        "bank.statement.file",
        [("journal_ids", "in", [bank])],
        ["line_count", "matched_count", "state", "open_count"],
    )
    assert (result["state"], result["line_count"]) == ("done", 3)
    assert (result["matched_count"], result["open_count"]) == (1, 2)
    person.page.click(f"{DIALOG} button[name=action_open_lines]")
    person.page.wait_for_selector(".o_list_view .o_data_row")
    person.sees("for the desk, thank you")
    press_import(person, bank)
    upload(person, good)
    person.sees("Nothing in this file is new")
    person.open("/odoo/statement-files", ".o_list_view .o_data_row")
    person.page.locator(".o_data_row").last.click()
    person.sees("Take Back", "Original File", "What Was Checked")
    person.sees_no_error()


def test_statement_files_on_a_phone(stage, bank, accountant, browser):
    """The list of what was imported, and the dialog, at 360 pixels."""
    person = accountant(browser, size=PHONE)
    press_import(person, bank)
    upload(person, statement(stage, ("2", "A", "by phone", "C0"), name="phone.xml"))
    person.sees("New Lines")
    person.open("/odoo/statement-files", ".o_kanban_view, .o_list_view")
    person.sees("phone.xml")
    press_import(person, bank)
    upload(person, statement(stage, ("1", "A", "x", "C1"), number="NL91ABNA0417164300"))
    person.sees("no bank journal of this company has")
    assert person.width() <= PHONE["width"]
    person.sees_no_error()
