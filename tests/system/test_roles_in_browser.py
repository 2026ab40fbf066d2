"""What a payment looks like to each role, with the rights of that role alone."""

import pytest
from system_browser import Person

from dev.odoo_client import OdooError

CUSTOMER = "Hanne de Vries"
TRAIL = "[name=effect_ids] .o_data_row"


@pytest.fixture(scope="module")
def paid(running_stage):
    """A delivered order of a customer who paid by card; (payment, order)."""
    payment = running_stage.buy(("Desk lamp", 1), customer=CUSTOMER)
    running_stage.await_trails([payment])
    return payment, running_stage.read(payment, "sale_order_ids")[0]


def person(stage, browser, login, *groups):
    """Return somebody with ``groups`` alone, logged in."""
    stage.user(login, list(groups))
    return Person(browser, stage.server.url).log_in(login, f"{login}-password")


def is_refused(stage, login, model, method="search_read", *arguments):
    """Whether the server refuses a role what is not its business."""
    try:
        stage.as_user(login, f"{login}-password").call(model, method, *arguments)
    except OdooError as error:
        return "not allowed" in str(error) or "Only" in str(error)
    return False


def test_warehouse_sees_the_delivery(stage, browser, paid):
    """The delivery that the payment set off, and no figure of the books."""
    payment, order = paid
    wanda = person(stage, browser, "wanda", "stock.group_stock_user")
    name = stage.odoo.one("sale.order", [("id", "=", order)], ["name"])["name"]
    [picking] = stage.odoo.find("stock.picking", [("origin", "=", name)], ["name"])
    wanda.open(f"/odoo/deliveries/{picking['id']}", ".o_form_view .o_statusbar_status")
    wanda.sees(picking["name"], "Desk lamp", "Done", CUSTOMER)
    wanda.sees_no_error()
    for model in ("account.move", "payment.transaction", "payment.payout"):
        assert is_refused(stage, "wanda", model, "search_read", [], ["id"]), model
    effects = stage.read(payment, "effect_ids")
    assert is_refused(stage, "wanda", "payment.effect", "action_run", effects)


def test_support_answers_without_accounting(stage, browser, paid):
    """Customer's figures, payment history, trail and messages; no journal entries."""
    payment, _order = paid
    reference = stage.read(payment, "reference")
    sue = person(stage, browser, "sue", "integrated_payments.group_payment_user")
    customer = stage.company.customers[CUSTOMER]
    sue.open(f"/odoo/contacts/{customer}", ".o_form_view .o_notebook")
    sue.page.get_by_role("tab", name="Payments").click()
    sue.sees("Paid in 12 Months", "Average Delay", "Failed Payments")
    sue.page.get_by_role("button", name="Payment History").click()
    sue.page.wait_for_selector(".o_list_view .o_data_row")
    sue.page.locator(".o_data_row", has_text=reference).first.click()
    sue.page.wait_for_selector(TRAIL)
    sue.sees("Payment Trail", "Books", "Receipt", "Done")
    assert sue.page.locator("button[name=action_transfer_received]").count() == 0
    sue.open("/odoo/payment-messages", ".o_list_view")
    sue.sees("Messages to Customers")
    sue.sees_no_error()
    for model in ("account.move.line", "account.journal", "payment.provider"):
        assert is_refused(stage, "sue", model, "search_read", [], ["id"]), model
    moves_money = ("payment.transaction", "action_transfer_received", [payment])
    assert is_refused(stage, "sue", *moves_money)


def test_accountant_sees_payment_and_invoice(stage, browser, paid):
    """From the payment's trail to the paid invoice and to the gateway's movements."""
    payment, order = paid
    anna = person(stage, browser, "anna", "account.group_account_user")
    anna.open(f"/odoo/gateway-payments/{payment}", TRAIL)
    anna.sees("Payment Trail", "Books", "Invoice", "Done")
    anna.page.get_by_role("tab", name="Gateway Movements").click()
    anna.sees("Charge")
    [invoice] = stage.odoo.one("sale.order", [("id", "=", order)], ["invoice_ids"])[
        "invoice_ids"
    ]
    anna.open(f"/odoo/customer-invoices/{invoice}", ".o_form_view .o_statusbar_status")
    anna.sees(CUSTOMER, "Posted")
    anna.open("/odoo/gateway-journal", ".o_list_view .o_data_row")
    anna.open("/odoo/payments-overview", ".o_action_manager .o_action")
    anna.sees_no_error()


def test_salesperson_is_refused_what_moves_money(stage, browser, paid):
    """Reads payments of the order; does not say that money has come, nor the books."""
    payment, order = paid
    said = stage.odoo.one("sale.order", [("id", "=", order)], ["name"])["name"]
    seth = person(stage, browser, "seth", "sales_team.group_sale_salesman_all_leads")
    button = "button[name=action_view_gateway_transactions]"
    seth.open(f"/odoo/sales/{order}", button)
    seth.sees(said, CUSTOMER, "Sales Order")
    seth.page.locator(button).click()
    seth.page.wait_for_selector(TRAIL)
    seth.sees("Payment Trail", "Done")
    seth.sees_no_error()
    moves_money = ("payment.transaction", "action_transfer_received", [payment])
    assert is_refused(stage, "seth", *moves_money)
