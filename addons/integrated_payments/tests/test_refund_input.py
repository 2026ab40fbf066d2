from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .refunds import RefundsCommon

FEES = {"fee": 3.0, "fee_tax": 0.2}


@tagged("-at_install", "post_install")
class TestRefundInput(RefundsCommon):
    """What cannot be right is refused with a clear message; the books stay."""

    def test_odoo_refunds_no_more_than_was_paid(self):
        self.refund(6000, status="pending")
        with self.assertRaisesRegex(ValidationError, "40.00 of payment INV-1 are left"):
            self.tx.action_refund(amount_to_refund=50.0)
        wizard = self.env["payment.refund.wizard"].create(
            {"payment_id": self.tx.payment_id.id}
        )
        self.assertEqual(wizard.amount_to_refund, 40.0)
        with self.assertRaises(ValidationError):
            wizard.amount_to_refund = 41.0

    def test_the_gateway_reports_more_than_was_paid(self):
        self.say_refund(10001)
        event = self.hear_and_work("refund.created", "re_1")
        self.assertEqual(event.state, "parked")
        self.assertIn("only 100.00 USD of payment INV-1", event.reason)
        self.assertFalse(self.tx.refund_ids)
        self.assertEqual(self.balances(), {"gateway": 96.8, **FEES})

    def test_a_second_refund_over_what_is_left(self):
        self.refund(6000)
        self.say_refund(5000, 2)
        event = self.hear_and_work("refund.created", "re_2")
        self.assertEqual(event.state, "parked")
        self.assertIn("only 40.00 USD", event.reason)
        self.assertEqual(len(self.tx.refund_ids), 1)

    def test_another_currency_than_was_paid(self):
        self.say_refund(2500, currency="XDR")
        event = self.hear_and_work("refund.created", "re_1")
        self.assertEqual(event.state, "parked")
        self.assertIn("25.00 XDR", event.reason)
        self.assertFalse(self.tx.refund_ids)
        self.assertEqual(self.balances(), {"gateway": 96.8, **FEES})

    def test_a_refund_that_cannot_be_read_holds_up_no_payout(self):
        self.say_refund(10001)
        self.say_payout("po_1", ["txn_1", "txn_re1"])
        event = self.hear_and_work("payout.reconciliation_completed", "po_1")
        self.assertEqual(event.state, "done")
        movement = self.env["payment.balance.transaction"].search(
            [("gateway_ref", "=", "txn_re1")]
        )
        self.assertEqual(movement.state, "parked")
        self.assertEqual(self.balances()["suspense"], 100.01)

    def test_a_deleted_invoice_leaves_credit_to_refund(self):
        self.bill.button_draft()
        self.bill.with_context(force_delete=True).unlink()
        refund = self.refund(2500)
        self.assertEqual(self.receivable(), -75.0)
        self.assertIn("nothing to credit", self.effect(refund, "invoice").reason)
        self.assertEqual(self.balances(), {"gateway": 71.8, **FEES})

    def test_a_draft_invoice_waits_for_a_person(self):
        self.bill.button_draft()
        refund = self.refund(2500)
        effect = self.effect(refund, "invoice")
        self.assertEqual((effect.state, effect.document), ("held", self.bill))
        self.assertIn("Nothing was credited", effect.reason)
        self.assertFalse(self.notes())
        self.assertEqual(self.balances(), {"gateway": 71.8, **FEES})
        self.bill.action_post()
        effect.action_run()
        self.assertEqual(refund.credit_note_ids.amount_total, 25.0)
        self.assertEqual(self.receivable(), 0.0)

    def test_a_locked_period_moves_all_to_the_first_open_day(self):
        self.company.fiscalyear_lock_date = "2026-03-31"
        refund = self.refund(2500)
        self.fail()
        refund.action_let_the_sale_stand()
        note = refund.credit_note_ids
        offset = self.env["account.move"].search(
            [
                ("ref", "ilike", f"refund {refund.reference}"),
                ("move_type", "=", "entry"),
            ]
        )
        days = [
            refund.payment_id.date,
            note.date,
            note.invoice_date,
            *offset.mapped("date"),
        ]
        self.assertEqual({str(day) for day in days}, {"2026-04-01"})
        self.assertEqual(self.balances(), {"gateway": 96.8, **FEES})
        self.assertEqual(self.receivable(), 0.0)

    def test_a_refund_of_a_charge_taken_outside_odoo(self):
        self.say_refund(2500, payment=9)
        charge = self.gateway.facts["charge", "ch_1"]
        self.gateway.put(
            "charge",
            type(charge)(**{**vars(charge), "ref": "ch_9", "intent_ref": None}),
        )
        event = self.hear_and_work("refund.created", "re_1")
        self.assertEqual(event.state, "done")
        self.assertFalse(self.found())
        movement = self.env["payment.balance.transaction"].search(
            [("gateway_ref", "=", "txn_re1")]
        )
        self.assertEqual(movement.state, "parked")
        self.assertIn("outside Odoo", movement.reason)
        self.assertFalse(self.tx.refund_ids)
        self.assertEqual(self.balances()["suspense"], 25.0)
