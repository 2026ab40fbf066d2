from unittest.mock import patch

from odoo.exceptions import AccessError, LockError
from odoo.tests import new_test_user, tagged

from .common import PAYOUT_REF, ReconciliationCommon


@tagged("post_install", "-at_install")
class TestRuns(ReconciliationCommon):
    def triggers(self):
        job = self.env.ref("payment_reconciliation.cron_match")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", job.id)])

    def run_job(self):
        """Run the job, its commits left out (the test's transaction goes on)."""
        cron = type(self.env["ir.cron"])
        with patch.object(cron, "_commit_progress", lambda *args, **kwargs: 60.0):
            self.env["account.bank.statement.line"]._cron_match()

    def test_import_wakes_the_job_and_posts_nothing(self):
        invoice = self.owe(100.0)
        before = self.triggers()
        line = self.say_bank(invoice.name, 100.0)
        self.assertUntouched(line)
        self.assertFalse(line.match_ids)
        self.assertGreater(self.triggers(), before)

    def test_job_takes_all_open_lines(self):
        invoice = self.owe(100.0)
        lines = self.say_bank(invoice.name, 100.0) | self.say_bank("Rent", -900.0)
        self.run_job()
        self.assertMatchedWith(lines[0], invoice)
        self.assertUntouched(lines[1])
        self.assertTrue(lines[1].match_checked_at)

    def test_paid_in_advance(self):
        line = self.say_and_match("INV/2026/00077", 100.0)
        self.assertFalse(line.match_ids)
        before = self.triggers()
        invoice = self.owe(100.0, name="INV/2026/00077")
        self.assertGreater(self.triggers(), before)
        line.match_checked_at = "2026-01-01"
        self.run_job()
        self.assertMatchedWith(line, invoice)

    def test_gateways_own_journal_is_left_alone(self):
        payout = self.say_paid_out()
        own = payout.own_balance_transaction_id.statement_line_id
        odd = self.say_bank(PAYOUT_REF, 96.80, journal_id=self.provider.journal_id.id)
        self.run_job()
        self.assertUntouched(odd)
        self.assertFalse((own | odd).match_ids)

    def test_line_that_a_person_began_is_left_alone(self):
        invoice = self.owe(100.0)
        line = self.say_bank(invoice.name, 100.0)
        _liquidity, suspense, _others = line._seek_for_lines()
        suspense.account_id = self.company_data["default_account_revenue"]
        self.match(line)
        self.assertFalse(line.match_ids)
        self.assertEqual(invoice.amount_residual, 100.0)

    def test_proposal_goes_when_its_invoice_is_paid_otherwise(self):
        invoice = self.owe(100.0)
        guess = self.say_and_match("Thank you", 100.0)
        self.assertEqual(self.proposals(guess).move_line_id.move_id, invoice)
        self.say_and_match(invoice.name, 100.0)
        self.assertFalse(guess.match_ids)

    def test_one_bad_line_holds_up_nobody(self):
        good, bad = self.owe(100.0), self.owe(200.0)
        lines = self.say_bank(good.name, 100.0) | self.say_bank(bad.name, 200.0)
        match_class = type(self.env["account.match"])
        target = match_class._target

        def failing(match):
            if match.move_line_id.move_id == bad:
                raise ValueError("out of order")
            return target(match)

        with patch.object(match_class, "_target", failing):
            self.match(lines)
        self.assertMatchedWith(lines[0], good)
        self.assertUntouched(lines[1])
        self.assertEqual(self.proposals(lines[1]).failure, "out of order")
        self.match(lines[1])
        self.assertMatchedWith(lines[1], bad)

    def test_item_that_somebody_works_on_is_tried_again(self):
        invoice = self.owe(100.0)
        line = self.say_bank(invoice.name, 100.0)
        before = self.triggers()
        match_class = type(self.env["account.match"])
        busy = LockError("Somebody works on it.")
        with patch.object(match_class, "_lock", side_effect=busy):
            self.match(line)
        self.assertUntouched(line)
        self.assertIn("Somebody", line.best_match_evidence)
        self.assertGreater(self.triggers(), before)

    def test_queries_do_not_grow_with_the_lines(self):
        """Looking at lines costs the same number of searches for 5 and for 25."""

        def cost(number):
            for count in range(number):
                self.owe(10.0 + count)
            lines = self.env["account.bank.statement.line"]
            for count in range(number):
                lines |= self.say_bank(f"nothing {count}", 10.0 + count)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.match(lines)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        cost(2)
        few, many = cost(5), cost(25)
        self.assertLessEqual(many, few + 12)

    def test_button_matches_at_once_and_says_so(self):
        invoice = self.owe(100.0)
        lines = self.say_bank(invoice.name, 100.0) | self.say_bank("Rent", -900.0)
        message = lines.action_match()["params"]["message"]
        self.assertMatchedWith(lines[0], invoice, by="button")
        self.assertIn("1 matched", message)
        self.assertIn("1 without", message)

    def test_accept_button_takes_the_best_of_each_line(self):
        invoice = self.owe(100.0)
        lines = self.say_bank("Thank you", 100.0) | self.say_bank("Rent", -900.0)
        self.match(lines)
        message = lines.action_accept_proposal()["params"]["message"]
        self.assertMatchedWith(lines[0], invoice, by="person")
        self.assertIn("1 accepted", message)

    def test_rights(self):
        invoice = self.owe(100.0)
        line = self.say_and_match("Thank you", 100.0)
        seller = new_test_user(self.env, "seller", "sales_team.group_sale_salesman")
        biller = new_test_user(self.env, "biller", "account.group_account_invoice")
        accountant = new_test_user(
            self.env,
            "accountant",
            "integrated_payments.group_payment_manager",
            company_ids=[(6, 0, self.company.ids)],
            company_id=self.company.id,
        )
        with self.assertRaises(AccessError):
            line.match_ids.with_user(seller).action_accept()
        with self.assertRaises(AccessError):
            line.match_ids.with_user(biller).action_accept()
        line.with_user(accountant).action_accept_proposal()
        self.assertMatchedWith(line, invoice, by="person")
        self.assertEqual(line.match_ids.decided_by_id, accountant)
        line.with_user(accountant).action_undo_match()
        self.assertUntouched(line)
