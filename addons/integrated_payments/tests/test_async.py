from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateway import types
from .common import PAID_AT, IntegratedPaymentsCommon

FAILED_AT = PAID_AT + timedelta(days=9)
EFFECTS = "odoo.addons.integrated_payments.models.payment_transaction_effects"


@tagged("-at_install", "post_install")
class TestAsync(IntegratedPaymentsCommon):
    """Bank debits: processing for days, then settled, refused, or taken back."""

    def setUp(self):
        super().setUp()
        self.env.user.group_ids += self.env.ref("sales_team.group_sale_manager")
        self.company.payment_invoice_policy = "posted"
        self.salesperson = self._create_new_internal_user(login="sam")
        self.product = self.env["product.product"].create(
            {
                "name": "Desk",
                "is_storable": True,
                "list_price": 100.0,
                "taxes_id": False,
                "invoice_policy": "order",
            }
        )
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            self.product, warehouse.lot_stock_id, 5
        )
        self.order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "user_id": self.salesperson.id,
                "require_payment": True,
                "order_line": [Command.create({"product_id": self.product.id})],
            }
        )
        self.tx = self._create_transaction(
            "direct",
            amount=100.0,
            reference="S-1",
            provider_reference="pi_1",
            sale_order_ids=[self.order.id],
        )

    # === What the gateway says === #

    def say_processing(self, number=1):
        self.gateway.put(
            "charge",
            types.Charge(
                ref=f"ch_{number}",
                status="pending",
                amount=10000,
                captured=10000,
                currency="USD",
                created=PAID_AT,
                intent_ref="pi_1",
                method="sepa_debit",
            ),
        )
        self.say_intent(self.tx, status="processing")

    def debit(self):
        self.say_processing()
        self.hear_and_work("payment_intent.processing", "pi_1")
        self.assertEqual(self.tx.state, "pending")

    def settle(self):
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1", number="settled")

    def say_failed(self, late=True, amount=-10000):
        """The bank refuses; ``late``: it takes back what it had paid."""
        movement = None
        if late:
            movement = self.say_movement(
                "txn_back",
                "charge_failure",
                amount,
                type="payment_failure_refund",
                source="ch_1",
                created=FAILED_AT,
            ).ref
        charge = self.gateway.facts["charge", "ch_1"]
        self.gateway.put(
            "charge",
            replace(
                charge,
                status="failed",
                captured=0,
                failure_code="insufficient_funds",
                failure_message="The account has insufficient funds.",
                failure_balance_transaction_ref=movement,
            ),
        )
        self.say_intent(
            self.tx,
            status="requires_payment_method",
            error_message="The account has insufficient funds.",
        )

    def refuse(self, **kwargs):
        self.say_failed(**kwargs)
        self.hear_and_work("charge.failed", "ch_1")

    def activities(self):
        return self.order.activity_ids.filtered(
            lambda each: (
                each.activity_type_id
                == self.env.ref("integrated_payments.activity_payment_failed")
            )
        )

    # === Late balance transactions === #

    def test_fee_that_comes_days_later_leaves_the_day_of_the_payment(self):
        self.say_paid(self.tx, settled=False)
        self.hear_and_work("payment_intent.succeeded", "pi_1")
        paid_at, payment = self.tx.paid_at, self.tx.payment_id
        self.say_paid(self.tx)
        movement = self.gateway.facts["balance_transaction", "txn_1"]
        self.gateway.put("balance_transaction", replace(movement, created=FAILED_AT))
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(self.tx.paid_at, paid_at)
        self.assertEqual((self.tx.payment_id, payment.date), (payment, PAID_AT.date()))
        line = self.tx.balance_transaction_ids.statement_line_id
        self.assertEqual(line.date, FAILED_AT.date())
        self.assertTrue(payment.is_matched)
        self.assertEqual(self.balances(), {"gateway": 96.8, "fee": 3.0, "fee_tax": 0.2})

    def test_late_movements_are_posted_in_the_order_of_their_days(self):
        """What is heard in reverse is on the statement as it happened."""
        self.say_paid(self.tx)
        self.settle()
        for day, ref in ((5, "txn_b"), (3, "txn_a")):
            self.say_movement(
                ref, "fee", -100, source=None, created=PAID_AT + timedelta(days=day)
            )
        self.gateway.payouts["po_1"] = ["txn_b", "txn_a"]
        self.gateway.put(
            "payout",
            types.Payout(
                ref="po_1",
                status="paid",
                amount=-200,
                currency="USD",
                created=PAID_AT,
                arrival_date=PAID_AT.date(),
                automatic=True,
                reconciliation="completed",
            ),
        )
        self.hear_and_work("payout.reconciliation_completed", "po_1")
        lines = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", self.stripe.journal_id.id)], order="internal_index"
        )
        self.assertEqual(lines.mapped("ref"), ["txn_1", "txn_a", "txn_b"])

    # === Processing === #

    def test_the_order_is_held_while_the_bank_is_asked(self):
        self.debit()
        self.assertEqual(self.order.state, "sent")
        self.assertTrue(self.tx.processing_since)
        self.assertIn("can still refuse", self.order.payment_processing_note)
        self.assertEqual(set(self.trail(self.tx).values()), {"waiting"})
        self.assertEqual(self.balances(), {})
        self.settle()
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self.trail(self.tx)["order"], "done")
        self.assertFalse(self.order.payment_processing_note)
        self.assertEqual(self.order.invoice_ids.payment_state, "paid")

    def test_the_order_is_confirmed_by_policy_and_not_delivered(self):
        self.company.payment_pending_policy = "confirm"
        self.company.payment_stock_policy = "deliver"
        self.debit()
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self.order.picking_ids.state, "assigned")
        self.assertFalse(self.order.invoice_ids)
        self.assertEqual(self.trail(self.tx)["order"], "waiting")
        self.settle()
        self.assertEqual(self.order.picking_ids.state, "done")
        self.assertEqual(self.order.invoice_ids.payment_state, "paid")
        self.assertEqual(self.trail(self.tx)["order"], "done")

    def test_a_part_of_the_price_confirms_nothing(self):
        self.company.payment_pending_policy = "confirm"
        self.tx.amount = 40.0
        self.debit()
        self.assertEqual(self.order.state, "sent")

    @mute_logger(EFFECTS)
    def test_an_order_that_cannot_be_confirmed_is_held_with_the_reason(self):
        self.company.payment_pending_policy = "confirm"
        confirm = "odoo.addons.sale.models.sale_order.SaleOrder.action_confirm"
        with patch(confirm, side_effect=ValueError("warehouse on fire")):
            self.debit()
        self.assertEqual(self.trail(self.tx)["order"], "held")
        self.assertFalse(self.tx.order_confirmed_pending)
        self.settle()
        self.assertEqual(self.order.state, "sale")

    # === Refused while processing === #

    def test_a_refusal_is_told_to_the_salesperson(self):
        self.debit()
        self.refuse(late=False)
        self.assertEqual(self.tx.state, "error")
        self.assertEqual(self.order.state, "sent")
        activity = self.activities()
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn("insufficient funds", activity.summary)
        self.hear_and_work("payment_intent.payment_failed", "pi_1")
        self.assertEqual(len(self.activities()), 1)
        self.assertEqual(self.balances(), {})

    def test_a_declined_card_needs_no_activity(self):
        """The customer is at the counter and sees it."""
        self.say_intent(
            self.tx, status="requires_payment_method", error_message="Declined."
        )
        self.hear_and_work("payment_intent.payment_failed", "pi_1")
        self.assertEqual(self.tx.state, "error")
        self.assertFalse(self.activities())

    def test_a_refused_order_is_kept_or_cancelled_by_policy(self):
        self.company.payment_pending_policy = "confirm"
        for policy, state, trail in (
            ("keep", "sale", "held"),
            ("cancel", "cancel", "none"),
        ):
            with self.subTest(policy):
                savepoint = self.env.cr.savepoint()
                self.company.payment_failure_policy = policy
                self.debit()
                self.refuse(late=False)
                self.assertEqual(self.order.state, state)
                self.assertEqual(len(self.activities()), 1)
                self.assertEqual(self.trail(self.tx)["order"], trail)
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_what_was_delivered_is_not_cancelled(self):
        self.company.payment_pending_policy = "confirm"
        self.company.payment_failure_policy = "cancel"
        self.debit()
        self.order.picking_ids.with_context(skip_sms=True).button_validate()
        self.assertEqual(self.order.picking_ids.state, "done")
        self.refuse(late=False)
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(len(self.activities()), 1)

    def test_refused_then_paid_by_card(self):
        self.debit()
        self.refuse(late=False)
        self.say_paid(self.tx, number=2)
        intent = self.gateway.facts["intent", "pi_2"]
        self.gateway.put("intent", replace(intent, ref="pi_1"))
        charge = self.gateway.facts["charge", "ch_2"]
        self.gateway.put("charge", replace(charge, intent_ref="pi_1"))
        self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.assertEqual(self.tx.state, "done")
        self.assertEqual(self.order.invoice_ids.payment_state, "paid")
        self.assertEqual(self.trail(self.tx)["books"], "done")

    # === Taken back after success === #

    def test_a_debit_that_comes_back_opens_the_receivable(self):
        self.debit()
        self.settle()
        payment, invoice = self.tx.payment_id, self.order.invoice_ids
        self.assertEqual(invoice.payment_state, "paid")
        self.refuse()
        self.assertEqual(self.tx.state, "error")
        self.assertEqual(
            (invoice.payment_state, invoice.amount_residual), ("not_paid", 100)
        )
        self.assertEqual(self.balances(), {"gateway": -3.2, "fee": 3.0, "fee_tax": 0.2})
        reversal = self.tx.balance_transaction_ids.reversal_move_id
        self.assertEqual(reversal.state, "posted")
        self.assertEqual(reversal.reversed_entry_id, payment.move_id)
        self.assertEqual(reversal.date, FAILED_AT.date())
        self.assertEqual((payment.move_id.state, payment.state), ("posted", "rejected"))
        for line in (reversal | payment.move_id).line_ids:
            self.assertTrue(line.reconciled, line.account_id.name)
        self.assertEqual(self.order.amount_paid, 0)
        self.assertIn("came back", self.activities().summary)
        trail = {each.kind: each for each in self.tx.effect_ids}
        self.assertEqual(trail["books"].document, reversal)
        self.assertEqual(trail["invoice"].state, "held")
        self.assertIn("insufficient funds", trail["invoice"].reason)

    def test_coming_back_is_booked_once_in_every_order(self):
        """Heard before, with or after its success: the ledger ends the same."""
        self.debit()
        self.say_paid(self.tx)
        events = (
            ("payment_intent.succeeded", "pi_1"),
            ("charge.updated", "ch_1"),
            ("charge.failed", "ch_1"),
            ("payment_intent.payment_failed", "pi_1"),
        )
        expected = {"gateway": -3.2, "fee": 3.0, "fee_tax": 0.2}
        for heard_paid in (True, False):
            for order in list(permutations(events))[::4]:
                savepoint = self.env.cr.savepoint()
                facts = dict(self.gateway.facts)
                if heard_paid:
                    self.hear_and_work("charge.succeeded", "ch_1")
                    self.assertTrue(self.tx.payment_id)
                self.say_failed()
                for round_ in (1, 2):
                    for event, ref in order:
                        self.hear_and_work(event, ref, number=f"{event}{round_}")
                self.assertEqual(self.balances(), expected, order)
                self.assertEqual(self.receivable(), 100.0 if heard_paid else 0.0)
                self.gateway.facts = facts
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def receivable(self):
        lines = self.env["account.move.line"].search(
            [
                ("partner_id", "=", self.partner.id),
                ("account_id.account_type", "=", "asset_receivable"),
                ("parent_state", "=", "posted"),
            ]
        )
        return sum(lines.mapped("balance"))

    def test_coming_back_after_a_part_was_refunded(self):
        """100.00 paid, 25.00 refunded, 75.00 come back: 75.00 are open again."""
        self.debit()
        self.settle()
        self.say_movement("txn_re", "refund", -2500, source="re_1")
        self.gateway.put(
            "refund",
            types.Refund(
                ref="re_1",
                status="succeeded",
                amount=2500,
                currency="USD",
                created=PAID_AT,
                charge_ref="ch_1",
                intent_ref="pi_1",
                balance_transaction_ref="txn_re",
            ),
        )
        self.hear_and_work("refund.created", "re_1")
        self.refuse(amount=-7500)
        self.assertNotIn("outstanding", self.balances())
        self.assertEqual(self.balances()["gateway"], -3.2)
        self.assertEqual(self.receivable(), 100.0)

    def test_coming_back_in_the_customers_currency(self):
        self._enable_currency("EUR")
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": self.currency_euro.id, "rate": 2.0}
        )
        self.tx.currency_id = self.currency_euro
        self.order.currency_id = self.currency_euro
        self.say_paid(self.tx)
        self.say_movement("txn_1", "charge", 5150, fee=150, source="ch_1")
        self.hear_and_work("charge.updated", "ch_1")
        payment = self.tx.payment_id
        self.say_failed(amount=-5150)
        self.hear_and_work("charge.failed", "ch_1")
        self.assertEqual(self.balances(), {"gateway": -1.5, "fee": 1.5})
        self.assertEqual(self.receivable(), self.order.invoice_ids.amount_total_signed)
        self.assertEqual(payment.state, "rejected")

    def test_paid_again_after_it_came_back(self):
        self.debit()
        self.settle()
        first = self.tx.payment_id
        self.refuse()
        self.say_paid(self.tx, number=2)
        self.gateway.put(
            "charge", replace(self.gateway.facts["charge", "ch_2"], intent_ref="pi_1")
        )
        self.say_intent(self.tx, status="succeeded")
        self.hear_and_work("payment_intent.succeeded", "pi_1", number="again")
        self.hear_and_work("charge.failed", "ch_1", number="old news")
        self.assertEqual(self.tx.state, "done")
        self.assertNotEqual(self.tx.payment_id, first)
        self.assertEqual(self.order.invoice_ids.payment_state, "paid")
        self.assertEqual(self.trail(self.tx)["books"], "done")
        self.assertEqual(self.balances(), {"gateway": 93.6, "fee": 6.0, "fee_tax": 0.4})

    def test_a_failure_that_only_a_payout_names(self):
        self.debit()
        self.settle()
        self.say_failed()
        self.say_payout("po_1", ["txn_1", "txn_back"])
        self.hear_and_work("payout.reconciliation_completed", "po_1")
        self.assertEqual(self.tx.state, "error")
        self.assertEqual(self.receivable(), 100.0)
        self.assertNotIn("outstanding", self.balances())

    def test_closed_period_takes_the_reversal_on_the_first_open_day(self):
        self.debit()
        self.settle()
        self.company.fiscalyear_lock_date = "2026-03-31"
        self.refuse()
        reversal = self.tx.balance_transaction_ids.reversal_move_id
        self.assertEqual(str(reversal.date), "2026-04-01")
