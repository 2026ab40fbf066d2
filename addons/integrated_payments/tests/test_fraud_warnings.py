from odoo import fields
from odoo.tests import tagged

from ..gateway import types
from .common import PAID_AT, IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestFraudWarnings(IntegratedPaymentsCommon):
    """Early fraud warnings and reviews ask a person; they move no money."""

    def setUp(self):
        super().setUp()
        self.tx = self._create_transaction(
            "direct",
            amount=100.0,
            currency_id=self.currency.id,
            reference="INV-1",
            provider_reference="pi_1",
        )
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        self.before = self.balances()

    def warn(self, kind="fraud_warning", opened=True, **values):
        """The gateway states a doubt; returns the record after its event."""
        ref = "issfr_1" if kind == "fraud_warning" else "prv_1"
        self.gateway.put(
            kind,
            types.FraudWarning(
                **{
                    "ref": ref,
                    "kind": "review" if kind == "review" else "early_warning",
                    "open": opened,
                    "created": PAID_AT,
                    "charge_ref": "ch_1",
                    "reason": "made_with_stolen_card",
                    **values,
                }
            ),
        )
        prefix = "radar.early_fraud_warning" if kind == "fraud_warning" else "review"
        self.hear_and_work(f"{prefix}.{opened}", ref)
        return self.env["payment.fraud.warning"].search([("gateway_ref", "=", ref)])

    def test_early_warning_asks_to_refund_and_closes_by_itself(self):
        warning = self.warn()
        self.assertEqual((warning.state, warning.amount), ("open", 100.0))
        self.assertEqual(warning.reason, "Made with stolen card")
        self.assertEqual(warning.transaction_id, self.tx)
        self.assertEqual(warning.partner_id, self.partner)
        self.assertEqual(self.tx.open_fraud_warning_count, 1)
        task = warning.activity_ids
        self.assertIn("refund", task.summary)
        self.assertEqual(task.date_deadline, fields.Date.today())
        self.assertEqual(task.user_id, self.company._payment_responsible())
        action = warning.action_view_payment()
        self.assertEqual(action["res_id"], self.tx.payment_id.id)
        self.warn(opened=False)
        self.assertEqual((warning.state, len(warning.activity_ids)), ("closed", 0))
        self.assertEqual(self.tx.open_fraud_warning_count, 0)
        self.assertEqual(self.balances(), self.before)

    def test_refund_in_full_closes_the_warning(self):
        warning = self.warn()
        charge = self.tx.charge_ids
        charge.write({"refunded_minor": 4000})
        self.assertEqual(warning.state, "open")
        charge.write({"refunded_minor": 10000})
        self.assertEqual((warning.state, len(warning.activity_ids)), ("closed", 0))

    def test_review_opened_and_approved(self):
        review = self.warn("review", reason="rule")
        self.assertEqual((review.kind, review.state), ("review", "open"))
        self.assertIn("Review the payment", review.activity_ids.summary)
        self.warn("review", opened=False, reason="approved")
        self.assertEqual((review.state, review.reason), ("closed", "Approved"))
        self.assertFalse(review.activity_ids)

    def test_review_that_names_the_intent_alone(self):
        review = self.warn("review", charge_ref=None, intent_ref="pi_1")
        self.assertEqual(review.transaction_id, self.tx)

    def test_warning_about_nothing_is_parked(self):
        warning = self.warn(charge_ref=None)
        self.assertFalse(warning)
        event = self.env["payment.event"].search([("object_ref", "=", "issfr_1")])
        self.assertEqual(event.state, "parked")
        self.assertIn("does not name the payment", event.reason)

    def test_heard_twice_asked_once(self):
        warning = self.warn()
        self.hear_and_work("radar.early_fraud_warning.created", "issfr_1", number="x")
        self.assertEqual(len(warning.activity_ids), 1)
        self.assertEqual(self.env["payment.fraud.warning"].search_count([]), 1)
