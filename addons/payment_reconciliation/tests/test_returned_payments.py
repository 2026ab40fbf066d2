"""Payments that the bank gives back."""

from odoo.tests import tagged

from .common import ReconciliationCommon


@tagged("post_install", "-at_install")
class TestReturnedPayments(ReconciliationCommon):
    def setUp(self):
        super().setUp()
        self.invoice = self.owe(100.0)
        self.payment = self.say_and_match(self.invoice.name, 100.0)
        self.assertMatchedWith(self.payment, self.invoice)

    def give_back(self, amount=-100.0, text="RETURN {} AC04"):
        return self.say_and_match(text.format(self.invoice.name), amount)

    def test_proposed_and_accepted(self):
        line = self.give_back()
        self.assertUntouched(line)
        proposal = self.proposals(line)
        self.assertEqual(proposal.how, "return")
        self.assertIn("owed again", proposal.held_text)
        proposal.action_accept()
        self.assertTrue(line.is_reconciled)
        self.assertTrue(self.payment.is_reconciled)
        self.assertEqual(self.invoice.payment_state, "not_paid")
        self.assertEqual(self.invoice.amount_residual, 100.0)

    def test_looked_at_again_it_is_still_proposed(self):
        line = self.give_back()
        self.match(line)
        self.assertEqual(self.proposals(line).how, "return")

    def test_another_amount(self):
        self.assertFalse(self.give_back(-99.0).match_ids)

    def test_money_in_is_no_return(self):
        self.assertFalse(self.give_back(100.0).match_ids)

    def test_a_credit_note_comes_first(self):
        credit = self.owe(100.0, "out_refund", payment_reference=self.invoice.name)
        line = self.give_back()
        self.assertMatchedWith(line, credit)

    def test_two_payments_of_the_document(self):
        invoice = self.owe(200.0)
        for _number in range(2):
            self.say_and_match(invoice.name, 100.0)
        line = self.say_and_match(f"RETURN {invoice.name}", -100.0)
        self.assertUntouched(line)
