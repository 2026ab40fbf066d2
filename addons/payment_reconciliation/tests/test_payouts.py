from datetime import date

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PAYOUT_REF, ReconciliationCommon


@tagged("post_install", "-at_install")
class TestPayouts(ReconciliationCommon):
    def test_payout_id_in_the_text(self):
        payout = self.say_paid_out()
        line = self.say_and_match(f"STRIPE {PAYOUT_REF}", 96.80)
        self.assertMatchedWith(line, payout)
        self.assertIn(PAYOUT_REF, line.match_ids.evidence_text)
        self.assertIn("96.80", line.match_ids.evidence_text)
        self.assertFalse(self.balances().get("transit"))

    def test_trace_id_in_the_details(self):
        payout = self.say_paid_out(trace_ref="021000021234567", descriptor=None)
        line = self.say_and_match(
            "Incoming credit", 96.80, transaction_details={"trn": ["021000021234567"]}
        )
        self.assertMatchedWith(line, payout)

    def test_gateway_named_amount_unique_and_near(self):
        payout = self.say_paid_out()
        line = self.say_and_match("STRIPE PAYMENTS UK LTD", 96.80)
        self.assertMatchedWith(line, payout)

    def test_id_as_banks_print_it(self):
        """Capitals, no underscore, broken over two lines."""
        payout = self.say_paid_out()
        line = self.say_and_match("SEPA PO1TQX8SKZ2Y BN4MVW REF", 96.80)
        self.assertMatchedWith(line, payout)

    def test_one_cent_off(self):
        payout = self.say_paid_out()
        line = self.say_and_match(f"STRIPE {PAYOUT_REF}", 96.79)
        self.assertUntouched(line)
        self.assertFalse(payout.bank_statement_line_id)
        self.assertEqual(self.proposals(line).payout_id, payout)
        self.assertIn("0.01 less", self.proposals(line).evidence_text)
        with self.assertRaises(UserError):
            self.proposals(line).action_accept()

    def test_two_of_the_same_amount(self):
        payouts = self.say_paid_out() | self.say_paid_out("po_1TqX8sKz2YbN9999")
        line = self.say_and_match("STRIPE", 96.80)
        self.assertUntouched(line)
        self.assertEqual(self.proposals(line).payout_id, payouts)
        self.assertFalse(line.best_match_id)
        self.assertIn("2 proposals", line.best_match_evidence)
        line.action_accept_proposal()
        self.assertUntouched(line)

    def test_two_of_the_same_amount_one_named(self):
        payout = self.say_paid_out()
        other = self.say_paid_out("po_1TqX8sKz2YbN9999")
        line = self.say_and_match(PAYOUT_REF, 96.80)
        self.assertMatchedWith(line, payout)
        self.assertFalse(other.bank_statement_line_id)

    def test_two_lines_for_one_payout(self):
        payout = self.say_paid_out()
        lines = self.say_bank("STRIPE", 96.80) | self.say_bank("STRIPE", 96.80)
        self.match(lines)
        for line in lines:
            self.assertUntouched(line)
            self.assertEqual(self.proposals(line).payout_id, payout)

    def test_text_does_not_name_the_gateway(self):
        self.say_paid_out()
        line = self.say_and_match("Cash deposit", 96.80)
        self.assertUntouched(line)
        self.assertIn("Nothing in the text", self.proposals(line).held_text)

    def test_named_but_months_later(self):
        self.say_paid_out()
        line = self.say_and_match("STRIPE", 96.80, date=date(2026, 6, 1))
        self.assertUntouched(line)

    def test_failed_payout(self):
        self.say_paid_out(status="failed")
        line = self.say_and_match(PAYOUT_REF, 96.80)
        self.assertUntouched(line)
        self.assertFalse(line.match_ids)

    def test_money_out_is_no_payout(self):
        self.say_paid_out()
        line = self.say_and_match(PAYOUT_REF, -96.80)
        self.assertUntouched(line)
        self.assertFalse(line.match_ids)

    def test_gateway_that_draws_from_the_bank(self):
        """A negative balance is settled from the bank: a payout below zero."""
        payout = self.say_paid_out(amount=-1500)
        line = self.say_and_match(PAYOUT_REF, -15.00)
        self.assertMatchedWith(line, payout)

    def test_own_line_posted_after_the_bank_line(self):
        payout = self.say_paid_out(post=False)
        line = self.say_and_match(PAYOUT_REF, 96.80)
        self.assertUntouched(line)
        self.assertIn("not posted", self.proposals(line).held_text)
        with self.assertRaises(UserError):
            self.proposals(line).action_accept()
        job = self.env.ref("payment_reconciliation.cron_match")
        before = self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])
        self.provider.sudo()._post_balance_transactions()
        after = self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])
        self.assertGreater(after, before)
        self.match(line)
        self.assertMatchedWith(line, payout)

    def test_other_company(self):
        payout = self.say_paid_out()
        other = self.setup_other_company()["company"]
        journal = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "bank")], limit=1
        )
        line = self.say_bank(PAYOUT_REF, 96.80, journal_id=journal.id)
        self.match(line)
        self.assertUntouched(line)
        self.assertFalse(line.match_ids)
        self.assertFalse(payout.bank_statement_line_id)

    def test_other_currency(self):
        self.say_paid_out()
        euro = self.env.ref("base.EUR")
        euro.active = True
        bank = self.bank.copy({"currency_id": euro.id, "code": "EBK"})
        line = self.say_bank(PAYOUT_REF, 96.80, journal_id=bank.id)
        self.match(line)
        self.assertFalse(line.is_reconciled)
        self.assertFalse(line.match_ids)

    def test_undo_frees_the_payout_and_is_not_redone(self):
        payout = self.say_paid_out()
        line = self.say_and_match(PAYOUT_REF, 96.80)
        line.match_ids.action_undo()
        self.assertUntouched(line)
        self.assertEqual(line.match_ids.state, "undone")
        self.assertFalse(payout.bank_statement_line_id)
        self.assertFalse(payout._transit_item().reconciled)
        self.match(line)
        self.assertUntouched(line)
        self.assertEqual(line.match_ids.state, "undone")
        line.match_ids.action_accept()
        self.assertMatchedWith(line, payout, by="person")

    def test_undone_on_another_screen(self):
        payout = self.say_paid_out()
        line = self.say_and_match(PAYOUT_REF, 96.80)
        line.action_undo_reconciliation()
        self.assertUntouched(line)
        self.assertEqual(line.match_ids.state, "undone")
        self.assertFalse(payout.bank_statement_line_id)

    def test_trail_of_the_payment_ends_at_the_bank(self):
        payout = self.say_paid_out()
        line = self.say_and_match("STRIPE PAYOUT", 96.80)
        self.assertEqual(payout.bank_statement_line_id, line)
        self.assertEqual(line.payment_payout_ids, payout)
