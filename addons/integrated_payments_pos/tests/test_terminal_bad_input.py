from datetime import timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import new_test_user, tagged

from .common import TerminalCommon


@tagged("-at_install", "post_install")
class TestTerminalBadInput(TerminalCommon):
    """What comes late, twice, never, or from nobody: seen, and booked once."""

    def test_the_webhook_comes_before_the_order(self):
        transaction = self.request(100.0)
        self.hear_read(10000, 1, transaction.reference)
        self.assertEqual(transaction.state, "done")
        self.assertFalse(transaction.payment_id)
        self.assertFalse(self.env["payment.outside"].search([]))
        effect = transaction.effect_ids.filtered(lambda each: each.kind == "books")
        self.assertIn("has not sent the order", effect.reason)
        order = self.sell(100.0)
        self.assertEqual(transaction.terminal_order_id, order)

    def test_a_request_that_odoo_keeps_no_record_of(self):
        """As before this module was installed: the till's order comes first."""
        order = self.sell(100.0, "pi_9")
        transaction = order.payment_ids.gateway_transaction_id
        self.assertEqual(
            (transaction.provider_reference, transaction.state), ("pi_9", "draft")
        )
        self.hear_read(10000, 9)
        self.assertEqual(transaction.state, "done")
        self.close()
        self.assertEqual(self.trail(transaction)["books"], "done")

    def test_an_unknown_request_whose_webhook_comes_first(self):
        """It waits on suspense as taken outside Odoo, until the till's order comes."""
        self.hear_read(10000, 9)
        outside = self.env["payment.outside"].search([])
        self.assertEqual((outside.state, outside.result), ("review", "suspense"))
        self.assertFalse(outside.transaction_id)
        order = self.sell(100.0, "pi_9", partner=self.ada)
        transaction = order.payment_ids.gateway_transaction_id
        self.assertEqual((outside.state, outside.result), ("done", "pos"))
        self.assertEqual(outside.transaction_id, transaction)
        self.assertEqual((transaction.state, transaction.channel), ("done", "terminal"))
        self.assertEqual(self.balances()["outstanding"], -100.0)
        self.close()
        self.assertEqual(self.trail(transaction)["books"], "done")
        self.assertFalse(
            {"suspense", "outstanding"} & set(self.balances()), self.balances()
        )

    def test_a_till_that_quotes_the_charge(self):
        """Interac and eftpos: the terminal captures, the till keeps the charge's id."""
        transaction = self.request(100.0)
        order = self.sell(100.0, "ch_1")
        self.assertFalse(order.payment_ids.gateway_transaction_id)
        self.hear_read(10000, 1, transaction.reference)
        self.assertEqual(order.payment_ids.gateway_transaction_id, transaction)

    def test_money_for_which_no_order_comes(self):
        transaction = self.request(100.0)
        self.hear_read(10000, 1, transaction.reference)
        transaction.last_state_change = Datetime.now() - timedelta(days=2)
        transaction._refresh_effects(("books",))
        effect = transaction.effect_ids.filtered(lambda each: each.kind == "books")
        self.assertEqual(effect.state, "held")
        self.assertIn("no order for", effect.reason)
        transaction.action_book_without_pos()
        self.assertEqual(transaction.payment_id.state, "paid")
        self.assertTrue(transaction.payment_id.is_matched)
        self.assertEqual(effect.state, "done")
        self.assertNotIn("outstanding", self.balances())

    def test_an_order_that_comes_after_all(self):
        """Booked as credit already: not silently booked twice."""
        transaction = self.request(100.0)
        self.hear_read(10000, 1, transaction.reference)
        transaction.action_book_without_pos()
        order = self.sell(100.0)
        self.assertEqual(order.state, "paid")
        self.assertFalse(order.payment_ids.gateway_transaction_id)
        self.assertIn("credit", order.payment_ids.gateway_problem)
        transaction.payment_id.action_draft()
        transaction.payment_id.action_cancel()
        order.payment_ids.action_look_again()
        self.assertEqual(transaction.terminal_order_id, order)
        self.assertFalse(order.payment_ids.gateway_problem)
        self.close()
        self.assertEqual(self.trail(transaction)["books"], "done")
        self.assertNotIn("outstanding", self.balances())

    def test_two_orders_that_quote_one_payment(self):
        _transaction, _order = self.buy(100.0)
        second = self.sell(100.0, "pi_1")
        self.assertEqual(second.state, "paid")
        self.assertFalse(second.payment_ids.gateway_transaction_id)
        self.assertIn("belongs to order", second.payment_ids.gateway_problem)

    def test_the_till_counted_another_sum(self):
        transaction, _order = self.buy(100.0)
        self.session.action_pos_session_closing_control(
            bank_payment_method_diffs={self.card.id: -10.0}
        )
        effect = transaction.effect_ids.filtered(lambda each: each.kind == "books")
        self.assertEqual(effect.state, "held")
        self.assertIn("another sum", effect.reason)
        self.assertEqual(self.balances()["outstanding"], -10.0)

    def test_a_payment_that_the_card_did_not_make(self):
        transaction = self.request(100.0)
        self.close()
        self.assertEqual(transaction.state, "draft")
        self.assertFalse(transaction.effect_ids)
        self.assertEqual(self.balances(), {})

    def test_an_event_that_comes_twice_books_once(self):
        transaction, _order = self.buy(100.0)
        self.hear_and_work("charge.updated", "ch_1")
        self.hear_and_work("payment_intent.succeeded", "pi_1", number="again")
        self.stripe._post_balance_transactions()
        self.close()
        self.assertEqual(len(transaction.balance_transaction_ids), 1)
        self.assertEqual(self.balances()["gateway"], 96.8)

    def test_only_a_cashier_may_ask(self):
        nobody = new_test_user(self.env, "nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.card.with_user(nobody).stripe_payment_intent(10.0)
        with self.assertRaises(AccessError):
            self.card.with_user(nobody).stripe_refund_payment(10.0, 1)

    def test_a_cashier_needs_no_rights_on_payments(self):
        cashier = new_test_user(
            self.env, "cashier", groups="base.group_user,point_of_sale.group_pos_user"
        )
        self.env["res.users"].browse(cashier.id).company_ids = self.company
        cashier.company_id = self.company
        self.card = self.card.with_user(cashier)
        transaction = self.request(100.0)
        self.assertEqual(transaction.amount, 100.0)

    def test_the_gateways_balance_is_no_outstanding_account(self):
        self.session.close_session_from_ui()
        with self.assertRaises(ValidationError):
            self.card.outstanding_account_id = self.accounts["gateway"]

    def test_the_accounts_are_set_by_a_button(self):
        self.session.close_session_from_ui()
        self.card.outstanding_account_id = self.accounts["fee"]
        self.assertIn("cannot be reconciled", self.card.gateway_books_problem)
        self.card.action_use_gateway_account()
        self.assertEqual(self.card.outstanding_account_id, self.accounts["outstanding"])
        self.assertFalse(self.card.gateway_books_problem)

    def test_without_books_there_is_no_account_to_use(self):
        self.session.close_session_from_ui()
        self.stripe.gateway_account_ids.unlink()
        with self.assertRaises(UserError):
            self.card.action_use_gateway_account()
