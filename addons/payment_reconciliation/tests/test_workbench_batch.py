"""Many proposals at once: which are sure, what they book in sum, errors by line."""

from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_workbench import EVERY, WorkbenchCommon


@tagged("post_install", "-at_install")
class TestWorkbenchBatch(WorkbenchCommon):
    def batch(self):
        Line = self.env["account.bank.statement.line"]
        found = Line.workbench_batch([("journal_id", "=", self.bank.id)])
        return {row["id"]: row for row in found["lines"]}

    def propose(self, *lines):
        for line in lines:
            line._match("button", post=False)

    def test_what_is_sure(self):
        exact, short = self.owe(101.0), self.owe(202.0)
        sure = self.say_bank(f"thanks {exact.name}", 101.0)
        less = self.say_bank(f"thanks {short.name}", 200.0)
        nothing = self.say_bank("who is it", 77.7)
        self.propose(sure, less, nothing)
        rows = self.batch()
        self.assertEqual(set(rows), {sure.id, less.id})
        self.assertTrue(rows[sure.id]["is_sure"])
        self.assertFalse(rows[less.id]["is_sure"])
        self.assertIn("The amount differs.", rows[less.id]["held"])
        receivable = self.receivable(exact).account_id.display_name
        self.assertEqual(
            rows[sure.id]["accounts"],
            [[self.bank.default_account_id.display_name, 101.0], [receivable, -101.0]],
        )

    def test_what_was_undone_is_not_offered(self):
        invoice = self.owe(101.0)
        line = self.say_bank(f"thanks {invoice.name}", 101.0)
        self.propose(line)
        line.workbench_accept(self.proposals(line).id, EVERY)
        line.workbench_undo(EVERY)
        self.assertNotIn(line.id, self.batch())

    def test_two_lines_for_one_item(self):
        invoice = self.owe(101.0)
        lines = [self.say_bank(f"thanks {invoice.name}", 101.0) for _each in "ab"]
        self.propose(*lines)
        rows = self.batch()
        self.assertEqual(sum(row["is_sure"] for row in rows.values()), 1)
        self.assertEqual(sum(row["is_taken"] for row in rows.values()), 1)

    def test_one_that_fails_holds_up_no_other(self):
        first, second, third = (self.owe(amount) for amount in (101.0, 202.0, 303.0))
        lines = self.env["account.bank.statement.line"]
        for invoice in (first, second, third):
            lines |= self.say_bank(f"thanks {invoice.name}", invoice.amount_total)
        self.propose(*lines)
        ids = [self.proposals(line).id for line in lines]
        Match = type(self.env["account.match"])
        accept, refused = Match.action_accept, self.proposals(lines[1])

        def action_accept(match):
            if match == refused:
                raise UserError(self.env._("The books say no."))
            return accept(match)

        with patch.object(Match, "action_accept", action_accept):
            result = lines.workbench_accept_many(ids)
        self.assertEqual(result["posted"], (lines[0] | lines[2]).ids)
        [error] = result["errors"]
        self.assertEqual(error["id"], lines[1].id)
        self.assertIn("say no", error["error"])
        self.assertEqual(first.payment_state, "paid")
        self.assertEqual(second.payment_state, "not_paid")
        changed = lines.workbench_changed(lines.ids, EVERY)
        states = [row["state"] for row in changed["rows"]]
        self.assertEqual(sorted(states), ["matched", "matched", "proposed"])
        (lines[0] | lines[2]).workbench_undo(EVERY, True)
        self.assertEqual(len(self.batch()), 3)

    def test_gone_meanwhile(self):
        invoice = self.owe(101.0)
        line = self.say_bank(f"thanks {invoice.name}", 101.0)
        self.propose(line)
        match = self.proposals(line)
        number = match.id
        match.sudo().unlink()
        result = line.workbench_accept_many([number])
        self.assertFalse(result["posted"])
        self.assertIn("gone", result["errors"][0]["error"])
