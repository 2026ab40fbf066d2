"""A customer pays in the portal with a real browser, and finds what came of it."""

import pytest
from playwright.sync_api import expect
from system_browser import PHONE, Person, chromium
from system_card_form import download, serve_card_form
from system_stage import until

from dev.provision.paths import RUN

CUSTOMER = "Bakkerij Vermeer"


@pytest.fixture(scope="module")
def browser():
    """One browser for the file."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def vera(running_stage, browser):
    """A customer with a login, at a desk."""
    partner = running_stage.company.customers[CUSTOMER]
    running_stage.user("vera", ["base.group_portal"], partner=partner)
    person = Person(browser, running_stage.server.url)
    serve_card_form(person, running_stage.sandbox)
    yield person.log_in("vera", "vera-password")
    person.page.screenshot(path=RUN / "log" / "screens" / "portal-vera.png")


def pay(person, number):
    """Type a card into the payment form and press its button."""
    page = person.page
    label = page.locator(".o_payment_option_label", has_text="Card")
    label.filter(visible=True).first.click()
    page.locator("input[name=cardnumber]").fill(number)
    page.locator("[name=o_payment_submit_button]").filter(visible=True).click()


def test_quotation_paid_in_the_portal(stage, vera):
    """A card is refused, the next is not: confirmation, receipt and invoice follow."""
    with stage.invoices_sent():
        order = stage.order(("Desk lamp", 1), customer=CUSTOMER)
        vera.open(f"/my/orders/{order}", "#o_sale_portal_paynow")
        vera.page.locator("#o_sale_portal_paynow").click()
        pay(vera, "4000 0000 0000 9995")
        vera.sees("Your card has insufficient funds.")
        vera.page.keyboard.press("Escape")
        vera.open(f"/my/orders/{order}", "#o_sale_portal_paynow")
        vera.page.locator("#o_sale_portal_paynow").click()
        pay(vera, "4242 4242 4242 4242")
        vera.page.wait_for_url("**/payment/status*", timeout=60_000)
        vera.page.wait_for_url(f"**/my/orders/{order}*", timeout=60_000)
        paid = [("sale_order_ids", "in", [order]), ("state", "=", "done")]
        payment = stage.odoo.one("payment.transaction", paid)["id"]
        stage.await_trails([payment])
    vera.open(f"/my/orders/{order}", ".o_portal_sale_sidebar")
    vera.sees("Paid")
    expect(vera.page.locator("#o_sale_portal_paynow")).to_have_count(0)
    vera.sees_no_error()
    finds_receipt_and_invoice(stage, vera, order, payment)


def finds_receipt_and_invoice(stage, vera, order, payment):
    """Assert that portal and mailbox hold both, as files that open."""
    reference = stage.read(payment, "reference")
    vera.open("/my/payments", "#wrapwrap table")
    vera.page.get_by_text(reference).first.click()
    vera.sees(reference, "Paid")
    assert download(vera, f"/my/payments/{payment}/receipt").startswith(b"%PDF")
    [invoice] = stage.odoo.one("sale.order", [("id", "=", order)], ["invoice_ids"])[
        "invoice_ids"
    ]
    vera.open(f"/my/invoices/{invoice}", "#wrapwrap .o_portal_invoice_sidebar")
    vera.sees("Paid")
    pdf = download(vera, f"/my/invoices/{invoice}?report_type=pdf&download=true")
    assert pdf.startswith(b"%PDF")
    address = stage.odoo.one(
        "res.partner", [("id", "=", stage.company.customers[CUSTOMER])], ["email"]
    )["email"]

    def mails():
        return [
            mail
            for mail in stage.server.mailbox.messages
            if address in mail["To"] and any(mail.iter_attachments())
        ]

    until("receipt and invoice were mailed, each with a file", lambda: len(mails()) > 1)
    vera.sees_no_error()


def test_several_invoices_paid_on_a_phone(stage, browser, vera):
    """Chosen on a page that fits the phone, paid at once, both paid in full."""
    invoices = [stage.invoice(("Desk lamp", 1), customer=CUSTOMER) for _each in "ab"]
    phone = Person(browser, stage.server.url, PHONE)
    serve_card_form(phone, stage.sandbox)
    phone.log_in("vera", "vera-password")
    phone.open("/my/invoices/pay", "input[name=invoice_id]")
    for box in phone.page.locator("input[name=invoice_id]").all():
        box.set_checked(box.get_attribute("value") in {str(each) for each in invoices})
    assert phone.width() <= PHONE["width"]
    phone.page.locator("form button[type=submit]").filter(visible=True).first.click()
    phone.page.wait_for_selector("input[name=o_payment_radio], input[name=cardnumber]")
    assert phone.width() <= PHONE["width"]
    pay(phone, "4242 4242 4242 4242")
    phone.page.wait_for_url("**/payment/status*", timeout=60_000)
    until(
        "both invoices are paid",
        lambda: all(
            each["payment_state"] in ("in_payment", "paid")
            for each in stage.odoo.find(
                "account.move", [("id", "in", invoices)], ["payment_state"]
            )
        ),
    )
    phone.sees_no_error()
