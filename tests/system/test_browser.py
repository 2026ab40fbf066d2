"""What people see in Chromium: accountant, salesperson, customer; desktop and phone."""

from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from system_browser import PHONE, Person
from system_stage import until

from dev.demo import camt
from dev.demo.company import IBAN

LINES = ".o_list_view .o_data_row"


@pytest.fixture
def accountant(stage, browser):
    """The administrator, who is the company's accountant."""
    return Person(browser, stage.server.url).log_in("admin", "admin")


@pytest.fixture
def paid(stage):
    """A paid order with all its effects."""
    payment = stage.buy(("Desk lamp", 2), customer="Hanne de Vries")
    stage.await_trails([payment])
    return payment


def test_accountant_follows_the_trail(stage, accountant, paid):
    """The payment's form shows each effect, its document, and what the gateway took."""
    accountant.open(f"/odoo/gateway-payments/{paid}", ".o_field_one2many .o_data_row")
    accountant.sees("Payment Trail", "Books", "Order", "Invoice", "Stock", "Receipt")
    accountant.sees(stage.read(paid, "reference"))
    rows = accountant.page.locator("[name=effect_ids] .o_data_row")
    assert rows.count() == 7
    accountant.page.get_by_role("tab", name="Gateway Movements").click()
    accountant.sees("Charge")
    books = rows.filter(has_text="Books")
    accountant.page.get_by_role("tab", name="Payment Trail").click()
    books.locator("button[name=action_open_document]").click()
    accountant.page.wait_for_selector(".o_form_view .o_statusbar_status")
    accountant.sees("Hanne de Vries", "In Process", "Paid")
    accountant.sees_no_error()


def test_accountant_looks_into_the_books(stage, accountant, paid):
    """Inbox, gateway journal, movements, and the analysis with its dashboard."""
    accountant.open("/odoo/payment-events", LINES)
    accountant.sees("charge.succeeded", "payment_intent.succeeded", "Processed")
    accountant.open("/odoo/gateway-journal", LINES)
    accountant.sees(f"Charge - {stage.read(paid, 'reference')}")
    accountant.open("/odoo/balance-transactions", LINES)
    accountant.sees("Posted")
    accountant.open("/odoo/payment-analysis", ".o_graph_view, .o_pivot, .o_list_view")
    accountant.sees("Payment Analysis")
    accountant.sees_no_error()


def test_accountant_opens_the_dashboard(stage, accountant, paid):
    """The payments' dashboard draws itself from the payments."""
    dashboard = stage.odoo.ref("payment_analytics.dashboard_payments")
    accountant.open(
        f"/odoo/action-spreadsheet_dashboard.ir_actions_dashboard_action"
        f"?dashboard_id={dashboard}",
        ".o_spreadsheet_dashboard_action .o-spreadsheet",
    )
    accountant.sees("Payments")
    accountant.page.wait_for_selector(".o-figure canvas, .o-figure .o-scorecard")
    accountant.page.wait_for_timeout(1500)  # figures are asked for one by one
    accountant.sees_no_error()


def test_accountant_reviews_bank_lines(stage, accountant):
    """A line that nobody knows waits to be looked at, in words that can be read."""
    today = date.today()
    entry = camt.Entry(Decimal("55.00"), today, "J. Jansen", "for the lamp", "TRF-77")
    stage.import_statement(
        camt.render(IBAN, "EUR", Decimal(1000), [entry], today), "system.xml"
    )
    accountant.open("/odoo/bank-lines", LINES)
    accountant.sees("for the lamp", "55.00")
    accountant.page.locator(LINES).filter(has_text="for the lamp").first.click()
    accountant.page.wait_for_selector(".o_form_view")
    accountant.sees_no_error()


def test_held_effect_is_run_again(stage, accountant):
    """Goods are missing, are received, and a press of a button delivers them."""
    name = "Cork pinboard"
    stage.company.products[name] = stage.product(name, 50.0)
    payment = stage.buy((name, 3))
    until("stock is held", lambda: stage.trail(payment).get("stock") == "held")
    accountant.open(
        f"/odoo/gateway-payments/{payment}", "[name=effect_ids] .o_data_row"
    )
    stock = accountant.page.locator("[name=effect_ids] .o_data_row", has_text="Stock")
    expect(stock).to_contain_text("Held")
    expect(stock).to_contain_text(f"Not enough stock: {name} (0 of 3)")
    stage.stock(stage.company.products[name], 5)
    stock.locator("button[name=action_run]").click()
    expect(stock).to_contain_text("Done", timeout=20_000)
    assert stage.trail(payment)["stock"] == "done"
    [order] = stage.read(payment, "sale_order_ids")
    delivered = stage.odoo.find(
        "sale.order.line", [("order_id", "=", order)], ["qty_delivered"]
    )
    assert [line["qty_delivered"] for line in delivered] == [3.0]
    accountant.sees_no_error()


def test_salesperson_sees_how_the_order_was_paid(stage, browser):
    """With the rights of a salesperson alone: payments button, trail, no refusal."""
    stage.user("sam", ["sales_team.group_sale_salesman"])
    order = stage.beside("sam", "sam-password").order(("Desk lamp", 1))
    payment, intent = stage.check_out(order)
    stage.sandbox.pay(intent)
    stage.await_trails([payment])
    seller = Person(browser, stage.server.url).log_in("sam", "sam-password")
    button = "button[name=action_view_gateway_transactions]"
    seller.open(f"/odoo/sales/{order}", button)
    seller.page.locator(button).click()
    seller.page.wait_for_selector("[name=effect_ids] .o_data_row")
    seller.sees("Payment Trail", "Books", "Done")
    assert seller.page.locator("[name=effect_ids] .o_data_row").count() == 7
    seller.sees_no_error()


def test_customer_pays_on_a_phone(stage, browser):
    """The quotation's page has its button, fits the phone, and then says paid."""
    customer = stage.company.customers["Marc Dubois"]
    stage.user("marc", ["base.group_portal"], partner=customer)
    order = stage.order(("Desk lamp", 1), customer="Marc Dubois")
    marc = Person(browser, stage.server.url, PHONE).log_in("marc", "marc-password")
    page = f"/my/orders/{order}"
    marc.open(page, ".o_portal_sale_sidebar")
    button = marc.page.locator(
        "a[data-bs-target='#modalaccept'], #o_sale_portal_paynow"
    ).filter(visible=True)
    expect(button.first).to_be_visible()
    assert marc.width() <= PHONE["width"]
    payment, intent = stage.check_out(order)
    stage.sandbox.pay(intent)
    stage.await_trails([payment])
    marc.open(page, ".o_portal_sale_sidebar")
    marc.sees("Paid")
    expect(button).to_have_count(0)
    assert marc.width() <= PHONE["width"]
    marc.sees_no_error()
