from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import new_test_user, tagged

from ..models.payment_unpaid import ACTIVITY
from .orders import OrdersCommon


@tagged("-at_install", "post_install")
class TestUnpaid(OrdersCommon):
    """A customer who could not pay is called, once; who has paid is left alone."""

    def setUp(self):
        super().setUp()
        self.startPatcher(  # jobs commit; a test must not
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1.0
            )
        )
        self.seller = new_test_user(
            self.env, "sofia", groups="sales_team.group_sale_salesman"
        )
        self.order = self.make_order((self.desk, 1), user_id=self.seller.id)

    def run_job(self, hours=5):
        later = fields.Datetime.now() + timedelta(hours=hours)
        with patch.object(fields.Datetime, "now", lambda: later):
            self.env["payment.transaction"]._cron_follow_up()
        return self.order.activity_search([ACTIVITY])

    def decline(self, number=1):
        tx = self.checkout(self.order, number)
        tx._set_error("Your card was declined.")
        return tx

    def test_a_declined_card_is_told_with_a_link_that_works(self):
        self.decline()
        activity = self.run_job()
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("100.00", activity.summary)
        self.assertIn("failed", activity.summary)
        self.assertIn("Your card was declined.", activity.note)
        self.assertIn(f"/my/orders/{self.order.id}", activity.note)
        self.assertIn("access_token=", activity.note)

    def test_an_abandoned_checkout(self):
        self.checkout(self.order)
        self.assertFalse(self.run_job(hours=3), "the customer may still be at it")
        self.assertIn("not completed", self.run_job().summary)

    def test_several_tries_ask_once_and_a_closed_one_stays_closed(self):
        self.decline(1)
        self.decline(2)
        activity = self.run_job()
        self.assertEqual(len(activity), 1)
        activity.action_feedback()
        self.assertFalse(self.run_job(hours=6))
        self.decline(3)
        self.assertEqual(len(self.run_job(hours=11)), 1)

    def test_who_tried_again_with_success_is_left_alone(self):
        self.decline(1)
        paid = self.checkout(self.order, 2)
        self.say_paid(paid, 2)
        self.hear_and_work("charge.updated", "ch_2")
        self.assertEqual(self.order.state, "sale")
        self.assertFalse(self.run_job())

    def test_closed_by_itself_when_the_customer_pays(self):
        self.decline(1)
        self.assertTrue(self.run_job())
        paid = self.checkout(self.order, 2)
        self.say_paid(paid, 2)
        self.hear_and_work("charge.updated", "ch_2")
        self.assertFalse(self.order.activity_search([ACTIVITY]))

    def test_an_invoice_paid_at_the_bank_closes_it(self):
        invoice = self.init_invoice(
            "out_invoice", partner=self.partner, amounts=[50.0], post=True
        )
        invoice.invoice_user_id = self.seller
        tx = self._create_transaction(
            "direct", amount=50.0, reference="I-1", invoice_ids=invoice.ids
        )
        tx._set_canceled("Left the page")
        self.run_job()
        activity = invoice.activity_search([ACTIVITY])
        self.assertEqual(activity.user_id, self.seller)
        self.assertIn("/my/invoices/", activity.note)
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        ).create({})._create_payments()
        self.run_job()
        self.assertFalse(invoice.activity_search([ACTIVITY]))

    def test_a_cancelled_order_needs_nobody(self):
        self.decline()
        self.order._action_cancel()
        self.assertFalse(self.run_job())

    def test_switched_off(self):
        self.company.payment_follow_up_hours = 0
        self.decline()
        self.assertFalse(self.run_job(hours=100))

    def test_without_salesperson_the_responsible_person_is_asked(self):
        self.order.user_id = False
        self.decline()
        self.assertEqual(self.run_job().user_id, self.company._payment_responsible())
