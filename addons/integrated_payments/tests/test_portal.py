from unittest.mock import patch

from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from .common import IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestPortal(IntegratedPaymentsCommon, HttpCase):
    """Two customers in the portal: each sees and pays what is theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        users = [
            new_test_user(
                cls.env,
                login,
                "base.group_portal",
                company_id=cls.company.id,
                company_ids=[(6, 0, cls.company.ids)],
            )
            for login in ("portal_ann", "portal_bob")
        ]
        cls.ann, cls.bob = users[0].partner_id, users[1].partner_id
        cls.env["ir.config_parameter"].set_param(
            "account_payment.enable_portal_payment", "True"
        )
        cls.invoices = cls.env["account.move"]
        for partner in (cls.ann, cls.ann, cls.bob):
            cls.invoices += cls.init_invoice(
                "out_invoice", partner=partner, amounts=[50.0], post=True
            )

    def setUp(self):
        super().setUp()
        self.authenticate("portal_ann", "portal_ann")

    def payment(self, partner, reference, state="done", **values):
        return self._create_transaction(
            "direct",
            reference=reference,
            state=state,
            partner_id=partner.id,
            **values,
        )

    def get(self, url):
        return self.url_open(url)

    def pay(self, invoices, amount):
        numbers = "-".join(map(str, invoices.ids))
        return self.make_jsonrpc_request(
            f"/invoice/transaction/several/{numbers}",
            {
                "provider_id": self.stripe.id,
                "payment_method_id": self.payment_method_id,
                "token_id": None,
                "amount": amount,
                "flow": "direct",
                "tokenization_requested": False,
                "landing_route": "/my/payments",
            },
        )

    def refusal(self, invoices, amount):
        """Return what the customer reads when the payment is refused."""
        numbers = "-".join(map(str, invoices.ids))
        answer = self.url_open(
            f"/invoice/transaction/several/{numbers}",
            json={"params": {"amount": amount}},
        )
        return answer.json()["error"]["data"]["message"]

    def of_invoices(self):
        return self.env["payment.transaction"].search(
            [("invoice_ids", "in", self.invoices.ids)]
        )

    def test_list_holds_only_own_payments_in_customers_words(self):
        self.payment(self.ann, "Ann-paid")
        self.payment(self.ann, "Ann-failed", state="error")
        self.payment(self.ann, "Ann-draft", state="draft")
        self.payment(self.bob, "Bob-paid")
        text = self.get("/my/payments").text
        self.assertIn("Ann-paid", text)
        self.assertIn("Ann-failed", text)
        self.assertNotIn("Ann-draft", text)
        self.assertNotIn("Bob-paid", text)
        failed = self.get("/my/payments?filterby=failed&sortby=nonsense").text
        self.assertIn("Ann-failed", failed)
        self.assertNotIn("Ann-paid", failed)
        count = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["payment_count"]}
        )
        self.assertEqual(count["payment_count"], 2)

    def test_guessed_ids_show_nothing(self):
        theirs = self.payment(self.bob, "Bob-paid")
        for url in (f"/my/payments/{theirs.id}", f"/my/payments/{theirs.id}/receipt"):
            answer = self.get(url)
            self.assertTrue(answer.url.endswith("/my"), answer.url)
            self.assertNotIn("Bob-paid", answer.text)

    def test_pages_need_a_login(self):
        mine = self.payment(self.ann, "Ann-paid")
        self.authenticate(None, None)
        self.assertIn("/web/login", self.get(f"/my/payments/{mine.id}").url)

    def test_failed_payment_says_why_and_pays_what_is_open(self):
        failed = self.payment(
            self.ann,
            "Ann-failed",
            state="error",
            state_message="The card was declined.",
            invoice_ids=self.invoices[0].ids,
        )
        text = self.get(f"/my/payments/{failed.id}").text
        self.assertIn("The card was declined.", text)
        self.assertIn("Pay again", text)
        self.assertIn(f"/my/invoices/{self.invoices[0].id}?", text)

    def test_receipt_and_refund_of_a_booked_payment(self):
        paid = self.payment(
            self.ann,
            "Ann-paid",
            state="draft",
            amount=100.0,
            provider_reference="pi_1",
            invoice_ids=self.invoices[0].ids,
        )
        self.say_paid(paid)
        self.hear_and_work("charge.updated", "ch_1")
        self.assertTrue(paid.payment_id)
        receipt = self.get(f"/my/payments/{paid.id}/receipt")
        # Odoo renders reports as HTML in tests.
        self.assertIn(paid.payment_id.name, receipt.text)
        refund = paid._create_child_transaction(paid.amount, is_refund=True)
        refund._set_done()
        text = self.get(f"/my/payments/{paid.id}").text
        self.assertIn("Refunded", text)
        self.assertIn("business days", text)

    def test_several_invoices_in_one_transaction(self):
        both = self.invoices[:2]
        total = sum(both.mapped("amount_residual"))
        chosen = "&".join(f"invoice_id={each}" for each in both.ids)
        page = self.get(f"/my/invoices/pay?{chosen}").text
        self.assertIn("/invoice/transaction/several/", page)
        with patch.object(
            type(self.stripe),
            "_send_api_request",
            return_value={"id": "pi_1", "client_secret": "secret"},
        ):
            self.pay(both, total)
        transaction = self.of_invoices()
        self.assertEqual(transaction.invoice_ids, both)
        self.assertEqual(transaction.amount, total)
        self.assertEqual(transaction.partner_id, self.ann)

    @mute_logger("odoo.http")
    def test_browser_is_not_trusted(self):
        both = self.invoices[:2]
        total = sum(self.invoices.mapped("amount_residual"))
        for invoices, amount, why in (
            (both, 1.0, "The amount has changed"),
            (self.invoices, total, "not yours to pay"),
        ):
            with self.assertRaisesRegex(JsonRpcException, "ValidationError"):
                self.pay(invoices, amount)
            self.assertIn(why, self.refusal(invoices, amount))
        self.assertFalse(self.of_invoices())

    def test_currencies_are_not_mixed(self):
        other = self.init_invoice(
            "out_invoice",
            partner=self.ann,
            amounts=[10.0],
            post=True,
            currency=self.setup_other_currency("CHF"),
        )
        ids = f"invoice_id={self.invoices[0].id}&invoice_id={other.id}"
        self.assertIn("different currencies", self.get(f"/my/invoices/pay?{ids}").text)

    def test_policies_are_sanitised_and_shown(self):
        url = f"/payment/policies/{self.company.id}"
        self.assertEqual(self.get(url).status_code, 404)
        self.company.payment_policies = "<p>Net 30</p><script>alert(1)</script>"
        self.assertNotIn("script", self.company.payment_policies)
        self.assertIn("Net 30", self.get(url).text)
        chosen = f"/my/invoices/pay?invoice_id={self.invoices[0].id}"
        self.assertIn("Net 30", self.get(chosen).text)
        report = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice", self.invoices[0].ids
        )[0]
        self.assertIn(url, report.decode())
