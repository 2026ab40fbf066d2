from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from odoo.addons.integrated_payments.gateway import types
from odoo.addons.integrated_payments.tests.common import PAID_AT

from .common import TerminalCommon


@tagged("-at_install", "post_install")
class TestTerminalRefunds(TerminalCommon):
    """Money back to the card: asked for at the till, or made at the gateway."""

    def refund_at_till(self, order, amount, ref="re_1"):
        """The cashier refunds ``order``: to the card, then the refund's order."""
        answer = {
            "id": ref,
            "object": "refund",
            "status": "succeeded",
            "amount": round(amount * 100),
            "currency": "usd",
            "created": int(PAID_AT.timestamp()),
        }
        core = "odoo.addons.payment.models.payment_provider.PaymentProvider"
        with patch(f"{core}._send_api_request", return_value=answer):
            made = self.card.stripe_refund_payment(amount, order.id)
        self.assertEqual(made["id"], ref)
        return self.sell(-amount, ref, refunds=order)

    def say_refunded(self, minor, ref="re_1", status="succeeded"):
        self.say_movement(f"txn_{ref}", "refund", -minor, source=ref)
        self.gateway.put(
            "refund",
            types.Refund(
                ref=ref,
                status=status,
                amount=minor,
                currency="USD",
                created=PAID_AT,
                charge_ref="ch_1",
                intent_ref="pi_1",
                balance_transaction_ref=f"txn_{ref}",
            ),
        )
        number = f"{ref}_{status}"
        self.hear_and_work("refund.updated", ref, number=number)
        self.stripe._post_balance_transactions()

    def test_a_refund_at_the_till_goes_back_to_the_card(self):
        transaction, order = self.buy(100.0)
        back = self.refund_at_till(order, 40.0)
        refund = transaction.refund_ids
        self.assertEqual((refund.amount, refund.state), (-40.0, "done"))
        self.assertEqual(back.payment_ids.gateway_transaction_id, refund)
        self.assertFalse(refund.payment_id)
        self.say_refunded(4000)
        self.close()
        booked = back.payment_ids.booked_payment_id
        self.assertEqual(booked.amount, 60.0)
        self.assertEqual(
            [self.trail(each)["books"] for each in (transaction, refund)],
            ["done", "done"],
        )
        self.assertEqual(self.balances(), {"gateway": 56.8, "fee": 3.0, "fee_tax": 0.2})

    def test_more_than_was_paid_is_not_refunded(self):
        _transaction, order = self.buy(100.0)
        with self.assertRaisesRegex(UserError, "cannot be refunded to one card"):
            self.card.stripe_refund_payment(120.0, order.id)

    def test_an_order_that_was_not_paid_by_card(self):
        order = self.sell(100.0, False)
        with self.assertRaisesRegex(UserError, "not paid by card"):
            self.card.stripe_refund_payment(100.0, order.id)

    def test_a_refund_at_the_gateway_waits_for_the_till(self):
        transaction, order = self.buy(100.0)
        self.say_refunded(4000)
        refund = transaction.refund_ids
        effect = refund.effect_ids.filtered(lambda each: each.kind == "books")
        self.assertEqual(effect.state, "held")
        self.assertIn(order.name, effect.reason)
        self.assertFalse(refund.payment_id)
        back = self.sell(-40.0, False, refunds=order)
        self.assertEqual(back.payment_ids.gateway_transaction_id, refund)
        self.close()
        self.assertEqual(self.trail(refund)["books"], "done")
        self.assertNotIn("outstanding", self.balances())

    def test_a_refund_at_the_gateway_that_the_till_never_makes(self):
        transaction, _order = self.buy(100.0, partner=self.ada)
        self.close()
        self.say_refunded(4000)
        refund = transaction.refund_ids
        refund.action_book_without_pos()
        self.assertEqual(refund.payment_id.payment_type, "outbound")
        self.assertTrue(refund.payment_id.is_matched)
        self.assertNotIn("outstanding", self.balances())

    def test_the_till_refunds_what_the_gateway_knows_nothing_of(self):
        _transaction, order = self.buy(100.0)
        back = self.sell(-40.0, False, refunds=order)
        self.assertIn("knows of no refund", back.payment_ids.gateway_problem)

    def test_a_refund_that_fails_is_owed_to_the_customer(self):
        transaction, order = self.buy(100.0)
        self.refund_at_till(order, 40.0)
        self.say_refunded(4000)
        self.close()
        self.say_refunded(4000, status="failed")
        refund = transaction.refund_ids
        self.assertEqual(refund.state, "error")
        effect = refund.effect_ids.filtered(lambda each: each.kind == "books")
        self.assertEqual(effect.state, "held")
        self.assertIn("did not reach the card", effect.reason)
