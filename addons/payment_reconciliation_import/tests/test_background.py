"""Large files: in the background, with progress, as a whole or not at all."""

from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.tests import tagged

from odoo.addons.payment_reconciliation_import.models import (
    bank_statement_file,
    bank_statement_file_job,
)

from .common import ImportCommon, camt, entry


@tagged("post_install", "-at_install")
class TestBackground(ImportCommon):
    def setUp(self):
        super().setUp()
        self.patch(bank_statement_file, "PART", 4)
        self.patch(bank_statement_file_job, "AT_ONCE", 5)

    def run_job(self, rounds=100):
        """Run the job for so many parts, its commits left out."""
        left = iter([60.0] * (rounds - 1) + [0.0])
        cron = type(self.env["ir.cron"])
        with patch.object(cron, "_commit_progress", lambda *a, **k: next(left)):
            self.env["bank.statement.file"].with_user(SUPERUSER_ID)._cron_import()

    def large(self, count=10, first=""):
        rows = [entry(n, f"{first}x{n}", f"B{n}") for n in range(1, count + 1)]
        return camt(*rows, opening=0, closing=sum(range(1, count + 1)))

    def test_state_and_progress(self):
        result = self.say_file(self.large())
        self.assertEqual((result.state, result.lines_done), ("queued", 0))
        self.assertFalse(self.lines())
        self.run_job(rounds=1)
        result.invalidate_recordset()
        self.assertEqual((result.state, result.lines_done), ("running", 4))
        self.assertEqual(result.progress, 40)
        self.run_job()
        self.assertEqual((result.state, result.lines_done), ("done", 10))
        self.assertEqual(len(self.lines()), 10)
        self.assertEqual(len(result.statement_ids), 1)
        self.assertTrue(result.statement_ids.is_complete)
        self.assertFalse(result.part_ids)
        self.assertEqual(
            self.lines().mapped("payment_ref"), [f"x{n}" for n in range(10, 0, -1)]
        )

    def test_nothing_is_matched_before_all_lines_are_there(self):
        invoice = self.owe(1.0)
        result = self.say_file(self.large(first=f"{invoice.name} "))
        self.run_job(rounds=1)
        lines = self.lines()
        Line = self.env["account.bank.statement.line"]
        self.assertFalse(Line.search(Line._to_match_domain()) & lines)
        self.match(lines)
        self.assertFalse(lines.filtered("is_reconciled"))
        self.run_job()
        self.assertEqual(result.state, "done")
        self.assertEqual(
            Line.search(Line._to_match_domain()) & self.lines(), self.lines()
        )

    def test_what_fails_midway_is_taken_back_as_a_whole(self):
        result = self.say_file(self.large())
        self.run_job(rounds=1)
        self.assertEqual(len(self.lines()), 4)
        part = type(self.env["bank.statement.file.part"])
        with patch.object(part, "_make", side_effect=ValueError("disk is full")):
            self.run_job(rounds=1)
        self.assertEqual(result.state, "failed")
        self.assertIn("disk is full", result.failure)
        self.assertFalse(self.lines())
        self.assertFalse(result.statement_ids)
        self.assertIn(
            self.accountant.partner_id, result.message_ids.notified_partner_ids
        )
        result.with_user(self.accountant).action_retry()
        self.run_job()
        self.assertEqual(result.state, "done")
        self.assertEqual(len(self.lines()), 10)
        self.assertTrue(result.statement_ids.attachment_ids)

    def test_period_that_is_closed_meanwhile(self):
        result = self.say_file(self.large())
        self.company.fiscalyear_lock_date = fields.Date.to_date("2026-03-31")
        self.run_job()
        self.assertEqual(result.state, "failed")
        self.assertIn("closed period", result.failure)
        self.assertFalse(self.lines())

    def test_lines_imported_meanwhile(self):
        """A small file brings a line while the large one waits: it is known then."""
        result = self.say_file(self.large())
        self.say_file(camt(entry(7, "x7", "B7")))
        self.run_job()
        self.assertEqual((result.state, result.known_count), ("done", 1))
        self.assertEqual(sorted(self.lines().mapped("amount")), list(range(1, 11)))
        self.assertTrue(result.statement_ids.is_complete)

    def test_many_lines(self):
        """A later part costs no more than the first."""
        self.patch(bank_statement_file, "PART", 100)
        result = self.say_file(self.large(300))
        before = self.env.cr.sql_log_count
        self.run_job(rounds=1)
        first = self.env.cr.sql_log_count - before
        before = self.env.cr.sql_log_count
        self.run_job(rounds=1)
        second = self.env.cr.sql_log_count - before
        self.assertLess(second, first * 1.3)
        self.run_job()
        self.assertEqual((result.state, len(self.lines())), ("done", 300))
