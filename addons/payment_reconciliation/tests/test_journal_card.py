"""A bank's card on the dashboard."""

from odoo import fields
from odoo.fields import Command
from odoo.tests import tagged

from .common import ReconciliationCommon


@tagged("post_install", "-at_install")
class TestJournalCard(ReconciliationCommon):
    def card(self, journal=None):
        journal = journal or self.bank
        journal.invalidate_recordset()
        return journal._get_journal_dashboard_data_batched()[journal.id]

    def test_what_waits(self):
        self.owe(100.0)
        self.say_and_match("thank you", 100.0)
        self.say_bank("who is it", 5.0)
        card = self.card()
        self.assertTrue(card["is_matched_bank"])
        self.assertEqual(card["number_to_reconcile"], 2)
        self.assertEqual(card["number_of_proposals"], 1)
        self.assertEqual(card["number_of_discrepancies"], 0)
        self.say_bank("who is it", 5.0)
        self.env["bank.discrepancy"].sudo()._cron_find()
        action = self.bank.action_open_bank_discrepancies()
        found = self.env["bank.discrepancy"].search(action["domain"])
        self.assertIn("duplicate_line", found.mapped("reason"))
        self.assertEqual(found.journal_id, self.bank)
        self.assertEqual(self.card()["number_of_discrepancies"], len(found))

    def test_the_proof(self):
        self.assertFalse(self.card()["bank_proof"], "no line yet")
        lines = self.say_bank("rent", -30.0) | self.say_bank("sale", 100.0)
        card = self.card()
        self.assertEqual(card["bank_proof"], "green")
        self.assertFalse(card["bank_statement_date"])
        self.env["account.bank.statement"].create(
            {
                "name": "2026-03",
                "line_ids": [Command.set(lines.ids)],
                "balance_start": 0.0,
                "balance_end_real": 70.0,
            }
        )
        self.say_bank("later", 5.0, date="2026-03-20")
        card = self.card()
        self.assertEqual(card["bank_proof"], "green")
        self.assertIn("2026", card["bank_statement_date"])
        self.assertFalse(card["bank_direct"])

    def proof(self):
        """Return the card's (colour, difference); the report must say the same."""
        self.env.invalidate_all()
        report = self.env["bank.reconciliation.report"].create(
            {"journal_id": self.bank.id, "date": fields.Date.context_today(self.bank)}
        )
        card, shown = self.card(), report.currency_id.format
        self.assertEqual(card["bank_difference"], shown(report.difference))
        direct = report.direct_amount and shown(report.direct_amount)
        self.assertEqual(card["bank_direct"] or 0.0, direct)
        agrees = report.currency_id.is_zero(report.difference)
        self.assertEqual(card["bank_proof"], "green" if agrees else "red")
        return card["bank_proof"], report.difference

    def state(self, lines, start, end, name="2026-03"):
        """Make a statement of lines."""
        return self.env["account.bank.statement"].create(
            {
                "name": name,
                "line_ids": [Command.set(lines.ids)],
                "balance_start": start,
                "balance_end_real": end,
            }
        )

    def test_the_card_judges_as_the_report_does(self):
        """Entries without a bank line are explained, and named; the rest is not."""
        self.enter(1000.0, "2025-12-31")  # the opening balance
        line = self.say_bank("rent", -30.0)
        self.assertEqual(self.proof(), ("green", 0.0))
        statement = self.state(line, 1000.0, 970.0)
        self.assertEqual(self.proof(), ("green", 0.0))
        self.assertFalse(self.card()["bank_direct"], "the statement contains it")
        self.enter(12.0, "2026-03-15")
        self.assertEqual(self.proof(), ("green", 0.0))
        self.assertIn("12.00", self.card()["bank_direct"])
        self.say_bank("later", 5.0, date="2026-03-20")
        self.assertEqual(self.proof(), ("green", 0.0))
        statement.balance_end_real = 975.0
        self.assertEqual(self.proof(), ("red", -5.0))
        tomorrow = fields.Date.add(fields.Date.context_today(line), days=1)
        self.say_bank("a day ahead", 7.0, date=tomorrow)
        self.enter(3.0, tomorrow)
        self.assertEqual(self.proof(), ("red", -5.0))

    def test_a_statement_without_all_its_lines(self):
        line = self.say_bank("rent", -30.0)
        self.env["account.bank.statement"].create(
            {
                "name": "2026-03",
                "line_ids": [Command.set(line.ids)],
                "balance_start": 0.0,
                "balance_end_real": -35.0,
            }
        )
        card = self.card()
        self.assertEqual(card["bank_proof"], "red")
        self.assertIn("5.00", card["bank_difference"])

    def test_one_query_a_figure(self):
        """As many queries for three banks as for one."""
        more = self.env["account.journal"].create(
            [
                {"name": f"Bank {code}", "code": code, "type": "bank"}
                for code in ("BKA", "BKB")
            ]
        )
        self.owe(100.0)
        for journal in self.bank | more:
            self.say_bank("thank you", 100.0, journal_id=journal.id)

        def queries(journals):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            for count in (
                journals._proposals_count,
                journals._discrepancies_count,
                journals._bank_proofs,
            ):
                count()
            return self.cr.sql_log_count - before

        queries(self.bank)
        self.assertEqual(queries(self.bank), queries(self.bank | more))

    def test_the_gateway_has_no_such_card(self):
        journal = self.provider.journal_id
        self.assertFalse(self.card(journal)["is_matched_bank"])

    def test_the_overview_names_what_waits(self):
        before = self.env["payment.overview"]._tasks()[-1]["count"]
        self.say_bank("who is it", 5.0)
        task = self.env["payment.overview"]._tasks()[-1]
        self.assertEqual(task["count"], before + 1)
        self.assertEqual(task["action"]["path"], "bank-reconcile")
