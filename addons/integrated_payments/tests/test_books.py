from itertools import permutations

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateway import types
from .common import PAID_AT, IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestBooks(IntegratedPaymentsCommon):
    """The entries of the design's example, and their invariants."""

    def setUp(self):
        super().setUp()
        self.bill = self.init_invoice(
            "out_invoice", partner=self.partner, amounts=[100.0], post=True
        )
        self.tx = self._create_transaction(
            "direct",
            amount=100.0,
            reference="INV-1",
            provider_reference="pi_1",
            invoice_ids=[self.bill.id],
        )

    def test_paid_invoice_fee_and_tax(self):
        """100.00 paid, fee 3.20 of which 0.20 tax: the entries of the design."""
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(self.tx.state, "done")
        self.assertEqual(self.tx.payment_id.date, PAID_AT.date())
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertEqual(self.balances(), {"gateway": 96.8, "fee": 3.0, "fee_tax": 0.2})
        line = self.tx.balance_transaction_ids.statement_line_id
        self.assertTrue(line.is_reconciled)
        self.assertTrue(self.tx.payment_id.is_matched)
        self.assertEqual(self.trail(self.tx)["books"], "done")

    def test_fee_arrives_later(self):
        """Asynchronous capture: the payment stands, the fee follows."""
        self.say_paid(self.tx, settled=False)
        self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertEqual(self.balances(), {"outstanding": 100.0})
        self.assertEqual(self.trail(self.tx)["books"], "waiting")
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(self.balances(), {"gateway": 96.8, "fee": 3.0, "fee_tax": 0.2})
        self.assertEqual(self.trail(self.tx)["books"], "done")

    def test_settled_in_another_currency_than_paid(self):
        """200.00 EUR at Odoo's rate of 2 are 100.00; the gateway gives 103.00."""
        self._enable_currency("EUR")
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": self.currency_euro.id, "rate": 2.0}
        )
        bill = self.init_invoice(
            "out_invoice",
            partner=self.partner,
            amounts=[200.0],
            currency=self.currency_euro,
            invoice_date="2026-03-09",
            post=True,
        )
        tx = self._create_transaction(
            "direct",
            amount=200.0,
            currency_id=self.currency_euro.id,
            reference="INV-2",
            provider_reference="pi_2",
            invoice_ids=[bill.id],
        )
        self.say_paid(tx, number=2)
        self.say_movement("txn_2", "charge", 10300, fee=300, source="ch_2")
        self.hear_and_work("charge.updated", "ch_2")
        self.assertEqual(bill.payment_state, "paid")
        self.assertEqual(self.trail(tx)["books"], "done")
        self.assertEqual(self.balances(), {"gateway": 100.0, "fee": 3.0})
        gain = self.company.income_currency_exchange_account_id
        found = self.env["account.move.line"].search([("account_id", "=", gain.id)])
        self.assertEqual(sum(found.mapped("balance")), -3.0)

    def test_payout_goes_to_transit(self):
        self.say_paid(self.tx)
        self.say_payout("po_1", ["txn_1"])
        self.hear_and_work("charge.updated", "ch_1")
        self.hear_and_work("payout.reconciliation_completed", "po_1")
        self.assertEqual(self.balances(), {"transit": 96.8, "fee": 3.0, "fee_tax": 0.2})
        payout = self.tx.balance_transaction_ids.payout_id
        self.assertEqual(payout.proof, "proven")
        self.assertEqual(self.trail(self.tx)["bank"], "waiting")

    def test_refund_from_the_dashboard(self):
        self.say_paid(self.tx)
        self.say_refund(2500)
        self.hear_and_work("charge.refunded", "ch_1")
        refund = self.tx.child_transaction_ids
        self.assertEqual((refund.amount, refund.state), (-25.0, "done"))
        self.assertEqual(refund.payment_id.payment_type, "outbound")
        self.assertEqual(self.balances(), {"gateway": 71.8, "fee": 3.0, "fee_tax": 0.2})
        self.hear_and_work("refund.updated", "re_1")
        self.assertEqual(len(self.tx.child_transaction_ids), 1)
        self.assertEqual(self.balances(), {"gateway": 71.8, "fee": 3.0, "fee_tax": 0.2})

    def test_refund_known_before_the_payment_was_booked(self):
        """Core's trap: a refund that is done hides the payment itself."""
        self.say_paid(self.tx)
        self.say_refund(2500)
        self.hear_and_work("refund.created", "re_1")
        self.assertTrue(self.tx.payment_id)
        self.assertEqual(self.balances()["gateway"], 71.8)

    def test_refund_outruns_its_own_request(self):
        """The event of our own refund comes before our commit: it waits."""
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        self.say_refund(2500, reference="R-INV-1")
        event = self.hear_and_work("refund.created", "re_1")
        self.assertEqual((event.state, event.attempts), ("pending", 1))
        child = self.tx._create_child_transaction(25.0, is_refund=True)
        self.assertEqual(child.reference, "R-INV-1")
        self.work()
        self.assertEqual(event.state, "done")
        self.assertEqual(self.tx.child_transaction_ids, child)
        self.assertEqual(child.state, "done")

    def test_dispute_with_its_fee(self):
        self.say_paid(self.tx)
        self.say_movement("txn_dp", "dispute", -10000, fee=1500, source="dp_1")
        self.gateway.put(
            "dispute",
            types.Dispute(
                ref="dp_1",
                status="needs_response",
                amount=10000,
                currency="USD",
                created=PAID_AT,
                charge_ref="ch_1",
                reason="fraudulent",
                due_by=self.now(),
                balance_transaction_refs=("txn_dp",),
            ),
        )
        self.hear_and_work("charge.dispute.created", "dp_1")
        dispute = self.tx.dispute_ids
        self.assertEqual(dispute.state, "needs_response")
        self.assertEqual(len(dispute.activity_ids), 1)
        self.assertEqual(
            self.balances(),
            {
                "gateway": -18.2,
                "fee": 3.0,
                "fee_tax": 0.2,
                "dispute": 100.0,
                "dispute_fee": 15.0,
            },
        )

    def test_same_ledger_in_every_order_and_twice(self):
        """Events of one life in every order, each heard twice: posted once."""
        self.say_paid(self.tx)
        self.say_refund(2500)
        self.say_payout("po_1", ["txn_1", "txn_re"])
        events = (
            ("payment_intent.succeeded", "pi_1"),
            ("charge.updated", "ch_1"),
            ("refund.created", "re_1"),
            ("payout.reconciliation_completed", "po_1"),
        )
        expected = {"transit": 71.8, "fee": 3.0, "fee_tax": 0.2}
        for order in permutations(events):
            savepoint = self.env.cr.savepoint()
            for round_ in (1, 2):
                for event_type, ref in order:
                    self.hear_and_work(event_type, ref, number=f"{event_type}{round_}")
            self.assertEqual(self.balances(), expected, order)
            self.assertEqual(self.count_lines(), 3, order)
            savepoint.close(rollback=True)
            self.env.invalidate_all()

    def test_unknown_category_goes_to_suspense_and_review(self):
        self.say_movement("txn_x", "moon_landing", -500)
        self.gateway.payouts["po_x"] = ["txn_x"]
        self.gateway.put(
            "payout",
            types.Payout(
                ref="po_x",
                status="paid",
                amount=-500,
                currency="USD",
                created=PAID_AT,
                arrival_date=PAID_AT.date(),
                automatic=True,
                reconciliation="completed",
            ),
        )
        self.hear_and_work("payout.reconciliation_completed", "po_x")
        movement = self.env["payment.balance.transaction"].search(
            [("gateway_ref", "=", "txn_x")]
        )
        self.assertEqual(movement.state, "parked")
        self.assertIn("moon_landing", movement.reason)
        self.assertEqual(self.balances(), {"gateway": -5.0, "suspense": 5.0})

    def test_other_currency_is_parked_with_the_reason(self):
        self.say_paid(self.tx)
        self.say_movement("txn_1", "charge", 9000, fee=300, currency="EUR")
        self.hear_and_work("charge.updated", "ch_1")
        movement = self.tx.balance_transaction_ids
        self.assertEqual(movement.state, "parked")
        self.assertIn("EUR", movement.reason)
        self.assertEqual(self.trail(self.tx)["books"], "held")
        self.assertEqual(self.bill.payment_state, "paid")

    def test_payment_found_after_it_lay_on_suspense(self):
        """The payment's request commits after its gateway's events were booked."""
        self.tx.provider_reference = False
        self.tx.reference = "INV-other"
        self.say_paid(self.tx)
        self.tx.provider_id = self.dummy_provider
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(self.balances(), {"gateway": 96.8, "suspense": -96.8})
        self.tx.write({"provider_id": self.stripe.id, "provider_reference": "pi_1"})
        self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.assertEqual(self.tx.balance_transaction_ids.reason, False)
        self.assertEqual(self.balances(), {"gateway": 96.8, "fee": 3.0, "fee_tax": 0.2})
        self.assertEqual(self.bill.payment_state, "paid")
        self.assertTrue(self.tx.payment_id.is_matched)

    @mute_logger("odoo.addons.integrated_payments.models.payment_books")
    def test_one_bad_movement_holds_up_nobody(self):
        self.say_paid(self.tx)
        self.say_movement("txn_bad", "charge", 500, net=400)
        self.say_payout("po_1", ["txn_1", "txn_bad"])
        self.hear_and_work("charge.updated", "ch_1")
        self.hear_and_work("payout.reconciliation_completed", "po_1")
        bad = self.env["payment.balance.transaction"].search(
            [("gateway_ref", "=", "txn_bad")]
        )
        self.assertEqual(bad.state, "parked")
        self.assertIn("less fee", bad.reason)
        self.assertEqual(self.balances()["fee"], 3.0)

    def test_closed_period_moves_to_the_first_open_day(self):
        self.company.fiscalyear_lock_date = "2026-03-31"
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        line = self.tx.balance_transaction_ids.statement_line_id
        self.assertEqual(str(line.date), "2026-04-01")
        self.assertEqual(str(self.tx.payment_id.date), "2026-04-01")

    def test_shadow_mode_posts_nothing_of_the_gateway(self):
        self.stripe.books_mode = "shadow"
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        movement = self.tx.balance_transaction_ids
        self.assertEqual((movement.state, movement.fee), ("shadow", 3.2))
        self.assertFalse(movement.statement_line_id)

    def test_balance_proof(self):
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        proof = self.stripe._prove_balance()
        self.assertEqual([line["gateway"] for line in proof], [9680])
        self.assertEqual(self.stripe.proof_state, "green")
        self.gateway.totals = {"USD": 9679}
        self.stripe._prove_balance()
        self.assertEqual(self.stripe.proof_state, "red")
        self.assertIn("-0.01 USD", self.stripe.proof_text)

    # === Helpers === #

    def say_refund(self, minor, reference=None):
        self.say_movement("txn_re", "refund", -minor, source="re_1")
        charge = self.gateway.facts["charge", "ch_1"]
        self.gateway.put(
            "charge",
            types.Charge(
                **{
                    **{
                        name: getattr(charge, name)
                        for name in charge.__dataclass_fields__
                    },
                    "refunded": minor,
                }
            ),
        )
        return self.gateway.put(
            "refund",
            types.Refund(
                ref="re_1",
                status="succeeded",
                amount=minor,
                currency="USD",
                created=PAID_AT,
                charge_ref="ch_1",
                intent_ref="pi_1",
                reference=reference,
                balance_transaction_ref="txn_re",
            ),
        )

    def now(self):
        return self.env.cr.now().replace(tzinfo=PAID_AT.tzinfo)

    def count_lines(self):
        return self.env["account.bank.statement.line"].search_count(
            [("journal_id", "=", self.stripe.journal_id.id)]
        )
