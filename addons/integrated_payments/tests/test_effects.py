from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import IntegratedPaymentsCommon

EFFECTS = "odoo.addons.integrated_payments.models.payment_transaction_effects"


@tagged("-at_install", "post_install")
class TestEffects(IntegratedPaymentsCommon):
    """A paid order: order, invoice, stock, CRM and receipt, each on its own."""

    def setUp(self):
        super().setUp()
        self.env.user.group_ids += (
            self.env.ref("sales_team.group_sale_manager")
            + self.env.ref("stock.group_stock_manager")
            + self.env.ref("base.group_system")
        )
        self.product = self.env["product.product"].create(
            {
                "name": "Desk",
                "is_storable": True,
                "list_price": 100.0,
                "taxes_id": False,
                "invoice_policy": "order",
            }
        )
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.lead = self.env["crm.lead"].create(
            {"name": "A desk", "partner_id": self.partner.id, "type": "opportunity"}
        )
        self.order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "opportunity_id": self.lead.id,
                "require_payment": True,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": 1}
                    )
                ],
            }
        )
        self.tx = self._create_transaction(
            "direct",
            amount=self.order.amount_total,
            reference="S-1",
            provider_reference="pi_1",
            sale_order_ids=[self.order.id],
        )

    def stock(self, quantity):
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.warehouse.lot_stock_id, quantity
        )

    def pay(self):
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")

    def effect(self, kind):
        return self.tx.effect_ids.filtered(lambda each: each.kind == kind)

    def test_one_payment_all_effects(self):
        self.stock(5)
        self.pay()
        self.assertEqual(
            self.trail(self.tx),
            {
                "books": "done",
                "order": "done",
                "invoice": "done",
                "stock": "done",
                "crm": "done",
                "receipt": "done",
                "bank": "waiting",
            },
        )
        self.assertEqual(self.order.state, "sale")
        invoice = self.order.invoice_ids
        self.assertEqual((invoice.state, invoice.payment_state), ("posted", "paid"))
        self.assertTrue(invoice.is_move_sent)
        self.assertEqual(self.order.picking_ids.state, "assigned")
        self.assertTrue(self.lead.stage_id.is_won)
        self.assertIn("paid through", self.partner.message_ids[:1].body)
        receipt = self.effect("receipt").document
        self.assertIn("S-1", receipt.subject)
        self.assertIn("100.00", receipt.body_html)

    def test_a_second_pass_repeats_nothing(self):
        self.stock(5)
        self.pay()
        mails = self.env["mail.mail"].search_count([])
        messages = len(self.partner.message_ids)
        self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.tx._post_process()
        self.assertEqual(len(self.order.invoice_ids), 1)
        self.assertEqual(self.env["mail.mail"].search_count([]), mails)
        self.assertEqual(len(self.partner.message_ids), messages)

    def test_followers_of_an_invoice_are_told_once_that_it_is_paid(self):
        invoice = self.init_invoice(
            "out_invoice", partner=self.partner, amounts=[100.0], post=True
        )
        self.tx.sale_order_ids = False
        self.tx.invoice_ids = invoice
        self.tx.amount = invoice.amount_total
        self.pay()
        self.effect("crm").action_run()
        self.assertEqual(invoice.payment_state, "paid")
        paid = self.env.ref("account.mt_invoice_paid")
        told = invoice.message_ids.filtered(lambda each: each.subtype_id == paid)
        self.assertEqual(len(told), 1)
        self.assertIn("paid through", told.body)

    def test_delivery_by_policy(self):
        self.company.payment_stock_policy = "deliver"
        self.stock(5)
        self.pay()
        self.assertEqual(self.order.picking_ids.state, "done")
        self.assertEqual(self.effect("stock").document, self.order.picking_ids)

    def test_missing_stock_is_held_with_the_reason(self):
        self.pay()
        effect = self.effect("stock")
        self.assertEqual(effect.state, "held")
        self.assertEqual(effect.reason, "Not enough stock: Desk (0 of 1)")
        self.assertEqual(self.tx.payment_id.state, "paid")
        self.stock(5)
        effect.action_run()
        self.assertEqual((effect.state, effect.reason), ("done", False))

    def test_a_missing_lot_is_held_and_never_undoes_the_money(self):
        self.company.payment_stock_policy = "deliver"
        self.product.tracking = "lot"
        self.stock(5)
        self.pay()
        self.assertEqual(self.effect("stock").state, "held")
        self.assertTrue(self.tx.payment_id)
        self.assertEqual(self.order.invoice_ids.payment_state, "paid")
        self.assertEqual(self.balances()["gateway"], 96.8)

    @mute_logger(EFFECTS)
    def test_an_error_in_the_order_leaves_the_money_booked(self):
        confirm = "odoo.addons.sale.models.sale_order.SaleOrder.action_confirm"
        with patch(confirm, side_effect=ValueError("warehouse on fire")):
            self.pay()
        self.assertTrue(self.tx.payment_id)
        self.assertEqual(self.balances()["gateway"], 96.8)
        self.assertEqual(self.effect("order").state, "held")
        self.assertIn("warehouse on fire", self.effect("order").reason)
        self.assertEqual(self.effect("invoice").state, "held")
        self.assertEqual(self.effect("receipt").state, "done")
        self.stock(5)
        self.tx.action_run_held_effects()
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self.effect("stock").state, "done")
        self.assertEqual(self.order.invoice_ids.payment_state, "paid")

    def test_cancelled_order_keeps_the_money_as_credit(self):
        self.order._action_cancel()
        self.pay()
        self.assertTrue(self.tx.payment_id)
        self.assertIn("customer's credit", self.effect("order").reason)

    def test_partial_payment_says_what_is_missing(self):
        self.tx.amount = 40.0
        self.pay()
        effect = self.effect("order")
        self.assertEqual(effect.state, "held")
        self.assertIn("40.00", effect.reason)
        self.assertIn("100.00", effect.reason)

    def test_customer_without_address_gets_no_receipt_but_a_reason(self):
        self.partner.email = False
        self.tx.partner_email = False
        self.pay()
        self.assertEqual(self.effect("receipt").state, "held")
        self.assertIn("no e-mail", self.effect("receipt").reason)

    def test_policies_that_do_nothing(self):
        self.company.payment_invoice_policy = "odoo"
        self.company.payment_stock_policy = "none"
        self.company.payment_send_receipt = False
        self.pay()
        states = self.trail(self.tx)
        self.assertEqual(
            [states[kind] for kind in ("order", "invoice", "stock", "receipt")],
            ["done", "none", "none", "none"],
        )

    def test_draft_invoice_policy(self):
        self.company.payment_invoice_policy = "draft"
        self.pay()
        self.assertEqual(self.order.invoice_ids.state, "draft")
        self.assertEqual(self.effect("invoice").state, "done")

    def test_any_provider_has_a_trail(self):
        """A provider without a readable balance: the same effects."""
        self.stock(5)
        self.tx.provider_id = self.dummy_provider
        self.tx._set_done()
        self.tx._post_process()
        states = self.trail(self.tx)
        self.assertEqual(states["order"], "done")
        self.assertEqual(states["books"], "done")
        self.assertEqual(states["bank"], "waiting")

    def test_a_salesperson_reads_the_trail_and_runs_it(self):
        user = self._create_new_internal_user(login="sam")
        user.group_ids = [
            Command.link(self.env.ref("sales_team.group_sale_salesman").id)
        ]
        self.pay()
        self.order.user_id = user
        action = self.order.with_user(user).action_view_gateway_transactions()
        self.assertEqual(action["res_id"], self.tx.id)
        effect = self.effect("stock").with_user(user)
        self.assertIn("Not enough stock", effect.reason)
        self.stock(5)
        effect.action_run()
        self.assertEqual(effect.state, "done")
