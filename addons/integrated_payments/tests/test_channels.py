from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from .orders import OrdersCommon

CORE = "odoo.addons.payment.models.payment_provider.PaymentProvider"


class ChannelsCommon(OrdersCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.demo = cls.ready("demo", "demo")
        cls.transfer = cls.ready("custom", "wire_transfer")
        cls.providers = {
            "stripe": (cls.stripe, cls.pm_card),
            "demo": (cls.demo, cls.demo.payment_method_ids[:1]),
            "custom": (cls.transfer, cls.transfer.payment_method_ids[:1]),
        }

    @classmethod
    def ready(cls, code, method):
        """Return a provider with which a customer can pay."""
        provider = cls._prepare_provider(code, company=cls.company)
        found = cls.env["payment.method"].with_context(active_test=False)
        method = found.search([("code", "=", method)], limit=1)
        method.active = True
        provider.payment_method_ids = method
        return provider

    def make_invoice(self, amount=100.0, **values):
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.partner.id,
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Desk", "price_unit": amount, "tax_ids": False}
                    )
                ],
                **values,
            }
        )
        invoice.action_post()
        return invoice


@tagged("-at_install", "post_install")
class TestChannel(ChannelsCommon):
    """Each payment says how it came, whatever provider took it."""

    def make(self, code="stripe", **values):
        provider, method = self.providers[code]
        return self.env["payment.transaction"].create(
            {
                "provider_id": provider.id,
                "payment_method_id": method.id,
                "reference": f"{code} {values}",
                "amount": 100.0,
                "currency_id": self.currency.id,
                "partner_id": self.partner.id,
                "operation": "online_redirect",
                **values,
            }
        )

    def test_each_provider_each_way(self):
        expected = {
            "stripe": ("online", "link", "mobile"),
            "demo": ("online", "link", "mobile"),
            "custom": ("transfer", "transfer", "transfer"),
        }
        for code, channels in expected.items():
            found = tuple(
                self.make(code, came_by=came_by).channel
                for came_by in (False, "link", "mobile")
            )
            self.assertEqual(found, channels, code)

    def test_saved_methods(self):
        by_salesperson = self.make(operation="offline")
        by_customer = self.make(operation="online_token", came_by="mobile")
        self.assertEqual(by_salesperson.channel, "saved")
        self.assertEqual(by_customer.channel, "mobile")

    def test_refunds_and_payments_outside_odoo(self):
        payment = self.make(came_by="mobile")
        refund = payment._create_child_transaction(10.0, is_refund=True)
        self.assertEqual(refund.channel, "refund")
        self.assertEqual(self.make(outside_channel="terminal").channel, "terminal")
        self.assertEqual(self.make(outside_channel="link").channel, "link")

    def test_cash_on_delivery_is_no_bank_transfer(self):
        self.env.cr.execute(  # as the module "delivery" would have it
            "UPDATE payment_provider SET custom_mode = 'cash_on_delivery'"
            " WHERE id = %s",
            [self.transfer.id],
        )
        self.transfer.invalidate_recordset(["custom_mode"])
        self.assertEqual(self.make("custom").channel, "online")

    def test_found_by_filter_and_group(self):
        mobile = self.make(came_by="mobile")
        transfer = self.make("custom")
        search = self.env["payment.transaction"].get_view(view_type="search")["arch"]
        for name in ("online", "link", "mobile", "terminal", "transfer", "outside"):
            self.assertIn(f'name="channel_{name}"', search)
        self.assertIn("'group_by': 'channel'", search)
        both = (mobile | transfer).ids
        groups = self.env["payment.transaction"]._read_group(
            [("id", "in", both)], ["channel"], ["id:recordset"]
        )
        self.assertEqual(dict(groups), {"mobile": mobile, "transfer": transfer})


@tagged("-at_install", "post_install")
class TestPayLink(ChannelsCommon, HttpCase):
    """The QR code's short link, through the doors that a customer's phone uses."""

    def follow(self, document, by="mobile"):
        return self.url_open(document._pay_url(by).replace(self.base(), ""))

    def base(self):
        return self.env["ir.config_parameter"].sudo().get_param("web.base.url")

    def start(self, invoice, code="demo"):
        """Press Pay on the portal page; returns the payment."""
        provider, method = self.providers[code]
        intent = {"id": "pi_9", "client_secret": "secret"}
        with patch(f"{CORE}._send_api_request", return_value=intent):
            self.make_jsonrpc_request(
                f"/invoice/transaction/{invoice.id}",
                {
                    "provider_id": provider.id,
                    "payment_method_id": method.id,
                    "token_id": None,
                    "amount": invoice.amount_residual,
                    "flow": "direct",
                    "tokenization_requested": False,
                    "landing_route": "/my",
                    "access_token": invoice._portal_ensure_token(),
                },
            )
        return invoice.transaction_ids.sorted("id")[-1:]

    def test_the_code_leads_to_what_is_open(self):
        invoice = self.make_invoice()
        page = self.follow(invoice)
        self.assertEqual(page.status_code, 200)
        self.assertIn(f"/my/invoices/{invoice.id}", page.url)
        self.assertIn("o_payment_form", page.text)
        self.assertIn('data-amount="100.0"', page.text)

    def test_it_shows_what_is_open_at_that_moment(self):
        invoice = self.make_invoice()
        printed = invoice._pay_url()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({"amount": 70.0}).action_create_payments()
        self.assertEqual(invoice._pay_url(), printed)
        page = self.follow(invoice)
        self.assertIn("amount=30.0", page.url)

    def test_a_paid_invoice_is_shown_without_a_form(self):
        invoice = self.make_invoice()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({}).action_create_payments()
        page = self.follow(invoice)
        self.assertEqual(page.status_code, 200)
        self.assertIn(f"/my/invoices/{invoice.id}", page.url)
        self.assertNotIn("o_payment_form", page.text)

    def test_a_quotation(self):
        order = self.make_order((self.desk, 1))
        page = self.follow(order)
        self.assertIn(f"/my/orders/{order.id}", page.url)
        self.assertIn("o_payment_form", page.text)

    def test_paid_through_the_code(self):
        for code, channel in (
            ("demo", "mobile"),
            ("stripe", "mobile"),
            ("custom", "transfer"),
        ):
            invoice = self.make_invoice()
            self.follow(invoice)
            transaction = self.start(invoice, code)
            self.assertEqual(transaction.came_by, "mobile")
            self.assertEqual(transaction.channel, channel, code)

    def test_paid_through_a_link_that_was_mailed(self):
        invoice = self.make_invoice()
        self.follow(invoice, "link")
        self.assertEqual(self.start(invoice).channel, "link")
        other = self.make_invoice()
        self.assertEqual(self.start(other).channel, "link", "a visitor with a token")

    def test_the_mark_is_of_one_document(self):
        scanned, other = self.make_invoice(), self.make_invoice()
        self.follow(scanned)
        self.assertEqual(self.start(other).channel, "link")
        self.assertEqual(self.start(scanned).channel, "mobile")

    def test_paid_by_a_customer_who_is_logged_in(self):
        customer = new_test_user(self.env, "carla", groups="base.group_portal")
        invoice = self.make_invoice(partner_id=customer.partner_id.id)
        self.authenticate("carla", "carla")
        self.assertEqual(self.start(invoice).channel, "online")

    def test_codes_that_are_not_ours(self):
        invoice = self.make_invoice()
        code = invoice._pay_code()
        wrong = f"{code[:-1]}{'A' if code[-1] != 'A' else 'B'}"
        other = self.make_invoice()
        moved = code.replace(f"i{invoice.id}", f"i{other.id}")
        for each in (wrong, moved, "i1-", "x1-AAAA", "i-AAAA", "i²-A", "i" + "9" * 30):
            self.assertEqual(self.url_open(f"/pay/{each}").status_code, 404, each)
        invoice.access_token = False
        self.assertEqual(self.url_open(f"/pay/{code}").status_code, 404)


@tagged("-at_install", "post_install")
class TestPayCodeOnPaper(ChannelsCommon):
    """The QR code is printed by the company's setting, where something is open."""

    def printed(self, report, document):
        """Return the report, and the links of the QR codes on it."""
        links = []
        reports = type(self.env["ir.actions.report"])
        barcode = reports.barcode

        def spy(model, barcode_type, value, **kwargs):
            links.append(value)
            return barcode(model, barcode_type, value, **kwargs)

        with patch.object(reports, "barcode", spy):
            html, _type = self.env["ir.actions.report"]._render_qweb_html(
                report, document.ids
            )
        return html.decode(), links

    def test_invoice(self):
        invoice = self.make_invoice()
        self.assertEqual(self.printed("account.report_invoice", invoice)[1], [])
        self.company.link_qr_code = True
        invoice.invalidate_recordset()
        html, links = self.printed("account.report_invoice", invoice)
        self.assertEqual(links, [invoice._pay_url()])
        self.assertIn("PAY IN A FLASH", html)

    def test_no_code_where_nothing_is_to_be_paid(self):
        self.company.link_qr_code = True
        paid = self.make_invoice()
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=paid.ids
        ).create({}).action_create_payments()
        draft = self.make_invoice()
        draft.button_draft()
        bill = self.init_invoice("in_invoice", amounts=[10.0], post=True)
        for move in (paid, draft, bill):
            self.assertFalse(move.display_link_qr_code, move.name)

    def test_quotation_and_order(self):
        order = self.make_order((self.desk, 1))
        report = "sale.report_saleorder"
        self.assertEqual(self.printed(report, order)[1], [])
        self.company.payment_qr_order = True
        html, links = self.printed(report, order)
        self.assertEqual(links, [order._pay_url()])
        self.assertIn(order._pay_url(), html)
        self.assertIn("$ 100.00", html.replace("\N{NO-BREAK SPACE}", " "))
        self.pay(order)
        self.assertEqual(self.printed(report, order)[1], [])

    def test_a_quotation_that_asks_for_no_payment(self):
        self.company.payment_qr_order = True
        order = self.make_order((self.desk, 1), require_payment=False)
        self.assertEqual(self.printed("sale.report_saleorder", order)[1], [])
        order.action_confirm()
        self.assertEqual(
            self.printed("sale.report_saleorder", order)[1], [order._pay_url()]
        )

    def test_receipt_of_a_part(self):
        self.company.payment_qr_receipt = True
        invoice = self.make_invoice()
        register = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment = register.create({"amount": 70.0})._create_payments()
        report = "account.report_payment_receipt"
        html, links = self.printed(report, payment)
        self.assertEqual(links, [invoice._pay_url()])
        self.assertIn("Still to be paid", html)
        rest = register.create({})._create_payments()
        self.assertEqual(self.printed(report, rest)[1], [])
