"""An accountant at the workbench: a bank's files cleared by keyboard, the month closed.

A database and server of their own: what is closed here would be closed for all.
"""

from datetime import date, timedelta
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path

import pytest
from playwright.sync_api import expect
from system_browser import PHONE, Person
from system_stage import free_port, until
from system_workbench import (
    LINE,
    WORKBENCH,
    add_part,
    at_workbench,
    is_matched,
    left,
    looked_at,
    open_tool,
    press_until_left,
)

from dev import provision
from dev.demo import camt
from dev.odoo_client import OdooClient
from dev.provision.paths import RUN
from dev.server import running

IBAN = "NL77ABNA0574908765"  # the account of the importer's own sample file
SAMPLE = "tests/samples/test-camt053"
SAMPLE_BOOKED = Decimal("-12.99")  # the sum of its four lines
OPENING = Decimal("15568.27")
MONTH_END = date.today().replace(day=1) - timedelta(days=1)
NAMES = (
    "Studio Delft B.V.",
    "Hanne de Vries",
    "Bakkerij Vermeer",
    "Marc Dubois",
    "Nora Lindqvist",
)
UPLOAD = "/odoo/action-account_statement_import_file.account_statement_import_action"


@pytest.fixture(scope="module")
def odoo():
    """A company with a bank, and a server of its own."""
    name = f"workbench_{free_port()}"
    provision.clone_database(provision.ensure_template(), name)
    try:
        with running(name, free_port()) as server:
            yield OdooClient(server.url, name).login("admin", "admin")
    finally:
        provision.drop_database(name)


@pytest.fixture(scope="module")
def books(odoo):
    """A company in euro: its bank, fees with a model for them, customers."""
    [euro] = odoo.call(
        "res.currency",
        "search",
        [("name", "=", "EUR")],
        context={"active_test": False},
    )
    odoo.write("res.currency", euro, {"active": True})
    odoo.write("res.company", 1, {"currency_id": euro})
    values = {"name": "ABN AMRO", "type": "bank", "code": "ABN"}
    bank = odoo.create("account.journal", {**values, "bank_acc_number": IBAN})
    fees = _account(odoo, "Bank Fees", "600900", "expense")
    _account(odoo, "Insurance", "600910", "expense")
    tax = odoo.create(
        "account.tax", {"name": "21%", "amount": 21.0, "type_tax_use": "purchase"}
    )
    odoo.create(
        "account.reconcile.model",
        {
            "name": "Fees",
            "match_label": "contains",
            "match_label_param": "monthly fee",
            "line_ids": [(0, 0, {"account_id": fees, "tax_ids": [(6, 0, [tax])]})],
        },
    )
    customers = {name: odoo.create("res.partner", {"name": name}) for name in NAMES}
    return {"bank": bank, "customers": customers}


@pytest.fixture(scope="module")
def person(odoo, books, started):
    """An accountant with the rights of that role alone, at a desk."""
    group = odoo.ref("account.group_account_user")
    odoo.create(
        "res.users",
        {
            "name": "Anna",
            "login": "anna",
            "email": "anna@example.com",
            "password": "anna-password",
            "group_ids": [(6, 0, [group])],
        },
    )
    anna = Person(started, odoo.url).log_in("anna", "anna-password")
    yield anna
    anna.page.screenshot(path=RUN / "log" / "screens" / "workbench.png")


def _account(odoo, name, code, kind):
    return odoo.create(
        "account.account", {"name": name, "code": code, "account_type": kind}
    )


def owe(odoo, books, amounts):
    """Post an invoice for each amount, customers in turn; return their numbers."""
    names = [NAMES[number % len(NAMES)] for number in range(len(amounts))]
    ids = odoo.call(
        "account.move",
        "create",
        [
            {
                "move_type": "out_invoice",
                "partner_id": books["customers"][name],
                "invoice_date": str(MONTH_END - timedelta(days=20)),
                "invoice_line_ids": [
                    (0, 0, {"name": "Work", "price_unit": amount, "tax_ids": [(5,)]})
                ],
            }
            for name, amount in zip(names, amounts, strict=True)
        ],
    )
    odoo.press("account.move", "action_post", ids)
    found = odoo.find("account.move", [("id", "in", ids)], ["name"])
    numbers = {each["id"]: each["name"] for each in found}
    return [(name, numbers[each]) for name, each in zip(names, ids, strict=True)]


def say(odoo, books, text, amount, **values):
    """Enter a bank line of today, and wait until it was looked at."""
    values = {"journal_id": books["bank"], "payment_ref": text, **values}
    line = odoo.create(LINE, {"date": str(date.today()), "amount": amount, **values})
    looked_at(odoo, [("id", "=", line)])
    return line


def upload(person, content, name):
    """Import a file in the importer's dialog, the sample although it was made up."""
    person.open(UPLOAD, ".modal .o_form_view")
    person.page.set_input_files(
        ".modal input[type=file]",
        {"name": name, "mimeType": "text/xml", "buffer": content},
    )
    chosen = person.page.locator(".modal [name=statement_file] input[type=text]")
    expect(chosen).to_have_value(name)
    person.page.click(".modal button[name=action_import]")
    anyway = person.page.locator(".modal button[name=action_import_anyway]")
    imported = person.page.locator(".modal button[name=action_open_lines]")
    expect(anyway.or_(imported)).to_be_visible()
    if anyway.is_visible():
        anyway.click()
    expect(imported).to_be_visible()
    person.page.locator(".modal-footer").get_by_text("Close").click()
    person.page.wait_for_selector(".modal", state="detached")


def booked(odoo, line, account):
    """Return what a line's entry has on the account of a name."""
    items = odoo.find(
        "account.move.line",
        [("statement_line_id", "=", line), ("account_id.name", "=", account)],
        ["balance"],
    )
    return round(sum(item["balance"] for item in items), 2)


def test_items_found_paid_in_part_and_written_off(odoo, books, person):
    """Two invoices, one in part; then one short by a fee, with a note; all by hand."""
    [(_name, first), (_other, second), (_third, third)] = owe(
        odoo, books, [1111.0, 2222.0, 3333.0]
    )
    split = say(odoo, books, "two of ours", 2000.0)
    short = say(odoo, books, "what is it for", 3330.5)
    page, keys = person.page, person.page.keyboard
    at_workbench(person, "two of ours")
    keys.press("/")
    for number in (first, second):
        page.fill("input[type=search]", number)
        item = page.locator(".o_bank_workbench_item", has_text=number)
        expect(item).to_have_count(1)
        expect(page.locator(".o_bank_workbench_item")).to_have_count(1)
        keys.press("Enter")
        expect(page.locator("[name=part]", has_text=number)).to_be_visible()
    person.sees("1,333.00", "stays open")
    before = left(person)
    press_until_left(person, "Enter", before - 1)
    assert booked(odoo, split, "Account Receivable") == -2000.0
    assert state_of(odoo, first) == "paid"
    assert state_of(odoo, second) == "partial"

    at_workbench(person, "what is it for")
    open_tool(person, "n", "textarea[name=note]")
    keys.type("asked Marc")
    keys.press("Enter")
    person.sees("asked Marc")
    keys.press("s")
    page.fill("input[type=search]", third)
    expect(page.locator(".o_bank_workbench_item")).to_have_count(1)
    keys.press("Enter")
    person.sees("2.50", "stays open")
    add_part(person, "w", "600900")
    expect(page.locator("[name=part]")).to_have_count(2)
    before = left(person)
    press_until_left(person, "Enter", before - 1)
    assert booked(odoo, short, "Bank Fees") == 2.5
    assert state_of(odoo, third) == "paid"
    press_until_left(person, "u", before)
    expect(page.locator("[name=part]")).to_have_count(2)
    assert state_of(odoo, third) == "not_paid"
    press_until_left(person, "Enter", before - 1)
    person.sees_no_error()


def test_an_error_is_shown_beside_the_line(odoo, books, person):
    """Somebody else was faster: the screen says so, and nothing is half done."""
    [(name, number)] = owe(odoo, books, [777.0])
    line = say(odoo, books, "racing", 777.0, partner_name=name)
    at_workbench(person, "racing")
    person.sees(number)
    [match] = odoo.find("account.match", [("statement_line_id", "=", line)])
    odoo.press("account.match", "action_accept", match["id"])
    person.page.keyboard.press("Enter")
    error = person.page.locator(f"{WORKBENCH} [name=error]")
    expect(error).to_contain_text("matched already")
    person.sees_no_error()


def test_on_a_phone(odoo, books, started, person):
    """The list, then the line, within the width; accepted with the thumb."""
    [(name, _number)] = owe(odoo, books, [555.0])
    line = say(odoo, books, "by phone", 555.0, partner_name=name)
    phone = Person(started, odoo.url, PHONE).log_in("anna", "anna-password")
    phone.open("/odoo/bank-reconcile", ".o_bank_workbench_line")
    phone.page.locator(".o_bank_workbench_line", has_text="by phone").click()
    phone.page.click(f"{WORKBENCH} button[name=accept]")
    until("it is matched", lambda: is_matched(odoo, line))
    assert phone.width() <= PHONE["width"]
    phone.sees_no_error()
    phone.page.context.close()


def test_the_month(odoo, books, person):
    """A real sample and fifty lines are imported, cleared by keyboard, and closed."""
    open_books(odoo, books)
    upload(person, sample(), "test-camt053.xml")
    amounts = [100 + 7.13 * number for number in range(40)]
    owed = owe(odoo, books, [round(amount, 2) for amount in amounts])
    upload(person, statement(owed, amounts), "statement.xml")
    bank = [("journal_id", "=", books["bank"])]
    looked_at(odoo, bank)
    todo = odoo.find(LINE, [*bank, ("is_reconciled", "=", False)], ["id"])
    assert len(todo) == 54

    at_workbench(person)
    count = left(person)
    assert count == 54
    for _line in range(50):
        count -= 1
        press_until_left(person, "Enter", count)
    press_until_left(person, "u", 5)
    press_until_left(person, "Enter", 4)
    clear_the_sample(person)
    assert not odoo.find(LINE, [*bank, ("is_reconciled", "=", False)], ["id"])
    person.sees("Nothing is left to match here")

    close_the_month(odoo, person)
    company = odoo.one("res.company", [("id", "=", 1)], ["fiscalyear_lock_date"])
    assert company["fiscalyear_lock_date"] == str(MONTH_END)
    person.sees_no_error()


def open_books(odoo, books):
    """Enter the bank's balance from before the sample."""
    journal = odoo.one(
        "account.journal", [("id", "=", books["bank"])], ["default_account_id"]
    )
    equity = _account(odoo, "Opening", "300900", "equity")
    rows = (
        (journal["default_account_id"][0], float(OPENING)),
        (equity, -float(OPENING)),
    )
    move = odoo.create(
        "account.move",
        {
            "date": "2013-12-31",
            "line_ids": [
                (0, 0, {"account_id": account, "balance": balance})
                for account, balance in rows
            ],
        },
    )
    odoo.press("account.move", "action_post", move)


def sample():
    """Return the real statement that comes with the importer."""
    spec = find_spec("odoo.addons.account_statement_import_camt")
    return (Path(next(iter(spec.submodule_search_locations))) / SAMPLE).read_bytes()


def statement(owed, amounts):
    """Return a month of fifty lines: customers who quote nothing, and fees."""
    paid = [
        camt.Entry(
            Decimal(f"{amount:.2f}"),
            MONTH_END - timedelta(days=number % 20),
            name,
            f"thank you {number}",
            f"E2E-{number}",
        )
        for number, ((name, _number), amount) in enumerate(
            zip(owed, amounts, strict=True)
        )
    ]
    fees = [
        camt.Entry(
            Decimal("-12.10"),
            MONTH_END - timedelta(days=number),
            "ABN AMRO",
            f"Monthly fee {number}",
            f"FEE-{number}",
        )
        for number in range(10)
    ]
    return camt.render(IBAN, "EUR", OPENING + SAMPLE_BOOKED, paid + fees, MONTH_END)


def clear_the_sample(person):
    """Insurance to its account, the rest left open on partners."""
    page = person.page
    for count in (3, 2, 1, 0):
        insurance = "INSURANCE" in page.locator(f"{WORKBENCH} header").inner_text()
        add_part(person, *(("w", "600910") if insurance else ("o", "Marc Dubois")))
        expect(page.locator("[name=part]")).to_have_count(1)
        press_until_left(person, "Enter", count)


def close_the_month(odoo, person):
    """Make the checklist of the month; nothing is left; press Close Month."""
    cron = odoo.ref("payment_reconciliation.cron_discrepancies")
    odoo.press("ir.cron", "method_direct_trigger", cron)
    person.open("/odoo/bank-month-end/new", ".o_form_view")
    page = person.page
    page.click(".o_form_button_save")
    page.click("button[name=action_check]")
    steps = page.locator("[name=step_ids] .o_data_row")
    expect(steps).to_have_count(7)
    shown = steps.all_inner_texts()
    page.click("button[name=action_close]")
    page.click(".modal button.btn-primary")
    expect(
        page.locator(".o_statusbar_status .o_arrow_button_current"), str(shown)
    ).to_have_text("Closed")


def state_of(odoo, number):
    """Return whether the invoice of a number is paid."""
    found = odoo.one("account.move", [("name", "=", number)], ["payment_state"])
    return found["payment_state"]
