"""The end of a month: the bank reconciliation report and the closing checklist."""

from odoo.exceptions import UserError
from odoo.fields import Command, Date
from odoo.tests import Form, tagged

from .common import ReconciliationCommon

END = Date.to_date("2026-03-31")


@tagged("post_install", "-at_install")
class TestMonthEnd(ReconciliationCommon):
    def report(self, date=END):
        return self.env["bank.reconciliation.report"].create(
            {"journal_id": self.bank.id, "date": date}
        )

    def statement(self, lines, start=0.0):
        return self.env["account.bank.statement"].create(
            {
                "name": "2026-03",
                "line_ids": [Command.set(lines.ids)],
                "balance_start": start,
                "balance_end_real": start + sum(lines.mapped("amount")),
            }
        )

    # === The report === #

    def test_the_empty_form(self):
        with Form(self.env["bank.reconciliation.report"]) as form:
            self.assertFalse(form.currency_id)
            form.journal_id = self.bank
            self.assertEqual(form.difference, 0.0)
            self.assertEqual(form.currency_id, self.bank.company_id.currency_id)

    def test_ledger_equals_statement(self):
        invoice = self.owe(100.0)
        lines = self.say_and_match(invoice.name, 100.0) | self.say_bank("rent", -30.0)
        statement = self.statement(lines)
        report = self.report()
        self.assertEqual(report.statement_id, statement)
        self.assertEqual(report.statement_balance, 70.0)
        self.assertEqual(report.ledger_balance, 70.0)
        self.assertEqual(report.difference, 0.0)
        self.assertEqual(report.unmatched_amount, -30.0)
        self.assertEqual(report.unmatched_line_ids, lines[-1:])

    def test_the_opening_balance(self):
        """What the ledger had before the first bank line is in the statement."""
        self.enter(1000.0, "2025-12-31")
        self.statement(self.say_bank("rent", -30.0), start=1000.0)
        report = self.report()
        self.assertEqual(report.statement_balance, 970.0)
        self.assertEqual(report.ledger_balance, 970.0)
        self.assertEqual(report.direct_amount, 0.0)
        self.assertEqual(report.difference, 0.0)

    def test_lines_since_the_statement_and_entries_by_hand(self):
        self.statement(self.say_bank("rent", -30.0))
        self.say_bank("later", 55.0, date="2026-03-20")
        entry = self.enter(7.0, "2026-03-15")
        report = self.report()
        self.assertEqual(report.statement_balance, -30.0)
        self.assertEqual(report.later_amount, 55.0)
        self.assertEqual(report.direct_amount, 7.0)
        self.assertEqual(report.ledger_balance, 32.0)
        self.assertEqual(report.difference, 0.0)
        self.assertEqual(report.direct_item_ids.move_id, entry)

    def test_a_statement_that_does_not_add_up(self):
        statement = self.statement(self.say_bank("rent", -30.0))
        statement.balance_end_real = -25.0
        self.assertEqual(self.report().difference, -5.0)

    def test_outstanding(self):
        self.bank.inbound_payment_method_line_ids.payment_account_id = self.env[
            "account.account"
        ].create(
            {
                "name": "Outstanding receipts",
                "code": "1099",
                "account_type": "asset_current",
                "reconcile": True,
            }
        )
        invoice = self.owe(100.0)
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create(
            {"journal_id": self.bank.id, "payment_date": "2026-03-10"}
        )._create_payments()
        report = self.report()
        self.assertEqual(report.outstanding_in, 100.0)
        self.assertEqual(report.outstanding_out, 0.0)
        self.say_and_match(invoice.name, 100.0)
        report.invalidate_recordset()
        self.assertEqual(report.outstanding_in, 0.0)

    def test_printed(self):
        self.say_bank("rent & <b>more</b>", -30.0)
        report = self.report()
        html, _kind = self.env["ir.actions.report"]._render_qweb_html(
            "payment_reconciliation.bank_reconciliation", report.ids
        )
        text = html.decode()
        self.assertIn("House Bank", text)
        self.assertIn("rent &amp; &lt;b&gt;more", text)
        self.assertEqual(report.action_print()["type"], "ir.actions.report")

    # === The checklist === #

    def close(self, **values):
        return self.env["bank.month.close"].create(
            {"company_id": self.company.id, "date": "2026-03-05", **values}
        )

    def left(self, close):
        return {step.kind for step in close.step_ids if not step.is_done}

    def test_what_is_left_to_do(self):
        line = self.say_bank("rent", -30.0)
        self.say_paid_out()
        close = self.close()
        self.assertEqual(close.date, END)
        self.assertEqual(self.left(close), {"statements", "unmatched", "payouts"})
        with self.assertRaisesRegex(UserError, "Left to do"):
            close.action_close()
        step = close.step_ids.filtered(lambda each: each.kind == "unmatched")
        action = step.action_open()
        self.assertEqual(action["res_model"], "account.bank.statement.line")
        self.assertEqual(step.left_ids, line.ids)

    def test_closed_when_all_is_done(self):
        invoice = self.owe(100.0)
        self.say_and_match(invoice.name, 100.0)
        self.say_bank("next month", 1.0, date="2026-04-01")
        close = self.close()
        self.assertFalse(self.left(close))
        close.action_close()
        self.assertEqual(close.state, "closed")
        self.assertEqual(self.company.fiscalyear_lock_date, END)
        close.action_reopen()
        self.assertEqual(self.company.fiscalyear_lock_date, Date.to_date("2026-02-28"))

    def test_closed_although(self):
        invoice = self.owe(100.0)
        self.say_and_match(invoice.name, 100.0)
        close = self.close()
        self.assertEqual(self.left(close), {"statements"})
        close.reason = "The bank sends no lines before April 2"
        close.action_close()
        self.assertEqual(close.state, "closed")

    def test_an_earlier_lock_is_kept(self):
        self.company.fiscalyear_lock_date = "2026-06-30"
        close = self.close(reason="late")
        close.action_close()
        self.assertEqual(self.company.fiscalyear_lock_date, Date.to_date("2026-06-30"))
        close.action_reopen()
        self.assertEqual(self.company.fiscalyear_lock_date, Date.to_date("2026-06-30"))

    def test_nothing_lands_in_a_closed_month(self):
        invoice = self.owe(100.0)
        self.close(reason="try").action_close()
        before = self.report().ledger_balance
        try:
            with self.env.cr.savepoint():
                line = self.say_and_match(invoice.name, 100.0)
                self.assertGreater(line.move_id.date, END)
        except UserError:
            self.assertFalse(invoice.matched_payment_ids)
        self.assertEqual(self.report().ledger_balance, before)
