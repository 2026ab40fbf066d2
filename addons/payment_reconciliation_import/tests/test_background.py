"""Large files: in the background, with progress, as a whole or not at all."""

from unittest.mock import patch

from odoo import SUPERUSER_ID, fields
from odoo.exceptions import UserError
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

    def test_nobody_matches_a_line_before_its_file_is_whole(self):
        """It may be taken back: the workbench leaves it out, and says so."""
        Line = self.env["account.bank.statement.line"].with_user(self.accountant)
        other = self.say_bank("by hand", 50.0)
        result = self.say_file(self.large())
        self.run_job(rounds=1)
        self.env.invalidate_all()
        of_bank = [("journal_id", "=", self.bank.id)]
        found = Line.workbench_lines(of_bank)
        self.assertEqual([line["id"] for line in found["lines"]], other.ids)
        self.assertEqual(found["progress"]["left"], 1)
        [words] = found["waiting"]
        self.assertIn("4 of 10 lines are there", words)
        line = (self.lines() - other)[:1].with_user(self.accountant)
        part = {"kind": "account", "id": self.transit.id}
        refused = {
            "post": lambda: line.workbench_post([part], of_bank),
            "partner": lambda: line.workbench_set_partner(self.partner.id, of_bank),
        }
        for name, act in refused.items():
            with self.subTest(name), self.assertRaisesRegex(UserError, "as a whole"):
                act()
        self.assertIn("as a whole", line.best_match_evidence)
        self.run_job()
        self.assertEqual(result.state, "done")
        self.env.invalidate_all()
        found = Line.workbench_lines(of_bank)
        self.assertEqual((len(found["lines"]), found["waiting"]), (11, []))
        line.workbench_post([part], of_bank)
        self.assertTrue(line.is_reconciled)

    def test_the_card_proves_nothing_before_the_file_is_whole(self):
        self.say_file(self.large())
        self.run_job(rounds=1)

        def card():
            self.env.invalidate_all()
            return self.bank._get_journal_dashboard_data_batched()[self.bank.id]

        self.assertIn("4 of 10 lines are there", card()["bank_importing"])
        self.assertFalse(card()["bank_proof"])
        self.run_job()
        self.assertFalse(card()["bank_importing"])
        self.assertEqual(card()["bank_proof"], "green")

    def test_a_proposal_waits_for_its_file(self):
        invoice = self.owe(1.0)
        self.say_file(self.large())
        self.run_job(rounds=1)
        line = self.lines().filtered(lambda each: each.amount == 1.0)
        match = (
            self.env["account.match"]
            .sudo()
            .create(
                {
                    "statement_line_id": line.id,
                    "move_line_id": invoice.line_ids.filtered("date_maturity").id,
                }
            )
        )
        with self.assertRaisesRegex(UserError, "as a whole"):
            match.with_user(self.accountant).sudo(False).action_accept()
        self.assertUntouched(line)

    def test_lines_that_could_not_be_taken_back_wait(self):
        result = self.say_file(self.large())
        self.run_job(rounds=1)
        part = type(self.env["bank.statement.file.part"])
        file = type(self.env["bank.statement.file"])
        with (
            patch.object(part, "_make", side_effect=ValueError("disk is full")),
            patch.object(file, "_take_back_some", side_effect=ValueError("locked")),
        ):
            self.run_job(rounds=1)
        self.env.invalidate_all()
        self.assertEqual(result.state, "failed")
        self.assertIn("disk is full", result.failure)
        self.assertIn("4 lines are in the books", result.failure)
        found = self.env["account.bank.statement.line"].workbench_lines([])
        self.assertIn("4 of its lines could not be taken back", found["waiting"][0])

    def test_many_lines_are_taken_back_in_parts(self):
        """A year's file would outlast the request of who presses the button."""
        self.patch(bank_statement_file_job, "TAKE_BACK", 4)
        result = self.say_file(self.large()).with_user(self.accountant)
        self.run_job()
        result.action_take_back()
        self.assertEqual((result.state, len(self.lines())), ("taking_back", 10))
        self.run_job(rounds=1)
        self.env.invalidate_all()
        self.assertEqual((result.state, len(self.lines())), ("taking_back", 6))
        Line = self.env["account.bank.statement.line"].with_user(self.accountant)
        found = Line.workbench_lines([("journal_id", "=", self.bank.id)])
        self.assertFalse(found["lines"])
        self.assertIn("is being taken back", found["waiting"][0])
        self.run_job()
        self.env.invalidate_all()
        self.assertEqual((result.state, result.line_count), ("taken_back", 0))
        self.assertFalse(self.lines())
        self.assertFalse(result.statement_ids)

    def test_what_fails_late_is_taken_back_in_parts(self):
        self.patch(bank_statement_file_job, "TAKE_BACK", 4)
        result = self.say_file(self.large())
        self.run_job(rounds=2)
        part = type(self.env["bank.statement.file.part"])
        with patch.object(part, "_make", side_effect=ValueError("disk is full")):
            self.run_job(rounds=1)
        self.env.invalidate_all()
        self.assertEqual((result.state, len(self.lines())), ("taking_back", 4))
        self.run_job()
        self.env.invalidate_all()
        self.assertEqual((result.state, len(self.lines())), ("failed", 0))
        self.assertEqual(result.failure, "disk is full")
        result.with_user(self.accountant).action_retry()
        self.run_job()
        self.assertEqual((result.state, len(self.lines())), ("done", 10))

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

    def test_a_statement_is_summed_up_once(self):
        """Not with each part: that would read all lines of the year each time."""
        statement = type(self.env["account.bank.statement"])
        result = self.say_file(self.large(18))  # five parts
        counts = []
        summed_up = statement._compute_balance_end

        def count(records):
            counts[-1] += 1
            return summed_up(records)

        self.patch(statement, "_compute_balance_end", count)
        for _part in range(5):
            counts.append(0)
            self.run_job(rounds=1)
            self.env.flush_all()
            self.env.invalidate_all()
        self.assertEqual(counts[1:4], [0, 0, 0])
        self.run_job()
        self.assertEqual(result.state, "done")
        found = result.statement_ids
        self.assertEqual(found.balance_end, sum(range(1, 19)))
        self.assertTrue(found.is_complete)
        self.assertEqual(found.journal_id, self.bank)
        self.assertEqual(
            found.first_line_index, min(self.lines().mapped("internal_index"))
        )
        self.assertEqual(found.date, self.lines()[:1].date)

    def test_the_last_lines_are_known_meanwhile(self):
        """The last part brings nothing new, and yet the statement is summed up."""
        result = self.say_file(self.large(10))
        self.run_job(rounds=2)
        self.say_file(camt(entry(9, "x9", "B9"), entry(10, "x10", "B10")))
        self.run_job()
        found = result.statement_ids
        self.assertEqual((result.state, result.known_count), ("done", 2))
        self.assertEqual(found.balance_end, found.balance_end_real)
        self.assertTrue(found.is_complete)

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
