"""What is not as it should be at the bank: found once, closed by itself."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .common import ReconciliationCommon


@tagged("post_install", "-at_install")
class TestDiscrepancies(ReconciliationCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write({"bank_unknown_days": 0, "bank_old_days": 30})

    def find(self, reason=None):
        """Look for discrepancies; return those of this company that are open."""
        Discrepancy = self.env["bank.discrepancy"]
        Discrepancy.sudo()._cron_find()
        domain = [("company_id", "=", self.company.id), ("state", "=", "open")]
        if reason:
            domain.append(("reason", "=", reason))
        return Discrepancy.search(domain)

    def recent(self, text, amount, **values):
        return self.say_and_match(text, amount, date=fields.Date.today(), **values)

    def test_nothing_to_clear_up(self):
        invoice = self.owe(100.0)
        self.recent(invoice.name, 100.0)
        self.assertFalse(self.find())

    def test_bank_line_twice(self):
        lines = self.recent("rent", -10.0) | self.recent("rent", -10.0)
        self.recent("rent", -11.0)
        found = self.find("duplicate_line")
        self.assertEqual(found.statement_line_id, lines.sorted("id")[-1])
        self.assertIn("10.00", found.explanation)
        self.assertIn(lines.sorted("id")[0].move_id.name, found.explanation)
        found.statement_line_id.unlink()
        self.assertFalse(self.find("duplicate_line"))
        self.assertEqual(found.state, "solved")

    def test_paid_twice(self):
        invoice = self.owe(100.0)
        self.recent(invoice.name, 100.0)
        again = self.recent(f"{invoice.name} again", 100.0)
        found = self.find("duplicate_payment")
        self.assertEqual(found.statement_line_id, again)
        self.assertIn(invoice.name, found.explanation)

    def test_too_little_and_too_much(self):
        invoice = self.owe(100.0)
        line = self.recent(invoice.name, 98.0)
        found = self.find("short_payment")
        self.assertEqual(found.statement_line_id, line)
        self.assertIn(invoice.name, found.explanation)
        line.match_ids.action_accept()
        self.assertFalse(self.find("short_payment"))
        self.assertEqual(found.state, "solved")
        other = self.owe(50.0)
        line = self.recent(other.name, 60.0)
        self.assertEqual(self.find("over_payment").statement_line_id, line)

    def test_payout_that_does_not_come(self):
        payout = self.say_paid_out()
        self.assertFalse(self.find("missing_payout"))
        self.recent("rent", -10.0)
        found = self.find("missing_payout")
        self.assertEqual(found.payout_id, payout)
        self.assertIn(payout.gateway_ref, found.explanation)
        self.say_and_match(f"STRIPE {payout.gateway_ref}", 96.8)
        self.assertFalse(self.find("missing_payout"))

    def test_payout_of_another_amount(self):
        payout = self.say_paid_out()
        line = self.say_and_match(f"STRIPE {payout.gateway_ref}", 96.0)
        found = self.find("payout_differs")
        self.assertEqual((found.payout_id, found.statement_line_id), (payout, line))
        self.assertAlmostEqual(found.amount, -0.8)

    def test_unknown_money(self):
        line = self.recent("from heaven", 777.0)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE account_bank_statement_line SET create_date = %s WHERE id = %s",
            [fields.Datetime.now() - timedelta(days=5), line.id],
        )
        found = self.find("unknown_money")
        self.assertEqual(found.statement_line_id, line)
        self.assertEqual(found.user_id, self.company._payment_responsible())
        self.assertEqual(len(found.activity_ids), 1)
        self.find()
        self.assertEqual(len(found.activity_ids), 1)

    def test_old_line(self):
        old = fields.Date.today() - timedelta(days=40)
        line = self.say_and_match("rent", -10.0, date=old)
        found = self.find("old_line")
        self.assertEqual(found.statement_line_id, line)
        self.assertIn("40 days", found.explanation)
        self.company.bank_old_days = 0
        self.assertFalse(self.find("old_line"))

    def test_accepted_is_not_asked_again(self):
        self.recent("rent", -10.0)
        self.recent("rent", -10.0)
        found = self.find("duplicate_line")
        found.action_accept()
        self.assertFalse(found.activity_ids)
        self.assertFalse(self.find("duplicate_line"))
        found.action_reopen()
        self.assertEqual(self.find("duplicate_line"), found)

    def test_back_again(self):
        invoice = self.owe(100.0)
        line = self.recent(invoice.name, 98.0)
        found = self.find("short_payment")
        line.match_ids.action_accept()
        self.find()
        self.assertEqual(found.state, "solved")
        found.state = "solved"
        line.action_undo_match()
        self.match(line)
        self.assertIn(found.state, ("open", "solved"))

    def test_queries_do_not_grow(self):
        def cost(count):
            for number in range(count):
                self.recent(f"text {number}", -10.0)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.env["bank.discrepancy"].sudo()._cron_find()
            return self.env.cr.sql_log_count - before

        cost(1)
        self.assertLess(abs(cost(20) - cost(1)), 10)
