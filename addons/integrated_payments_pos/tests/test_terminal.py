from unittest.mock import patch

from odoo.fields import Datetime
from odoo.tests import tagged

from odoo.addons.integrated_payments.gateway.stripe import METADATA_REFERENCE

from .common import TerminalCommon


@tagged("-at_install", "post_install")
class TestTerminal(TerminalCommon):
    """One gateway payment per order, matched with the one sum that a session books."""

    def test_a_request_is_a_payment_at_once(self):
        transaction = self.request(12.5)
        (_method, endpoint, kwargs) = self.requests[0]
        self.assertEqual(endpoint, "payment_intents")
        self.assertIn(
            (f"metadata[{METADATA_REFERENCE}]", transaction.reference), kwargs["data"]
        )
        self.assertEqual(
            (transaction.state, transaction.amount, transaction.channel),
            ("draft", 12.5, "terminal"),
        )
        self.assertEqual(transaction.terminal_method_id, self.card)

    def test_two_orders_are_matched_with_one_sum(self):
        first, order = self.buy(100.0, 1)
        second, other = self.buy(150.0, 2, partner=self.ada)
        self.assertEqual(first.terminal_order_id, order)
        self.assertEqual(second.partner_id, self.ada)
        self.assertFalse((first | second).payment_id)
        self.assertEqual(self.trail(first)["books"], "waiting")
        self.assertEqual(
            self.balances(),
            {"gateway": 243.6, "fee": 6.0, "fee_tax": 0.4} | {"outstanding": -250.0},
        )
        self.close()
        booked = (order | other).payment_ids.booked_payment_id
        self.assertEqual((len(booked), booked.amount), (1, 250.0))
        self.assertEqual(
            self.balances(), {"gateway": 243.6, "fee": 6.0, "fee_tax": 0.4}
        )
        self.assertTrue(booked.is_matched)
        for transaction in (first, second):
            self.assertEqual(self.trail(transaction)["books"], "done")
            self.assertEqual(self.trail(transaction)["receipt"], "none")
            self.assertTrue(transaction.is_post_processed)
        self.assertFalse(self.env["payment.outside"].search([]))

    def test_the_gateway_settles_after_the_session_closed(self):
        transaction = self.request(100.0)
        self.sell(100.0)
        self.close()
        self.assertEqual(self.balances(), {"outstanding": 100.0})
        self.hear_read(10000, 1, transaction.reference)
        self.assertEqual(self.trail(transaction)["books"], "done")
        self.assertNotIn("outstanding", self.balances())

    def test_identified_customers_are_matched_one_by_one(self):
        self.session.close_session_from_ui()
        self.card.split_transactions = True
        self.session = self.open_session()
        first, _order = self.buy(100.0, 1, partner=self.ada)
        second, _other = self.buy(150.0, 2, partner=self.ada)
        self.close()
        booked = (first | second).pos_payment_ids.booked_payment_id
        self.assertEqual(sorted(booked.mapped("amount")), [100.0, 150.0])
        self.assertEqual(
            [self.trail(each)["books"] for each in (first, second)], ["done", "done"]
        )

    def test_an_invoiced_order_is_the_sessions_too(self):
        transaction = self.request(100.0)
        self.hear_read(10000, 1, transaction.reference)
        order = self.sell(100.0, partner=self.ada, to_invoice=True)
        self.assertEqual(order.account_move.payment_state, "paid")
        self.close()
        self.assertEqual(self.trail(transaction)["books"], "done")
        self.assertNotIn("outstanding", self.balances())

    def test_another_outstanding_account_is_matched_there(self):
        self.session.close_session_from_ui()
        other = self.accounts["outstanding"].copy({"name": "Card terminals"})
        self.card.outstanding_account_id = other
        self.session = self.open_session()
        transaction, _order = self.buy(100.0)
        self.close()
        self.assertEqual(self.trail(transaction)["books"], "done")
        self.assertNotIn("outstanding", self.balances())
        lines = self.env["account.move.line"].search([("account_id", "=", other.id)])
        self.assertEqual(sum(lines.mapped("balance")), 0)
        self.assertTrue(all(lines.mapped("reconciled")))

    def test_a_tip_raises_what_is_captured(self):
        transaction = self.request(100.0)
        self.hear_read(11500, 1, transaction.reference)
        self.assertEqual((transaction.state, transaction.amount), ("done", 115.0))
        self.sell(115.0)
        self.close()
        self.assertEqual(self.trail(transaction)["books"], "done")

    def test_the_payout_carries_it_to_the_bank(self):
        transaction, _order = self.buy(100.0)
        self.close()
        self.say_payout("po_1", ["txn_1"])
        self.hear_and_work("payout.paid", "po_1")
        self.stripe._post_balance_transactions()
        movement = transaction.balance_transaction_ids
        self.assertEqual(movement.payout_id.gateway_ref, "po_1")
        self.assertEqual(self.balances().get("gateway"), None)
        effect = transaction.effect_ids.filtered(lambda each: each.kind == "bank")
        self.assertIn("po_1", effect.reason)

    def test_the_way_from_order_to_trail_and_back(self):
        transaction, order = self.buy(100.0)
        self.assertEqual(order.gateway_transaction_count, 1)
        self.assertEqual(
            order.action_view_gateway_transactions()["res_id"], transaction.id
        )
        self.assertEqual(
            order.payment_ids.action_view_gateway_transaction()["res_id"],
            transaction.id,
        )
        self.assertEqual(transaction.action_view_terminal_order()["res_id"], order.id)
        self.assertEqual(self.session.gateway_transaction_count, 1)
        found = self.env["payment.transaction"].search(
            self.session.action_view_gateway_transactions()["domain"]
        )
        self.assertEqual(found, transaction)
        self.close()
        booked = order.payment_ids.booked_payment_id
        self.assertEqual(booked.gateway_movement_count, 1)

    def test_an_unknown_customer_is_not_named_in_the_books(self):
        transaction, _order = self.buy(100.0)
        public = self.env.ref("base.public_partner")
        self.assertEqual(transaction.partner_id, public)
        line = transaction.balance_transaction_ids.statement_line_id
        self.assertFalse(line.partner_id)
        self.assertFalse(line.move_id.line_ids.partner_id)

    def test_a_webhook_that_did_not_see_the_closing(self):
        """Each committed without the other: the job that was called puts it right."""
        transaction, order = self.buy(100.0)
        self.close()
        effect = transaction.effect_ids.filtered(lambda each: each.kind == "books")
        booked = order.payment_ids.booked_payment_id
        order.payment_ids.booked_payment_id = False
        transaction._run_effects(["books"], force=True)  # as the other worker saw it
        self.assertEqual(effect.state, "waiting")
        order.payment_ids.booked_payment_id = booked
        cron = self.env.ref("integrated_payments.cron_retry_effects")
        calls = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertGreaterEqual(max(calls.mapped("call_at")), effect.next_attempt_at)
        effect.sudo().next_attempt_at = Datetime.now()
        with patch.object(
            type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1.0
        ):
            self.env["payment.effect"].sudo()._cron_retry()
        self.assertEqual(effect.state, "done")
