"""A person at the bank workbench: opens it, presses its keys, sees what is left."""

from playwright.sync_api import expect
from system_stage import until

LINE = "account.bank.statement.line"
WORKBENCH = ".o_bank_workbench_detail"


def looked_at(odoo, domain):
    """Wait until the job has looked at lines."""
    waiting = [*domain, ("match_checked_at", "=", False), ("is_reconciled", "=", False)]
    until("the job has looked at them", lambda: not odoo.find(LINE, waiting, ["id"]))


def at_workbench(person, search=None):
    """Open the workbench on what is to be reviewed."""
    person.open("/odoo/bank-reconcile", WORKBENCH)
    if search:
        person.page.fill(".o_searchview_input", search)
        offered = person.page.locator(".o_searchview_autocomplete .o-dropdown-item")
        with person.page.expect_response("**/workbench_open*"):
            offered.first.click()
        head = person.page.locator(f"{WORKBENCH} [name=label]")
        expect(head).to_contain_text(search)
        person.page.locator(".o_bank_workbench_list").focus()


def left(person):
    """Return how many lines are left, as the screen says."""
    return int(person.page.locator("[name=left]").first.inner_text())


def press_until_left(person, key, count):
    """Press a key and wait until so many lines are left."""
    person.page.keyboard.press(key)
    expect(person.page.locator("[name=left]").first).to_have_text(str(count))


def open_tool(person, key, field):
    """Press the key of a tool and wait until it takes what is typed."""
    person.page.keyboard.press(key)
    expect(person.page.locator(f".o_bank_workbench_tool {field}").first).to_be_focused()


def add_part(person, key, name):
    """Choose an account or a partner in a tool, and add what is left as a part."""
    open_tool(person, key, "input")
    person.page.keyboard.type(name)
    found = person.page.locator(".o-autocomplete--dropdown-item", has_text=name)
    found.first.wait_for()
    person.page.keyboard.press("Enter")
    expect(found).to_have_count(0)
    person.page.keyboard.press("Enter")
    expect(person.page.locator(".o_bank_workbench_tool")).to_have_count(0)


def is_matched(odoo, line):
    """Return whether a bank line is matched."""
    return odoo.one(LINE, [("id", "=", line)], ["is_reconciled"])["is_reconciled"]
