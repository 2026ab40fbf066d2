"""Trials of models, and models that are proposed from what persons book."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import new_test_user, tagged

from .test_reconcile_model import ModelsCommon


@tagged("-at_install", "post_install")
class TestReconcileModelHabits(ModelsCommon):
    def book(self, text, amount, account):
        """Book a bank line as a person does who edits its entry."""
        line = self.say_bank(text, amount, date=fields.Date.today() - timedelta(days=9))
        _liquidity, suspense, _others = line._seek_for_lines()
        line.move_id.with_context(skip_readonly_check=True).write(
            {"line_ids": [Command.update(suspense.id, {"account_id": account.id})]}
        )
        self.assertTrue(line.is_reconciled)
        return line

    def propose(self):
        return self.env["account.reconcile.model"]._propose_from_ledger(self.company)

    def test_three_times_the_same_is_proposed_and_accepted(self):
        for month in (1, 2):
            self.book(f"Office rent 0{month}/2026", -500.0, self.rent)
        self.assertFalse(self.propose())
        self.book("Office rent 03/2026", -510.0, self.rent)
        model = self.propose()
        self.assertEqual(len(model), 1)
        self.assertEqual(model.line_ids.account_id, self.rent)
        self.assertEqual(
            (model.match_label, model.match_label_param), ("contains", "office rent")
        )
        self.assertFalse(model.active)
        self.assertIn("3 times", model.activity_ids.note)
        self.assertTrue(
            model.activity_ids.user_id.has_group(
                "integrated_payments.group_payment_manager"
            )
        )
        self.assertFalse(self.say_and_match("Office rent 04/2026", -500.0).match_ids)
        self.assertFalse(self.propose(), "it is proposed once")
        model.action_accept_proposal()
        self.assertFalse(model.activity_ids)
        line = self.say_and_match("Office rent 05/2026", -500.0)
        self.assertUntouched(line)
        self.proposals(line).action_accept()
        self.assertEqual(self.booked(line), {self.rent: 500.0})

    def test_what_is_dismissed_is_never_proposed_again(self):
        for month in (1, 2, 3):
            self.book(f"Office rent 0{month}/2026", -500.0, self.rent)
        model = self.propose()
        model.action_dismiss_proposal()
        self.assertFalse(model.activity_ids)
        self.assertFalse(model.active)
        self.book("Office rent 04/2026", -500.0, self.rent)
        self.assertFalse(self.propose())

    def test_no_habit_is_seen_where_there_is_none(self):
        for month, account in enumerate((self.rent, self.rent, self.rent, self.fees)):
            self.book(f"Office rent 0{month}/2026", -500.0, account)
        receivable = self.company_data["default_account_receivable"]
        for month in (1, 2, 3):
            self.book(f"Money of somebody 0{month}", 500.0, receivable)
            self.book(f"Mixed way 0{month}", 5.0 * (month - 2.5), self.fees)
        self.assertFalse(self.propose())

    def test_what_a_model_booked_is_no_habit(self):
        self.model()
        for amount in (-1.0, -2.0, -3.0):
            self.say_and_match("Bank fee", amount)
            self.book("Bank fee", amount, self.fees)
        self.assertFalse(self.propose(), "a model takes it already")

    def test_habits_are_looked_for_after_a_person_has_booked(self):
        booker = new_test_user(
            self.env,
            "booker",
            groups="account.group_account_user",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
        )
        line = self.say_bank("Office rent", -5.0)
        cron = self.env.ref("payment_reconciliation.cron_propose_models")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        _liquidity, suspense, _others = line._seek_for_lines()
        move = line.move_id.with_user(booker)
        move.button_draft()
        change = Command.update(suspense.id, {"account_id": self.rent.id})
        move.write({"line_ids": [change]})
        move.action_post()
        self.assertTrue(line.is_reconciled)
        later = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(len(later - triggers), 1)

    def test_a_trial_posts_nothing(self):
        model = self.model()
        line = self.say_bank("Bank fee", -12.1)
        other = self.say_bank("Else", -12.1)
        result = model.action_try()
        trial = self.env[result["res_model"]].browse(result["res_id"])
        self.assertEqual(trial.line_ids.statement_line_id, line)
        self.assertIn("600900", trial.line_ids.entry)
        self.assertIn("12.10", trial.line_ids.entry)
        self.assertFalse(trial.line_ids.problem)
        self.assertGreaterEqual(trial.looked_at, 2)
        for each in line | other:
            self.assertUntouched(each)
            self.assertFalse(each.match_ids)
        model.line_ids.amount_string = "50"
        result = model.action_try()
        trial = self.env[result["res_model"]].browse(result["res_id"])
        self.assertIn("leave", trial.line_ids.problem)
