"""A till with a card terminal, and a phone that scans a code: through all the doors."""

import re
import uuid

import pytest
from system_browser import PHONE, Person, chromium
from system_stage import until

from dev.provision.paths import RUN

CARD_METHOD = {
    "name": "Card terminal",
    "payment_method_type": "terminal",
    "use_payment_terminal": "stripe",
    "stripe_serial_number": "WSC513105011295",
}


class Till:
    """A point of sale with one terminal; acts as its screen does."""

    def __init__(self, stage):
        self.stage, self.odoo = stage, stage.odoo
        bank = self.odoo.find("account.journal", [("type", "=", "bank")], limit=1)
        values = {**CARD_METHOD, "journal_id": bank[0]["id"]}
        self.card = self.odoo.create("pos.payment.method", values)
        button = "action_use_gateway_account"
        self.odoo.press("pos.payment.method", button, self.card)
        self.config = self.odoo.create(
            "pos.config",
            {"name": "Counter", "payment_method_ids": [(6, 0, [self.card])]},
        )
        self.product = stage.product("Espresso", 1.0)
        self.odoo.write("product.product", self.product, {"available_in_pos": True})

    def open(self):
        self.odoo.press("pos.config", "open_ui", self.config)
        found = self.odoo.one(
            "pos.session",
            [("config_id", "=", self.config), ("state", "!=", "closed")],
        )
        self.session = found["id"]
        self.odoo.call("pos.session", "set_opening_control", [self.session], 0, "")

    def read_card(self, amount):
        """Ask for a payment, read a card; return (payment, id of its intent).

        The sandbox's reader makes an intent of its own, which bears our reference.
        """
        intent = self.odoo.call(
            "pos.payment.method", "stripe_payment_intent", [self.card], amount
        )
        payment = self.odoo.one(
            "payment.transaction",
            [("provider_reference", "=", intent["id"])],
            ["reference", "channel", "state"],
        )
        assert (payment["channel"], payment["state"]) == ("terminal", "draft")
        assert intent["payment_method_types"] == ["card_present"]
        charge = self.stage.sandbox.terminal_payment(
            amount=round(amount * 100),
            currency="eur",
            metadata={"odoo_reference": payment["reference"]},
        )
        self.stage.await_state(payment["id"], "done")
        return payment["id"], charge["payment_intent"]

    def send(self, amount, ref, refunded=None):
        """Send an order that was paid by card; return its id."""
        taken = [("order_id", "=", refunded)]
        line = self.odoo.one("pos.order.line", taken) if refunded else None
        item = {
            "product_id": self.product,
            "qty": amount,
            "price_unit": 1.0,
            "price_subtotal": amount,
            "price_subtotal_incl": amount,
            "tax_ids": [(6, 0, [])],
            "refunded_orderline_id": line["id"] if line else False,
        }
        now = "2026-11-23 12:00:00"
        payment = {
            "amount": amount,
            "payment_method_id": self.card,
            "payment_date": now,
            "transaction_id": ref,
        }
        order = {
            "uuid": str(uuid.uuid4()),
            "session_id": self.session,
            "date_order": now,
            "state": "paid",
            "amount_paid": amount,
            "amount_return": 0,
            "amount_tax": 0,
            "amount_total": amount,
            "lines": [(0, 0, item)],
            "payment_ids": [(0, 0, payment)],
            "partner_id": False,
            "user_id": self.odoo.uid,
            "to_invoice": False,
        }
        found = self.odoo.call("pos.order", "sync_from_ui", [order])["pos.order"]
        return max(each["id"] for each in found)

    def refund(self, order, amount):
        """Give money back to the card, then send the refund's order."""
        made = self.odoo.call(
            "pos.payment.method", "stripe_refund_payment", [self.card], amount, order
        )
        return self.send(-amount, made["id"], refunded=order)

    def close(self):
        button = "action_pos_session_closing_control"
        self.odoo.press("pos.session", button, self.session)
        found = self.odoo.one("pos.session", [("id", "=", self.session)], ["state"])
        assert found["state"] == "closed"

    def payment_of(self, order):
        """Return (payment of the gateway, session's payment) of an order."""
        fields = ["gateway_transaction_id", "booked_payment_id", "gateway_problem"]
        found = self.odoo.one("pos.payment", [("pos_order_id", "=", order)], fields)
        assert not found["gateway_problem"], found
        return found["gateway_transaction_id"], found["booked_payment_id"]


@pytest.fixture
def till(stage):
    made = Till(stage)
    made.open()
    yield made
    stage.odoo.write("pos.payment.method", made.card, {"active": False})


def test_a_day_at_the_till(stage, till):
    """Two cards, one refund, one closing: a trail each, matched with the one sum."""
    first, intent = till.read_card(12.5)
    order = till.send(12.5, intent)
    second, other = till.read_card(30.0)
    till.send(30.0, other)
    back = till.refund(order, 2.5)
    refund = till.payment_of(back)[0][0]
    till.close()
    payments = [first, second, refund]

    def books():
        return [stage.trail(each).get("books") for each in payments]

    # The gateway takes days for the refund; until then only its trail waits.
    wanted = ["done", "done", "waiting"]
    until(lambda: f"books are done: {books()}", lambda: books() == wanted)
    assert not stage.odoo.find("payment.outside", [("gateway_ref", "=", intent)])


def test_a_phone_scans_the_code_of_a_quotation(stage):
    """The code leads to the page; the payment made there is a mobile one."""
    stage.odoo.write("res.company", 1, {"payment_qr_order": True})
    order = stage.order()
    paper = stage.odoo.visit(f"/report/html/sale.report_saleorder/{order}").text
    path = re.search(rf"/pay/o{order}-[A-Z2-7]+", paper)[0]
    pdf = stage.odoo.visit(f"/report/pdf/sale.report_saleorder/{order}").content
    assert pdf.startswith(b"%PDF")
    (RUN / "log" / "quotation_qr.pdf").write_bytes(pdf)
    with chromium() as browser:
        phone = Person(browser, stage.server.url, PHONE)
        phone.open(path, "#o_payment_form, .o_portal_sale_sidebar")
        assert f"/my/orders/{order}" in phone.page.url
        assert phone.width() <= PHONE["width"]
        phone.page.screenshot(path=RUN / "log" / "pay_by_phone.png")
        phone.sees_no_error()
    stage.shopper.visit(path)
    payment, intent = stage.check_out(order)
    assert stage.read(payment, "channel") == "mobile"
    stage.sandbox.pay(intent, card="visa")
    stage.await_state(payment, "done")
    stage.await_trails([payment])
    paper = stage.odoo.visit(f"/report/html/sale.report_saleorder/{order}").text
    assert "/pay/" not in paper
    stage.odoo.write("res.company", 1, {"payment_qr_order": False})
