from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import freeze_time, new_test_user, tagged

from ..gateway.errors import RetryLater
from ..gateway.types import Balance
from .common import PAID_AT, IntegratedPaymentsCommon

LOGGER = "odoo.addons.integrated_payments.models.payment_proof"
ACTIVITY = "integrated_payments.activity_balance_differs"


@tagged("-at_install", "post_install")
class TestBalanceProof(IntegratedPaymentsCommon):
    """Gateway against ledger: recorded, explained cause by cause, and told."""

    def setUp(self):
        super().setUp()
        self.tx = self._create_transaction(
            "direct", amount=100.0, reference="P-1", provider_reference="pi_1"
        )
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        self.movement = self.tx.balance_transaction_ids
        self.entry = self.movement.statement_line_id.move_id

    def prove(self):
        """Prove and return the new record of the one currency."""
        self.stripe._prove_balance()
        return self.stripe.proof_ids.search([], limit=1)

    def causes(self, proof):
        """Return {cause: amount} and check that the causes are the difference."""
        found = {line.kind: line.amount for line in proof.line_ids}
        self.assertAlmostEqual(sum(found.values()), proof.difference)
        return found

    def add_movement(self, state, ref="txn_x", net=500):
        """Odoo knows a movement that is in no entry."""
        self.say_movement(ref, "topup", net)
        Movement = self.env["payment.balance.transaction"].sudo()
        facts = [self.gateway.facts["balance_transaction", ref]]
        record = Movement._store(self.stripe, facts)[ref]
        record.state = state
        return record

    # === The record === #

    def test_the_parts_of_the_balance_are_kept_apart(self):
        self.gateway.totals = {"USD": Balance(available=9000, pending=680, reserved=80)}
        proof = self.prove()
        parts = (proof.available, proof.pending, proof.reserved, proof.gateway)
        self.assertEqual(parts, (90.0, 6.8, 0.8, 96.8))
        self.assertEqual((proof.books, proof.difference), (96.8, 0.0))
        self.assertEqual(proof.state, "green")
        self.assertFalse(proof.line_ids)

    def test_each_run_leaves_a_record_per_currency(self):
        self.gateway.totals = {"USD": 9680, "EUR": 100}
        self.stripe._prove_balance()
        self.stripe._prove_balance()
        states = self.stripe.proof_ids.sorted("id").mapped(
            lambda proof: (proof.currency_id.name, proof.state)
        )
        self.assertEqual(states, [("EUR", "red"), ("USD", "green")] * 2)

    def test_entries_dated_later_are_told_apart(self):
        """A period that is locked ahead: the ledger of today lacks what is posted."""
        with freeze_time("2026-02-01"):
            proof = self.prove()
        amounts = (proof.gateway, proof.ledger, proof.later, proof.difference)
        self.assertEqual(amounts, (96.8, 0.0, 96.8, 0.0))
        self.assertEqual(proof.state, "green")
        opened = proof.action_open_later()
        found = self.env["account.move.line"].search(opened["domain"])
        self.assertEqual(found.move_id, self.entry)

    def test_old_greens_go_but_the_last_of_a_month_stays(self):
        for day in ("2026-01-03", "2026-01-30", "2026-02-02"):
            with freeze_time(day):
                self.prove()
        self.gateway.totals = {"USD": 1}
        with freeze_time("2026-02-01"):
            red = self.prove()
        with freeze_time("2026-11-01"):
            self.env["payment.balance.proof"].sudo()._gc_green()
        kept = self.stripe.proof_ids
        self.assertIn(red, kept)
        days = {str(proof.proved_at.date()) for proof in kept}
        self.assertIn("2026-01-30", days)
        self.assertNotIn("2026-01-03", days)

    # === The causes === #

    def test_known_but_without_entry(self):
        for state in ("pending", "parked", "shadow"):
            with self.subTest(state), self.env.cr.savepoint():
                record = self.add_movement(state, ref=f"txn_{state}")
                proof = self.prove()
                self.assertEqual(proof.state, "red")
                found = self.causes(proof)
                self.assertEqual(found[state], 5.0)
                line = proof.line_ids.filtered_domain([("kind", "=", state)])
                opened = line.action_open()
                records = self.env[opened["res_model"]].search(opened["domain"])
                self.assertEqual(records, record)
                self.assertTrue(line.advice)

    def test_entry_set_to_draft(self):
        self.entry.button_draft()
        proof = self.prove()
        self.assertEqual(self.causes(proof), {"unposted": 96.8})
        opened = proof.line_ids.action_open()
        items = self.env["account.move.line"].search(opened["domain"])
        self.assertEqual(items.move_id, self.entry)

    def test_entry_with_another_amount(self):
        line = self.movement.statement_line_id
        line.action_undo_reconciliation()
        line.amount = 96.0
        self.assertEqual(self.causes(self.prove()), {"altered": 0.8})

    def test_entry_deleted(self):
        line = self.movement.statement_line_id
        line.action_undo_reconciliation()
        line.move_id.button_draft()
        line.unlink()
        self.assertEqual(self.causes(self.prove()), {"deleted": 96.8})

    def test_entry_by_hand(self):
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.stripe.journal_id.id,
                "payment_ref": "typed by somebody",
                "amount": 12.34,
            }
        )
        proof = self.prove()
        self.assertEqual(self.causes(proof), {"manual": -12.34})
        opened = proof.line_ids.action_open()
        items = self.env["account.move.line"].search(opened["domain"])
        self.assertEqual(items.move_id, line.move_id)

    def test_movement_that_odoo_has_not_heard_of_is_fetched(self):
        now = fields.Datetime.now().replace(tzinfo=PAID_AT.tzinfo)
        self.say_movement("txn_lost", "topup", 700, created=now - timedelta(hours=1))
        proof = self.prove()
        self.assertEqual(self.causes(proof), {"unknown": 7.0})
        self.assertEqual(proof.line_ids.gateway_refs, ["txn_lost"])
        opened = proof.line_ids.action_fetch()
        again = self.env["payment.balance.proof"].browse(opened["res_id"])
        self.assertEqual(again.state, "green")
        self.assertEqual(again.books, 103.8)

    def test_what_no_record_explains_is_said_so(self):
        self.gateway.totals = {"USD": 9681}
        self.assertEqual(self.causes(self.prove()), {"rest": 0.01})

    def test_several_causes_add_up(self):
        self.add_movement("pending")
        self.entry.button_draft()
        self.gateway.totals = {"USD": 9680 + 500 + 7}
        found = self.causes(self.prove())
        self.assertEqual(found, {"pending": 5.0, "unposted": 96.8, "rest": 0.07})

    # === The alert === #

    def test_alert_when_it_stays_red_and_closed_when_green(self):
        journal = self.stripe.journal_id
        self.gateway.totals = {"USD": 9000}
        start = fields.Datetime.now()
        with freeze_time(start):
            self.prove()
        self.assertFalse(journal.activity_search([ACTIVITY]))
        with freeze_time(start + timedelta(minutes=10)):
            proof = self.prove()
        activity = journal.activity_search([ACTIVITY])
        self.assertEqual(activity.user_id, self.company._payment_responsible())
        self.assertIn("6.80", activity.summary)
        self.assertIn(f'data-oe-id="{proof.id}"', activity.note)
        self.gateway.totals = {"USD": 8000}
        with freeze_time(start + timedelta(days=1)):
            self.prove()
        self.assertEqual(journal.activity_search([ACTIVITY]), activity)
        self.assertIn("16.80", activity.summary)
        self.gateway.totals = {}
        self.prove()
        self.assertFalse(journal.activity_search([ACTIVITY]))

    def test_first_difference_is_looked_at_again(self):
        self.gateway.totals = {"USD": 9000}
        self.stripe.sudo()._prove_or_warn()
        again = self.triggers()
        self.assertEqual(len(again), 1)
        self.assertGreater(again.call_at, fields.Datetime.now())
        self.stripe.sudo()._prove_or_warn()
        self.assertEqual(self.triggers(), again)

    def triggers(self):
        cron = self.env.ref("integrated_payments.cron_post_and_prove")
        return self.env["ir.cron.trigger"].sudo().search([("cron_id", "=", cron.id)])

    def test_gateway_that_cannot_be_asked_leaves_the_last_proof(self):
        before = self.prove()

        def fail():
            raise RetryLater("no network")

        self.gateway.balance = fail
        with self.assertLogs(LOGGER, "WARNING"):
            self.stripe.sudo()._prove_or_warn()
        self.assertEqual(self.stripe.proof_ids.search([], limit=1), before)

    # === Where it is seen === #

    def test_journal_card_shows_the_proof(self):
        journal = self.stripe.journal_id
        self.prove()
        data = journal._get_journal_dashboard_data_batched()[journal.id]
        self.assertEqual(data["gateway_proof"]["state"], "green")
        self.gateway.totals = {"USD": 9000}
        proof = self.prove()
        data = journal._get_journal_dashboard_data_batched()[journal.id]
        self.assertEqual(data["gateway_proof"]["state"], "red")
        self.assertIn("6.80", data["gateway_proof"]["difference"])
        self.assertEqual(journal.action_open_gateway_proof()["res_id"], proof.id)
        bank = self.company_data["default_journal_bank"]
        data = bank._get_journal_dashboard_data_batched()[bank.id]
        self.assertNotIn("gateway_proof", data)

    def test_who_sees_proofs(self):
        proof = self.prove()
        groups = {
            "account.group_account_user": True,
            "account.group_account_readonly": True,
            "account.group_account_invoice": False,
            "sales_team.group_sale_salesman": False,
        }
        for number, (group, allowed) in enumerate(groups.items()):
            user = new_test_user(self.env, f"proof{number}", group)
            user.write({"company_ids": self.company.ids, "company_id": self.company.id})
            theirs = proof.with_user(user).with_company(self.company)
            if allowed:
                self.assertEqual(theirs.read(["gateway"])[0]["gateway"], 96.8)
            else:
                with self.assertRaises(AccessError):
                    theirs.read(["gateway"])
            card = self.stripe.journal_id.with_user(user)._gateway_proofs()
            self.assertEqual(bool(card), allowed)

    def test_other_companies_proofs_are_hidden(self):
        proof = self.prove()
        other = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "elsewhere",
            "account.group_account_user",
            company_id=other.id,
            company_ids=other.ids,
        )
        self.assertFalse(proof.with_user(user).search([("id", "=", proof.id)]))

    def test_accountant_proves_again(self):
        proof = self.prove()
        user = new_test_user(self.env, "prover", "account.group_account_user")
        user.write({"company_ids": self.company.ids, "company_id": self.company.id})
        opened = proof.with_user(user).action_prove_again()
        self.assertNotEqual(opened["res_id"], proof.id)
