from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .orders import OrdersCommon


@tagged("-at_install", "post_install")
class TestOrderBadInput(OrdersCommon):
    """What went wrong between the quotation and the money; the money is never lost."""

    def setUp(self):
        super().setUp()
        self.partner.email = "ann@example.com"
        self.company.payment_stock_policy = "reserve"
        self.stock(self.desk, 5)

    def booked(self, transaction):
        """Assert that the money is in the books, whatever became of the rest."""
        self.assertEqual(transaction.state, "done")
        self.assertEqual(transaction.payment_id.amount, transaction.amount)
        self.assertEqual(self.effect(transaction, "books").state, "done")

    def test_a_customer_archived_after_checkout(self):
        order = self.make_order((self.desk, 1))
        transaction = self.checkout(order)
        self.partner.active = False
        self.say_paid(transaction)
        self.hear_and_work("charge.updated", "ch_1")
        self.booked(transaction)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.picking_ids.state, "assigned")
        held = transaction.effect_ids.filtered(lambda each: each.state == "held")
        self.assertFalse(held.mapped("reason"))

    def test_a_confirmation_that_cannot_be_printed(self):
        """Without wkhtmltopdf the order goes on, and its salesperson hears of it."""
        order = self.make_order((self.desk, 1))
        self.env.ref("sale.send_pending_emails_cron").active = False
        transaction = self.checkout(order)
        self.say_paid(transaction)
        with patch.object(
            self.env.registry["ir.actions.report"],
            "_render_qweb_pdf",
            side_effect=UserError("No program makes PDFs here."),
        ):
            self.hear_and_work("charge.updated", "ch_1")
        self.booked(transaction)
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.effect(transaction, "order").state, "done")
        self.assertIn("No program makes PDFs here.", order.activity_ids[:1].note)

    def test_a_product_archived_after_checkout(self):
        order = self.make_order((self.desk, 1))
        transaction = self.checkout(order)
        self.desk.active = False
        self.say_paid(transaction)
        self.hear_and_work("charge.updated", "ch_1")
        self.booked(transaction)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.picking_ids.state, "assigned")

    def test_a_salesperson_who_is_no_user_any_more(self):
        seller = new_test_user(self.env, "gone", "sales_team.group_sale_salesman")
        order = self.make_order((self.desk, 1), user_id=seller.id)
        transaction = self.checkout(order)
        seller.active = False
        self.say_paid(transaction)
        self.hear_and_work("charge.updated", "ch_1")
        self.booked(transaction)
        self.assertEqual(order.state, "sale")

    def test_without_rights_no_effect_is_run(self):
        transaction = self.pay(self.make_order((self.desk, 1)))
        wanda = new_test_user(self.env, "wanda", "stock.group_stock_user")
        effects = transaction.effect_ids.with_user(wanda)
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            effects.action_run()
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            transaction.with_user(wanda).action_run_held_effects()
