from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ..models.payment_unpaid import ACTIVITY
from .test_channels import ChannelsCommon


@tagged("-at_install", "post_install")
class TestAnyProvider(ChannelsCommon, HttpCase):
    """What a payment sets in motion does not depend on who took it."""

    def setUp(self):
        super().setUp()
        self.partner.email = "ann@example.com"
        self.company.write(
            {
                "payment_invoice_policy": "posted",
                "payment_stock_policy": "deliver",
                "payment_send_receipt": True,
            }
        )
        self.demo.post_test_payments = True  # as in a database made for trials
        self.stock(self.desk, 5)
        self.lead = self.env["crm.lead"].create(
            {"name": "A desk", "partner_id": self.partner.id, "type": "opportunity"}
        )
        self.order = self.make_order((self.desk, 1), opportunity_id=self.lead.id)

    def start(self, code):
        """Return the payment of the order that a customer starts at ``code``."""
        provider, method = self.providers[code]
        return self._create_transaction(
            "redirect" if code == "custom" else "direct",
            amount=self.order.amount_total,
            reference=f"{code}-1",
            provider_id=provider.id,
            payment_method_id=method.id,
            sale_order_ids=self.order.ids,
        )

    def simulate(self, payment, state):
        """Choose an outcome on the demo provider's payment form, and look at it."""
        self.make_jsonrpc_request(
            "/payment/demo/simulate_payment",
            {"reference": payment.reference, "simulated_state": state},
        )
        if state == "done":
            payment._post_process()

    def test_demo_order_to_cash(self):
        payment = self.start("demo")
        self.simulate(payment, "done")
        states = self.trail(payment)
        for kind in ("books", "order", "invoice", "stock", "crm", "receipt"):
            self.assertEqual(states[kind], "done", kind)
        self.assertEqual(self.order.state, "sale")
        invoice = self.order.invoice_ids
        self.assertIn(invoice.payment_state, ("in_payment", "paid"))
        self.assertEqual(payment.payment_id.amount, payment.amount)
        self.assertEqual(self.order.picking_ids.state, "done")
        self.assertTrue(self.lead.stage_id.is_won)
        self.assertEqual(payment.channel, "online")
        receipt = self.env["payment.message"].search(
            [("record_id", "=", payment.id), ("kind", "=", "receipt")]
        )
        self.assertEqual((receipt.state, receipt.email), ("sent", "ann@example.com"))

    def test_demo_refund_is_in_the_books_and_told(self):
        payment = self.start("demo")
        self.simulate(payment, "done")
        payment.action_refund(amount_to_refund=40.0)
        refund = payment.child_transaction_ids
        refund._post_process()
        self.assertEqual((refund.state, refund.amount), ("done", -40.0))
        self.assertEqual(refund.payment_id.payment_type, "outbound")
        self.assertEqual(refund.payment_id.amount, 40.0)

    @mute_logger("odoo.addons.payment.models.payment_transaction")
    def test_demo_failure_asks_the_salesperson(self):
        payment = self.start("demo")
        self.simulate(payment, "error")
        self.assertEqual((payment.state, self.order.state), ("error", "draft"))
        later = fields.Datetime.now() + timedelta(hours=5)
        cron = type(self.env["ir.cron"])
        with (
            patch.object(cron, "_commit_progress", lambda *_a, **_k: 1.0),
            patch.object(fields.Datetime, "now", lambda: later),
        ):
            self.env["payment.transaction"]._cron_follow_up()
        activity = self.order.activity_search([ACTIVITY])
        self.assertIn(f"/my/orders/{self.order.id}", activity.note)

    def test_wire_transfer_waits_for_the_money(self):
        payment = self.start("custom")
        self.url_open("/payment/custom/process", data={"reference": payment.reference})
        self.assertEqual(payment.state, "pending")
        payment._post_process()
        self.assertEqual(payment.channel, "transfer")
        self.assertEqual(self.order.state, "sent")
        self.assertFalse(self.order.invoice_ids)
        self.assertFalse(payment.payment_id, "no money has come yet")

    def test_a_transfer_that_came_is_order_to_cash(self):
        self.transfer.post_test_payments = True
        payment = self.start("custom")
        payment._set_pending()
        payment._post_process()
        seller, accountant = (
            new_test_user(self.env, login, groups=group)
            for login, group in (
                ("sofia", "sales_team.group_sale_salesman"),
                ("anna", "account.group_account_user"),
            )
        )
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            payment.with_user(seller).action_transfer_received()
        payment.with_user(accountant).action_transfer_received()
        states = self.trail(payment)
        for kind in ("books", "order", "invoice", "stock", "crm", "receipt"):
            self.assertEqual(states[kind], "done", kind)
        self.assertIn(self.order.invoice_ids.payment_state, ("in_payment", "paid"))
        notes = " ".join(self.order.message_ids.mapped("body"))
        self.assertIn("saw the transfer", notes)
        with self.assertRaisesRegex(UserError, "Not a pending bank transfer"):
            payment.with_user(accountant).action_transfer_received()
