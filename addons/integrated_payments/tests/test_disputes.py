from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateway.errors import NeedsPerson
from .common import PAID_AT, IntegratedPaymentsCommon

OUTCOME_LOG = "odoo.addons.integrated_payments.models.payment_dispute_books"
LATER = PAID_AT + timedelta(days=30)


@tagged("-at_install", "post_install")
class TestDisputes(IntegratedPaymentsCommon):
    """From the bank's letter to the last entry: won, lost, and both after another."""

    def setUp(self):
        super().setUp()
        self.bill = self.init_invoice(
            "out_invoice",
            partner=self.partner,
            amounts=[100.0],
            invoice_date="2026-03-09",
            post=True,
        )
        self.tx = self._create_transaction(
            "direct",
            amount=100.0,
            currency_id=self.currency.id,
            reference="INV-1",
            provider_reference="pi_1",
            invoice_ids=[self.bill.id],
        )
        self.say_paid(self.tx, fee=0, tax=0)
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(self.balances(), {"gateway": 100.0})
        self.number = 0

    # === What the bank does === #

    def hear_dispute(self, event="updated", ref="dp_1"):
        self.number += 1
        self.hear_and_work(f"charge.dispute.{event}", ref, number=self.number)
        return self.env["payment.dispute"].search([("gateway_ref", "=", ref)])

    def withdraw(self, minor=10000, fee=1500, ref="dp_1", **values):
        """The bank takes the money; returns the dispute."""
        self.say_movement(f"txn_{ref}", "dispute", -minor, fee=fee, source=ref)
        self.say_dispute(ref, minor, balance_transaction_refs=(f"txn_{ref}",), **values)
        return self.hear_dispute("created", ref)

    def close(self, outcome, minor=10000, back=0, fee=0, ref="dp_1", event="closed"):
        """The bank decides; ``back`` minor units are reinstated."""
        refs = (f"txn_{ref}",)
        if back:
            refs += (f"txn_back_{ref}",)
            self.say_movement(
                refs[-1], "dispute_reversal", back, fee=fee, source=ref, created=LATER
            )
        self.say_dispute(ref, minor, outcome, balance_transaction_refs=refs)
        return self.hear_dispute(event, ref)

    def open_items(self, role="dispute"):
        domain = [
            ("account_id", "=", self.accounts[role].id),
            ("reconciled", "=", False),
            ("parent_state", "=", "posted"),
        ]
        return self.env["account.move.line"].search(domain)

    # === The record === #

    def test_amounts_reason_and_deadline(self):
        due = PAID_AT + timedelta(days=10)
        dispute = self.withdraw(4000, due_by=due, network_code="10.4")
        self.assertEqual(dispute.amount, 40.0)
        self.assertEqual((dispute.withdrawn, dispute.dispute_fee), (40.0, 15.0))
        self.assertEqual((dispute.reinstated, dispute.fee_returned), (0, 0))
        self.assertEqual((dispute.reason, dispute.network_code), ("fraudulent", "10.4"))
        self.assertEqual(dispute.partner_id, self.partner)
        self.assertEqual(
            str(dispute.activity_ids.date_deadline), str((due - timedelta(1)).date())
        )
        self.assertEqual(
            self.balances(), {"gateway": 45.0, "dispute": 40.0, "dispute_fee": 15.0}
        )

    def test_reason_that_is_new_stays_a_code(self):
        dispute = self.withdraw(reason="moon_landing")
        self.assertEqual(
            (dispute.reason, dispute.dispute_reason), (False, "moon_landing")
        )

    def test_links_both_ways(self):
        dispute = self.withdraw()
        for record in (self.tx, self.bill, self.partner):
            self.assertEqual(record.dispute_count, 1, record)
            action = record.action_view_disputes()
            self.assertEqual(action["res_id"], dispute.id)
        entry = dispute.balance_transaction_ids.statement_line_id.move_id
        self.assertEqual(entry.dispute_count, 1)
        self.assertEqual(dispute.action_view_invoices()["res_id"], self.bill.id)
        self.assertEqual(dispute.action_view_entries()["res_id"], entry.id)
        self.assertEqual(dispute.action_view_transaction()["res_id"], self.tx.id)

    # === Won === #

    def test_won_clears_the_receivable_by_itself(self):
        self.withdraw()
        dispute = self.close("won", back=10000)
        self.assertEqual(self.balances(), {"gateway": 85.0, "dispute_fee": 15.0})
        self.assertFalse(self.open_items())
        self.assertFalse(dispute.outcome_move_ids)
        self.assertFalse(dispute.activity_ids)
        self.assertEqual(self.bill.payment_state, "paid")

    def test_won_with_the_fee_returned(self):
        self.withdraw()
        dispute = self.close("won", back=10000, fee=-1500)
        self.assertEqual(self.balances(), {"gateway": 100.0})
        self.assertEqual((dispute.dispute_fee, dispute.fee_returned), (15.0, 15.0))

    def test_won_before_the_money_is_back(self):
        self.withdraw()
        dispute = self.close("won")
        self.assertEqual(self.balances()["dispute"], 100.0)
        self.close("won", back=10000, event="funds_reinstated")
        self.assertFalse(self.open_items())
        self.assertFalse(dispute.outcome_move_ids)

    def test_inquiry_moves_nothing_until_it_escalates(self):
        self.say_dispute(status="warning_needs_response")
        dispute = self.hear_dispute("created")
        self.assertEqual(len(dispute.activity_ids), 1)
        self.say_dispute(status="warning_under_review")
        self.hear_dispute()
        self.assertFalse(dispute.activity_ids)
        self.assertEqual(self.balances(), {"gateway": 100.0})
        self.withdraw()
        self.assertEqual(
            (dispute.state, len(dispute.activity_ids)),
            (
                "needs_response",
                1,
            ),
        )
        self.assertEqual(self.balances()["dispute"], 100.0)

    def test_inquiry_closed_and_dispute_prevented_leave_no_entry(self):
        for ref, state in (("dp_1", "warning_closed"), ("dp_2", "prevented")):
            self.say_dispute(ref, status="warning_needs_response")
            self.hear_dispute("created", ref)
            self.say_dispute(ref, status=state)
            dispute = self.hear_dispute("closed", ref)
            self.assertEqual(dispute.state, state)
            self.assertFalse(dispute.activity_ids)
            self.assertFalse(dispute.outcome_move_ids)
        self.assertEqual(self.balances(), {"gateway": 100.0})

    # === Lost === #

    def test_lost_is_an_expense_once(self):
        self.withdraw()
        dispute = self.close("lost")
        self.hear_dispute("closed")
        self.hear_dispute("updated")
        dispute.action_settle_outcome()
        entry = dispute.outcome_move_ids
        self.assertEqual((len(entry), entry.state), (1, "posted"))
        self.assertEqual(entry.journal_id.type, "general")
        self.assertEqual(
            self.balances(),
            {"gateway": -15.0, "dispute_fee": 15.0, "dispute_loss": 100.0},
        )
        self.assertFalse(self.open_items())
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertEqual(entry.dispute_count, 1)
        self.assertFalse(dispute.activity_ids)

    def test_lost_and_owed_again_by_the_customer(self):
        self.company.payment_dispute_loss_policy = "receivable"
        self.withdraw()
        dispute = self.close("lost")
        self.assertEqual(self.balances(), {"gateway": -15.0, "dispute_fee": 15.0})
        self.assertEqual(self.bill.payment_state, "not_paid")
        self.assertEqual(self.bill.amount_residual, 100.0)
        self.assertEqual(len(dispute.outcome_move_ids), 1)

    def test_part_of_a_payment_is_owed_again(self):
        self.company.payment_dispute_loss_policy = "receivable"
        self.withdraw(4000)
        self.close("lost", 4000)
        self.assertEqual(self.bill.payment_state, "partial")
        self.assertEqual(self.bill.amount_residual, 40.0)

    def test_lost_then_reinstated_is_reversed(self):
        self.withdraw()
        dispute = self.close("lost")
        self.close("won", back=10000, event="funds_reinstated")
        self.assertEqual(len(dispute.outcome_move_ids), 2)
        self.assertEqual(self.balances(), {"gateway": 85.0, "dispute_fee": 15.0})
        self.assertFalse(self.open_items())

    def test_lost_then_reinstated_pays_the_invoice_again(self):
        self.company.payment_dispute_loss_policy = "receivable"
        self.withdraw()
        self.close("lost")
        self.assertEqual(self.bill.amount_residual, 100.0)
        self.close("won", back=10000, event="funds_reinstated")
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertFalse(self.open_items())

    def test_lost_with_a_part_reinstated(self):
        self.withdraw()
        self.close("lost")
        dispute = self.close("lost", back=2500, event="funds_reinstated")
        self.assertEqual(self.balances()["dispute_loss"], 75.0)
        self.assertNotIn("dispute", self.balances())
        self.assertEqual(len(dispute.outcome_move_ids), 3)
        self.assertFalse(self.open_items())

    def test_person_decides_otherwise_after_the_entry(self):
        self.withdraw()
        dispute = self.close("lost")
        self.assertEqual(dispute.loss_policy, "expense")
        dispute.loss_policy = "receivable"
        self.assertEqual(self.bill.amount_residual, 100.0)
        self.assertNotIn("dispute_loss", self.balances())
        dispute.loss_policy = "expense"
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertEqual(self.balances()["dispute_loss"], 100.0)
        self.assertEqual(len(dispute.outcome_move_ids), 5)
        self.assertFalse(self.open_items())

    def test_second_dispute_over_one_charge(self):
        self.withdraw(4000)
        self.close("won", 4000, back=4000)
        self.withdraw(6000, ref="dp_2")
        self.close("lost", 6000, ref="dp_2")
        self.assertEqual(len(self.tx.dispute_ids), 2)
        self.assertEqual(
            self.balances(),
            {"gateway": 10.0, "dispute_fee": 30.0, "dispute_loss": 60.0},
        )

    @mute_logger(OUTCOME_LOG)
    def test_missing_loss_account_is_said_and_made_up_for(self):
        lines = self.stripe.gateway_account_ids
        lines.filtered(lambda each: each.role == "dispute_loss").unlink()
        self.assertFalse(self.stripe._missing_roles())
        self.withdraw()
        dispute = self.close("lost")
        self.assertIn("Losses from disputes", dispute.outcome_note)
        self.assertEqual(self.balances()["dispute"], 100.0)
        with self.assertRaisesRegex(UserError, "Set up Gateway"):
            dispute.action_settle_outcome()
        self.stripe.action_set_up_gateway_books()
        self.env["payment.dispute"]._cron_watch()
        self.assertFalse(dispute.outcome_note)
        self.assertEqual(len(dispute.outcome_move_ids), 1)
        self.assertNotIn("dispute", self.balances())

    def test_lost_in_a_closed_period_is_booked_on_the_first_open_day(self):
        self.withdraw()
        self.company.fiscalyear_lock_date = fields.Date.today() + timedelta(days=10)
        dispute = self.close("lost")
        self.assertEqual(
            dispute.outcome_move_ids.date, fields.Date.today() + timedelta(days=11)
        )

    def test_shadow_mode_books_no_outcome(self):
        self.stripe.books_mode = "shadow"
        self.withdraw()
        dispute = self.close("lost")
        self.assertFalse(dispute.outcome_move_ids)
        self.assertTrue(dispute.settle_due)

    def test_charge_in_another_currency(self):
        """Withdrawn in euro at one rate, lost: nothing is left in either currency."""
        euro = self._enable_currency("EUR")
        euro.rate_ids.unlink()
        Rate = self.env["res.currency.rate"]
        Rate.create({"name": "2026-01-01", "currency_id": euro.id, "rate": 2.0})
        Rate.create({"name": "2026-04-01", "currency_id": euro.id, "rate": 4.0})
        self.say_movement("txn_dp_1", "dispute", -9000, source="dp_1", currency="EUR")
        self.say_dispute(balance_transaction_refs=("txn_dp_1",))
        self.hear_dispute("created")
        dispute = self.close("lost")
        self.assertEqual(dispute.settlement_currency_id, euro)
        self.assertEqual(dispute.withdrawn, 90.0)
        self.assertEqual(self.balances()["dispute_loss"], 45.0)
        self.assertFalse(self.open_items())
        loss = dispute.outcome_move_ids.line_ids.filtered("debit")
        self.assertEqual((loss.currency_id, loss.amount_currency), (euro, 90.0))

    def test_owed_again_is_what_was_paid_not_the_gateways_rate(self):
        """100.00 paid; 90.00 EUR taken back, 112.50 here: the debt is 100.00."""
        self.company.payment_dispute_loss_policy = "receivable"
        self.euro_at(0.8)
        self.say_movement("txn_dp_1", "dispute", -9000, source="dp_1", currency="EUR")
        self.say_dispute(balance_transaction_refs=("txn_dp_1",))
        self.hear_dispute("created")
        dispute = self.close("lost")
        self.assertFalse(dispute.outcome_note)
        self.assertEqual(self.bill.amount_residual, 100.0)
        self.assertFalse(self.open_items())
        loss = self.company.expense_currency_exchange_account_id
        difference = dispute.outcome_move_ids.line_ids.filtered(
            lambda line: line.account_id == loss
        )
        self.assertEqual(difference.balance, 12.5)

    def test_owed_again_in_the_currency_that_was_paid(self):
        """200.00 EUR at 2.0 are 100.00; the gateway takes 103.00 back."""
        self.company.payment_dispute_loss_policy = "receivable"
        euro = self.euro_at(2.0)
        bill = self.init_invoice(
            "out_invoice",
            partner=self.partner,
            amounts=[200.0],
            currency=euro,
            invoice_date="2026-03-09",
            post=True,
        )
        tx = self._create_transaction(
            "direct",
            amount=200.0,
            currency_id=euro.id,
            reference="INV-2",
            provider_reference="pi_2",
            invoice_ids=[bill.id],
        )
        self.say_paid(tx, number=2)
        self.say_movement("txn_2", "charge", 10300, source="ch_2")
        self.hear_and_work("charge.updated", "ch_2")
        self.say_movement("txn_dp_2", "dispute", -10300, source="dp_2")
        self.say_dispute(
            "dp_2",
            20000,
            status="lost",
            currency="EUR",
            charge_ref="ch_2",
            balance_transaction_refs=("txn_dp_2",),
        )
        dispute = self.hear_dispute("closed", "dp_2")
        self.assertFalse(dispute.outcome_note)
        self.assertEqual(bill.amount_residual, 200.0)
        self.assertFalse(self.open_items())
        company = self.company
        gains = company.income_currency_exchange_account_id
        gains |= company.expense_currency_exchange_account_id
        found = self.env["account.move.line"].search([("account_id", "in", gains.ids)])
        self.assertEqual(round(sum(found.mapped("balance")), 2), 0.0)

    def euro_at(self, rate):
        euro = self._enable_currency("EUR")
        euro.rate_ids.unlink()
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": euro.id, "rate": rate}
        )
        return euro

    # === Deadlines === #

    def test_pressed_once_before_the_deadline(self):
        now = fields.Datetime.now().replace(tzinfo=PAID_AT.tzinfo)
        self.withdraw(due_by=now + timedelta(days=1))
        self.withdraw(2000, ref="dp_2", due_by=now + timedelta(days=9))
        near, far = self.tx.dispute_ids.sorted("gateway_ref")
        Dispute = self.env["payment.dispute"]
        self.assertEqual((Dispute._cron_press(), Dispute._cron_press()), (1, 0))
        self.assertTrue(near.pressed_at)
        self.assertFalse(far.pressed_at)
        message = near.message_ids.filtered(lambda each: "is lost" in each.body)
        responsible = self.company._payment_responsible().partner_id
        self.assertEqual(message.partner_ids, responsible)
        self.assertEqual(near.activity_ids.date_deadline, fields.Date.today())

    def test_nobody_is_pressed_once_evidence_is_submitted(self):
        now = fields.Datetime.now().replace(tzinfo=PAID_AT.tzinfo)
        self.withdraw(due_by=now + timedelta(days=1), submissions=1)
        self.assertEqual(self.env["payment.dispute"]._cron_press(), 0)

    def test_answered_closes_the_activity(self):
        dispute = self.withdraw()
        self.assertEqual(len(dispute.activity_ids), 1)
        self.say_dispute(
            status="under_review", balance_transaction_refs=("txn_dp_1",), submissions=1
        )
        self.hear_dispute()
        self.assertFalse(dispute.activity_ids)

    def test_moved_deadline_moves_the_activity(self):
        dispute = self.withdraw(due_by=PAID_AT + timedelta(days=5))
        self.say_dispute(
            due_by=PAID_AT + timedelta(days=9),
            balance_transaction_refs=("txn_dp_1",),
        )
        self.hear_dispute()
        self.assertEqual(
            dispute.activity_ids.date_deadline, (PAID_AT + timedelta(days=8)).date()
        )

    # === Bad input === #

    @mute_logger(OUTCOME_LOG)
    def test_dispute_of_a_payment_outside_odoo(self):
        """It is kept with its money; nobody can owe it, and that is said."""
        self.company.payment_dispute_loss_policy = "receivable"
        charge = self.gateway.facts["charge", "ch_1"]
        outside = {
            name: getattr(charge, name) for name in charge.__dataclass_fields__
        } | {"ref": "ch_9", "intent_ref": None, "balance_transaction_ref": None}
        self.gateway.put("charge", type(charge)(**outside))
        self.withdraw(ref="dp_9", charge_ref="ch_9")
        self.say_dispute(
            "dp_9",
            status="lost",
            charge_ref="ch_9",
            balance_transaction_refs=("txn_dp_9",),
        )
        dispute = self.hear_dispute("closed", "dp_9")
        self.assertFalse(dispute.partner_id)
        self.assertIn("nobody can owe it again", dispute.outcome_note)
        dispute.loss_policy = "expense"
        dispute.action_settle_outcome()
        self.assertEqual(self.balances()["dispute_loss"], 100.0)

    def test_dispute_of_a_charge_that_the_gateway_does_not_know_is_parked(self):
        self.say_dispute(charge_ref="ch_gone")
        event = self.hear("charge.dispute.created", "dp_1")
        self.work()
        self.assertEqual(event.state, "parked")
        self.assertIn("ch_gone", event.reason)
        self.say_dispute("dp_2", charge_ref=None)
        event = self.hear("charge.dispute.created", "dp_2")
        self.work()
        self.assertEqual(event.state, "parked")
        self.assertIn("does not name the payment", event.reason)
        self.assertFalse(self.tx.dispute_ids)

    def test_gateway_that_cannot_be_read_changes_nothing(self):
        dispute = self.withdraw()
        self.gateway.failure = NeedsPerson("No such dispute")
        self.hear_dispute("closed")
        self.assertEqual(dispute.state, "needs_response")
