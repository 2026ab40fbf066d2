"""The workbench's finer tools: analytic distribution, new contacts, quick fingers.

With a bank of its own; whatever other banks of the company have is searched away.
"""

import os
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect
from system_browser import Person
from system_workbench import (
    LINE,
    WORKBENCH,
    at_workbench,
    looked_at,
    open_tool,
    press_until_left,
)

PICTURES = os.environ.get("WORKBENCH_PICTURES")  # a folder, where pictures are wanted
GROUPS = (
    "account.group_account_user",
    "analytic.group_analytic_accounting",
    "base.group_partner_manager",
)
DROPDOWN = ".o-autocomplete--dropdown-item"
POPUP = ".analytic_distribution_popup"


@pytest.fixture(scope="module")
def bank(running_stage):
    """A bank, an account for advertising, two sites to charge it to."""
    odoo = running_stage.odoo
    plan = odoo.create("account.analytic.plan", {"name": "Sites"})
    for name in ("Hamburg", "Bremen"):
        values = {"name": name, "plan_id": plan, "company_id": 1}
        odoo.create("account.analytic.account", values)
    advertising = {"name": "Advertising", "code": "661900", "account_type": "expense"}
    odoo.create("account.account", advertising)
    values = {"name": "Volksbank", "type": "bank", "code": "VOB"}
    return odoo.create("account.journal", values)


@pytest.fixture(scope="module")
def booker(running_stage, bank):
    """Who keeps the books, with analytic accounting."""
    anna = running_stage.user("bank.booker", GROUPS)
    running_stage.odoo.write("res.users", anna, {"odoobot_state": "disabled"})
    return "bank.booker"


@pytest.fixture
def person(running_stage, booker, browser):
    """Her window."""
    anna = Person(browser, running_stage.server.url)
    return anna.log_in(booker, f"{booker}-password")


@pytest.fixture
def say(running_stage, bank):
    """Return a function: enter bank lines of today, once the job has looked at them."""

    def enter(*lines):
        values = {"journal_id": bank, "date": str(date.today())}
        ids = running_stage.odoo.call(
            LINE,
            "create",
            [
                {**values, "payment_ref": text, "amount": amount, **dict(more)}
                for text, amount, *more in lines
            ],
        )
        looked_at(running_stage.odoo, [("id", "in", ids)])
        return ids

    return enter


def picture(person, name, part=None):
    if PICTURES:
        person.page.wait_for_timeout(500)  # what slides has slid
        shown = person.page.locator(part).first if part else person.page
        shown.screenshot(path=Path(PICTURES) / f"{name}.png")


def choose(person, field, text):
    """Type into a field that completes, and take the first that fits."""
    person.page.locator(field).fill(text)
    person.page.locator(DROPDOWN, has_text=text).first.click()


def distribute(person, **shares):
    """Fill Odoo's distribution widget: accounts and their percentages."""
    page = person.page
    page.locator(".o_bank_workbench_distribution .o_input_dropdown").click()
    for number, (name, percentage) in enumerate(shares.items()):
        row = f"{POPUP} tr[name=line_{number}]"
        if number:
            page.locator(POPUP).get_by_text("Add a Line").click()
        choose(person, f"{row} .o_field_many2one input", name)
        amount = page.locator(f"{row} .o_field_percentage input, {row} td input").last
        amount.fill(percentage)
        amount.press("Shift+Tab")  # Tab would begin another line


def analytic_amounts(odoo, line):
    """Return the amounts of a line's analytic items."""
    items = odoo.find(
        "account.analytic.line",
        [("move_line_id.statement_line_id", "=", line)],
        ["amount"],
    )
    return sorted(item["amount"] for item in items)


def test_a_write_off_is_distributed(running_stage, person, say):
    """Odoo's own widget; shown before it is posted, kept when it is taken back."""
    odoo, page = running_stage.odoo, person.page
    [line] = say(("leaflets for two sites", -100.0))
    at_workbench(person, "leaflets")
    open_tool(person, "w", "input")
    choose(person, ".o_bank_workbench_tool input >> nth=0", "661900")
    distribute(person, Hamburg="60", Bremen="40")
    picture(person, "workbench_analytic")
    page.click(".o_bank_workbench_tool button[name=add]")
    shown = page.locator(".o_bank_workbench_allocation [name=analytic]")
    expect(shown).to_have_text("60% Hamburg, 40% Bremen")
    press_until_left(person, "Enter", 0)
    assert analytic_amounts(odoo, line) == [-60.0, -40.0]
    press_until_left(person, "u", 1)
    assert analytic_amounts(odoo, line) == []
    expect(shown).to_have_text("60% Hamburg, 40% Bremen")
    press_until_left(person, "Enter", 0)
    assert analytic_amounts(odoo, line) == [-60.0, -40.0]
    person.sees_no_error()


def test_a_new_contact(running_stage, person, say):
    """A customer nobody knows yet: made from what is typed, the money left to them."""
    odoo, page = running_stage.odoo, person.page
    [line, other] = say(("advance of a stranger", 250.0), ("another stranger", 90.0))
    at_workbench(person, "advance of a stranger")
    open_tool(person, "o", "input")
    page.keyboard.type("Jansen & Zoon")
    create = page.locator(DROPDOWN, has_text='Create "Jansen & Zoon"')
    expect(create).to_be_visible()
    picture(person, "workbench_new_contact")
    create.click()
    field = page.locator(".o_bank_workbench_tool .o_bank_workbench_partner input")
    expect(field).to_have_value("Jansen & Zoon")
    page.click(".o_bank_workbench_tool button[name=add]")
    expect(page.locator(".o_bank_workbench_tool")).to_have_count(0)
    press_until_left(person, "Enter", 0)
    found = odoo.one(
        "account.move.line",
        [("statement_line_id", "=", line), ("partner_id.name", "=", "Jansen & Zoon")]
        + [("account_id.account_type", "=", "asset_receivable")],
        ["partner_id", "amount_residual"],
    )
    assert found["amount_residual"] == -250.0

    at_workbench(person, "another stranger")
    open_tool(person, "p", "input")
    page.keyboard.type("Visser")
    page.locator(DROPDOWN, has_text="Create and edit").click()
    page.fill(".modal [name=email] input", "visser@example.com")
    page.click(".modal .o_form_button_save")
    expect(page.locator(f"{WORKBENCH} [name=partner]")).to_have_text("Visser")
    made = odoo.one("res.partner", [("name", "=", "Visser")], ["email"])
    assert made["email"] == "visser@example.com"
    assert odoo.one(LINE, [("id", "=", other)], ["partner_id"])["partner_id"]
    person.sees_no_error()


def test_who_may_make_no_contacts_is_offered_none(running_stage, browser, say, bank):
    say(("clerk asks who", 12.0))
    running_stage.user("bank.clerk", ["account.group_account_user"])
    clerk = Person(browser, running_stage.server.url)
    clerk.log_in("bank.clerk", "bank.clerk-password")
    at_workbench(clerk, "clerk asks")
    clerk.page.click(f"{WORKBENCH} button[name=tool_account]")
    expect(clerk.page.locator(".o_bank_workbench_tool")).to_be_visible()
    expect(clerk.page.locator(".o_bank_workbench_distribution")).to_have_count(0)
    clerk.page.click(f"{WORKBENCH} button[name=tool_partner]")
    clerk.page.locator(".o_bank_workbench_partner input").fill("Nobody & Sons")
    expect(clerk.page.locator(".o-autocomplete--dropdown-menu")).to_be_visible()
    expect(clerk.page.locator(DROPDOWN, has_text="Create")).to_have_count(0)
    clerk.sees_no_error()


def test_a_key_acts_on_what_is_shown(running_stage, person, say):
    """J, then quickly Enter: the next line is not here yet, so nothing is posted."""
    odoo, page = running_stage.odoo, person.page
    owed = [running_stage.invoice(("Desk lamp", count)) for count in (31, 32)]
    found = odoo.find("account.move", [("id", "in", owed)], ["amount_total"])
    amounts = [move["amount_total"] for move in found]
    paid = {"partner_name": "Studio Delft B.V."}.items()
    lines = say(*(("quick fingers", amount, *paid) for amount in amounts))
    at_workbench(person, "quick fingers")
    expect(page.locator("[name=left]").first).to_have_text("2")
    held, asked = [], []
    page.on("request", lambda request: asked.append(request.url.rsplit("/")[-1]))
    page.route("**/workbench_open", lambda route: held.append(route))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_timeout(700)
    assert len(held) == 1
    assert "workbench_accept" not in asked
    assert not matched(odoo, lines)
    held[0].continue_()
    page.unroute("**/workbench_open")
    below = page.locator(".o_bank_workbench_line.o_selected").get_attribute("data-id")
    page.wait_for_selector(f"{WORKBENCH}[data-id='{below}'] button[name=accept]")
    press_until_left(person, "Enter", 1)
    assert [line["id"] for line in matched(odoo, lines)] == [int(below)]
    person.sees_no_error()


def test_an_undo_that_is_refused_is_not_forgotten(running_stage, person, say):
    """Somebody works on the line: the step stays the one that U takes back."""
    odoo, page = running_stage.odoo, person.page
    lines = say(("stamps", -4.0), ("stamps", -5.0))
    at_workbench(person, "stamps")
    for count in (1, 0):
        open_tool(person, "w", "input")
        choose(person, ".o_bank_workbench_tool input >> nth=0", "661900")
        page.click(".o_bank_workbench_tool button[name=add]")
        expect(page.locator(".o_bank_workbench_allocation")).to_be_visible()
        expect(page.locator(".o_bank_workbench_tool")).to_have_count(0)
        press_until_left(person, "Enter", count)
    told = "Somebody works on it at the moment."
    data = {"name": "odoo.exceptions.UserError", "message": told}
    error = {"code": 0, "message": "Odoo Server Error", "data": data}
    refusal = {"jsonrpc": "2.0", "id": 1, "error": error}
    page.route("**/workbench_undo", lambda route: route.fulfill(json=refusal))
    page.keyboard.press("u")
    page.wait_for_timeout(700)
    assert len(matched(odoo, lines)) == 2
    page.unroute("**/workbench_undo")
    press_until_left(person, "u", 1)
    [kept] = matched(odoo, lines)
    assert odoo.one(LINE, [("id", "=", kept["id"])], ["amount"])["amount"] == -5.0
    press_until_left(person, "u", 2)
    person.sees_no_error()


def test_closing_the_batch_stops_it(running_stage, person, say):
    """What runs is finished, the rest is left; the screen says so; U takes it back."""
    odoo, page = running_stage.odoo, person.page
    tax = odoo.create("account.account", _account("Parking", "661910"))
    odoo.create("account.reconcile.model", _model("Parking", "parking", tax))
    lines = say(*((f"parking {number}", -2.0 - number) for number in range(30)))
    at_workbench(person, "parking")
    page.click("button[name=batch]")
    page.wait_for_selector(".o_bank_workbench_batch [name=totals]")
    held = []
    page.route("**/workbench_accept_many", lambda route: held.append(route))
    page.click(".o_bank_workbench_batch button[name=post]")
    page.get_by_text("0 of 30 lines").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator(".o_bank_workbench_batch")).to_have_count(0)
    held[0].continue_()
    person.sees("25 lines are matched", "5 lines are left as they were")
    expect(page.locator("[name=left]").first).to_have_text("5")
    picture(person, "workbench_stopped")
    page.wait_for_timeout(500)
    assert len(held) == 1
    assert len(matched(odoo, lines)) == 25
    page.locator(".o_bank_workbench_list").focus()
    page.keyboard.press("u")
    expect(page.locator("[name=left]").first).to_have_text("30", timeout=40_000)
    assert not matched(odoo, lines)
    person.sees_no_error()


def matched(odoo, lines):
    """Return those of bank lines that are matched."""
    return odoo.find(LINE, [("id", "in", lines), ("is_reconciled", "=", True)])


def _account(name, code):
    return {"name": name, "code": code, "account_type": "expense"}


def _model(name, text, account):
    return {
        "name": name,
        "match_label": "contains",
        "match_label_param": text,
        "line_ids": [(0, 0, {"account_id": account})],
    }
