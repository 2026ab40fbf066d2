from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .orders import OrdersCommon


@tagged("-at_install", "post_install")
class TestOrderPolicies(OrdersCommon):
    """When an order is confirmed and invoiced: order before provider before company."""

    def test_provider_goes_before_company_and_order_before_provider(self):
        self.company.payment_invoice_policy = "sent"
        self.provider.payment_invoice_policy = "draft"
        by_provider = self.make_order((self.desk, 1))
        self.pay(by_provider)
        self.assertEqual(by_provider.invoice_ids.state, "draft")
        by_order = self.make_order((self.desk, 1), payment_invoice_policy="posted")
        self.pay(by_order, 2)
        invoice = by_order.invoice_ids
        self.assertEqual((invoice.state, invoice.payment_state), ("posted", "paid"))
        self.assertFalse(invoice.is_move_sent)

    def test_stock_policy_of_an_order(self):
        self.stock(self.desk, 5)
        order = self.make_order((self.desk, 1), payment_stock_policy="deliver")
        self.pay(order)
        self.assertEqual(order.picking_ids.state, "done")
        other = self.make_order((self.desk, 1))
        self.pay(other, 2)
        self.assertEqual(other.picking_ids.state, "assigned")

    def test_on_authorisation_only_where_the_policy_says_so(self):
        self.company.payment_confirm_policy = "paid"
        order = self.make_order((self.desk, 1))
        transaction = self.checkout(order)
        transaction._set_authorized()
        transaction._post_process()
        self.assertIn(order.state, ("draft", "sent"))
        early = self.make_order((self.desk, 1), payment_confirm_policy="authorized")
        transaction = self.checkout(early, 2)
        transaction._set_authorized()
        transaction._post_process()
        self.assertEqual(early.state, "sale")

    def test_settled_waits_for_the_money_and_says_until_when(self):
        self.company.payment_confirm_policy = "settled"
        self.stock(self.desk, 5)
        order = self.make_order((self.desk, 1))
        transaction = self.checkout(order)
        self.say_paid(transaction)
        available_on = fields.Datetime.now() + timedelta(days=3)
        movement = self.gateway.facts["balance_transaction", "txn_1"]
        self.gateway.put(
            "balance_transaction",
            movement.__class__(
                **{**vars(movement), "available_on": available_on.astimezone()}
            ),
        )
        self.hear_and_work("charge.updated", "ch_1")
        effect = self.effect(transaction, "order")
        self.assertNotEqual(order.state, "sale")
        self.assertEqual(effect.state, "waiting")
        self.assertIn(str(available_on.date()), effect.reason)
        self.assertEqual(self.effect(transaction, "stock").state, "waiting")
        self.assertEqual(self.effect(transaction, "books").state, "done")
        with freeze_time(available_on + timedelta(hours=1)):
            self.run_retries()
        self.assertEqual(order.state, "sale")
        self.assertEqual(
            [self.effect(transaction, kind).state for kind in ("order", "stock")],
            ["done", "done"],
        )
        self.assertEqual(order.invoice_ids.payment_state, "paid")


@tagged("-at_install", "post_install")
class TestSeveral(OrdersCommon):
    """Several payments for an order, several orders in one, too much, too little."""

    def test_partial_payments_are_invoiced_once_each_with_their_tax(self):
        tax = self.env["account.tax"].create(
            {"name": "21 %", "amount": 21.0, "type_tax_use": "sale"}
        )
        lamp = self.make_product("Lamp", 100.0, taxes_id=[Command.set(tax.ids)])
        order = self.make_order((lamp, 1), prepayment_percent=0.3)
        self.assertEqual(order.amount_total, 121.0)
        parts = [(40.0, 1), (30.0, 2), (51.0, 3)]
        for amount, number in parts:
            self.pay(order, number, amount)
        invoices = order.invoice_ids.sorted("id")
        self.assertEqual(invoices.mapped("amount_total"), [40.0, 30.0, 51.0])
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})
        self.assertAlmostEqual(sum(invoices.mapped("amount_tax")), 21.0, 2)
        self.assertAlmostEqual(sum(invoices.mapped("amount_untaxed")), 100.0, 2)

    def test_several_orders_in_one_payment(self):
        first = self.make_order((self.desk, 1))
        second = self.make_order((self.desk, 2))
        transaction = self.pay(first + second)
        self.assertEqual((first.state, second.state), ("sale", "sale"))
        self.assertEqual((first.amount_paid, second.amount_paid), (100.0, 200.0))
        self.assertEqual(self.effect(transaction, "order").state, "done")
        invoices = (first + second).invoice_ids
        self.assertEqual(sum(invoices.mapped("amount_total")), 300.0)
        self.assertEqual(set(invoices.mapped("payment_state")), {"paid"})

    def test_too_little_for_several_confirms_none(self):
        orders = self.make_order((self.desk, 1)) + self.make_order((self.desk, 2))
        transaction = self.pay(orders, amount=250.0)
        self.assertNotIn("sale", orders.mapped("state"))
        effect = self.effect(transaction, "order")
        self.assertEqual(effect.state, "held")
        self.assertIn("250.00", effect.reason)
        self.assertIn("300.00", effect.reason)

    def test_too_much_is_the_customers_credit(self):
        order = self.make_order((self.desk, 1))
        transaction = self.pay(order, amount=120.0)
        effect = self.effect(transaction, "invoice")
        self.assertEqual(effect.state, "done")
        self.assertIn("20.00", effect.reason)
        self.assertIn("credit", effect.reason)
        self.assertEqual(order.invoice_ids.payment_state, "paid")
        self.assertFalse(transaction.payment_id.is_reconciled)

    def test_two_payments_for_one_order(self):
        order = self.make_order((self.desk, 1))
        first = self.checkout(order)
        second = self.checkout(order, 2)
        for number, transaction in ((1, first), (2, second)):
            self.say_paid(transaction, number)
            self.hear_and_work("charge.updated", f"ch_{number}")
        self.assertEqual(len(order.invoice_ids), 1)
        self.assertEqual(order.invoice_ids.payment_state, "paid")
        effect = self.effect(second, "invoice")
        self.assertEqual(effect.state, "held")
        self.assertIn("100.00", effect.reason)
        self.assertIn("credit", effect.reason)
        self.assertTrue(second.payment_id)

    def test_an_invoice_that_was_there_before_is_paid(self):
        order = self.make_order((self.desk, 1))
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        transaction = self.pay(order)
        self.assertEqual(order.invoice_ids, invoice)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.effect(transaction, "invoice").document, invoice)

    def test_an_order_changed_after_checkout(self):
        order = self.make_order((self.desk, 1))
        transaction = self.checkout(order)
        order.order_line.product_uom_qty = 2
        self.say_paid(transaction)
        self.hear_and_work("charge.updated", "ch_1")
        effect = self.effect(transaction, "order")
        self.assertEqual(effect.state, "held")
        self.assertIn("200.00", effect.reason)
        order.order_line.product_uom_qty = 1
        effect.action_run()
        self.assertEqual(order.state, "sale")
        self.assertEqual(effect.state, "done")

    def test_pdfs_need_not_wait(self):
        report = self.env["ir.actions.report"]
        paper = self.env.ref("base.paperformat_euro")
        for delay in (1000, 100):
            self.env["res.config.settings"].create(
                {"report_print_delay": delay}
            ).execute()
            command = report._build_wkhtmltopdf_args(paper, landscape=False)
            place = command.index("--javascript-delay")
            self.assertEqual(command[place + 1], str(delay))
