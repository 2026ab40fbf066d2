from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged

from ..gateway import types
from .common import PAID_AT, IntegratedPaymentsCommon

SEND = "odoo.addons.payment.models.payment_provider.PaymentProvider._send_api_request"
EXPIRES = PAID_AT + timedelta(days=7)
CAPTURED_AT = PAID_AT + timedelta(days=3)


@tagged("-at_install", "post_install")
class TestCaptures(IntegratedPaymentsCommon):
    """Authorised now; captured in full, in part, or never."""

    def setUp(self):
        super().setUp()
        self.env.user.group_ids += self.env.ref("sales_team.group_sale_manager")
        self.stripe.capture_manually = True
        self.salesperson = self._create_new_internal_user(login="sam")
        self.product = self.env["product.product"].create(
            {"name": "Desk", "list_price": 100.0, "taxes_id": False, "type": "service"}
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
        self.asked = []

    # === What the gateway says === #

    def say_authorized(self):
        self.charge = self.gateway.put(
            "charge",
            types.Charge(
                ref="ch_1",
                status="succeeded",
                amount=10000,
                captured=0,
                currency="USD",
                created=PAID_AT,
                intent_ref="pi_1",
                method="card",
                brand="visa",
                capture_before=EXPIRES,
            ),
        )
        return self.say_intent(
            self.tx, status="requires_capture", amount=10000, capturable=10000
        )

    def authorize(self):
        self.say_authorized()
        self.hear_and_work("payment_intent.amount_capturable_updated", "pi_1")
        self.assertEqual(self.tx.state, "authorized")

    def say_captured(self, minor, gross=None):
        """The gateway captured ``minor``; ``gross``: it books the whole first."""
        self.say_movement(
            "txn_1",
            "charge",
            gross or minor,
            fee=320,
            source="ch_1",
            created=CAPTURED_AT,
        )
        if gross:
            self.say_movement(
                "txn_rest",
                "partial_capture_reversal",
                minor - gross,
                type="refund",
                source="ch_1",
                created=CAPTURED_AT,
            )
        charge = replace(self.charge, captured=minor, balance_transaction_ref="txn_1")
        self.gateway.put("charge", charge)
        return self.say_intent(
            self.tx, status="succeeded", amount=10000, amount_received=minor
        )

    def say_canceled(self, reason=None):
        return self.say_intent(
            self.tx, status="canceled", amount=10000, cancel_reason=reason
        )

    def at_gateway(self, refusal=None, heard=True):
        """Let core's requests reach the gateway that answers from memory."""

        def send(provider, method, endpoint, *, data=None, **kwargs):
            self.asked.append((endpoint, data))
            if refusal:
                raise ValidationError(refusal)
            if endpoint.endswith("/capture"):
                intent = self.say_captured(data["amount_to_capture"])
            else:
                intent = self.say_canceled()
            if not heard:
                raise ValidationError(self.env._("Could not establish the connection."))
            return {
                "id": intent.ref,
                "status": intent.status,
                "amount_received": intent.amount_received,
            }

        return patch(SEND, send)

    def capture(self, amount):
        """Press Capture, as the salesperson's form does."""
        action = self.order.payment_action_capture()
        self.assertEqual(action["res_model"], "payment.capture.wizard")
        wizard = self.env["payment.capture.wizard"].with_context(**action["context"])
        made = wizard.create({"amount_to_capture": amount})
        self.assertTrue(made.captures_once)
        return made.action_capture()

    # === Authorised === #

    def test_authorised_confirms_the_order_and_asks_for_the_capture(self):
        self.authorize()
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self.tx.authorized_amount, 100.0)
        self.assertIn("not captured yet", self.order.payment_processing_note)
        activity = self.order.activity_ids
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertEqual(activity.date_deadline, (EXPIRES - timedelta(days=1)).date())
        self.assertIn("2026-03-16", activity.summary)
        self.assertEqual(self.balances(), {})
        self.assertEqual(self.trail(self.tx)["books"], "waiting")
        self.hear_and_work("charge.succeeded", "ch_1")
        self.assertEqual(len(self.order.activity_ids), 1)

    # === Captured === #

    def test_full_capture(self):
        self.authorize()
        with self.at_gateway():
            self.capture(100.0)
        self.assertEqual(
            self.asked,
            [("payment_intents/pi_1/capture", {"amount_to_capture": 10000})],
        )
        self.hear_and_work("charge.captured", "ch_1")
        self.assertEqual((self.tx.state, self.tx.amount), ("done", 100.0))
        self.assertFalse(self.tx.child_transaction_ids)
        self.assertFalse(self.order.activity_ids)
        self.assertEqual(self.tx.payment_id.amount, 100.0)
        self.assertEqual(str(self.tx.payment_id.date), "2026-03-12")
        self.assertEqual(self.trail(self.tx)["books"], "done")
        self.assertEqual(self.order.invoice_ids.payment_state, "paid")

    def test_partial_capture_is_the_amount_of_the_payment(self):
        self.authorize()
        with self.at_gateway():
            self.capture(60.0)
        self.assertEqual((self.tx.state, self.tx.amount), ("done", 60.0))
        self.assertIn("the rest was released", self.tx.state_message)
        self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.assertEqual(self.order.amount_paid, 60.0)
        self.assertEqual(self.tx.authorized_amount, 100.0)
        self.assertEqual(self.tx.payment_id.amount, 60.0)
        self.assertTrue(self.tx.payment_id.is_matched)
        self.assertEqual(self.balances(), {"gateway": 56.8, "fee": 3.2})
        invoice = self.order.invoice_ids
        self.assertEqual((invoice.amount_total, invoice.payment_state), (60.0, "paid"))

    def test_capture_booked_gross_with_its_reversal(self):
        """The account books 100.00 and takes 40.00 back: the payment is 60.00."""
        self.authorize()
        self.say_captured(6000, gross=10000)
        self.hear_and_work("charge.captured", "ch_1")
        self.assertEqual(self.tx.payment_id.amount, 60.0)
        self.assertEqual(len(self.tx.balance_transaction_ids), 2)
        self.assertEqual(self.balances(), {"gateway": 56.8, "fee": 3.2})
        self.assertTrue(self.tx.payment_id.is_matched)
        lines = self.tx.balance_transaction_ids.statement_line_id
        self.assertEqual(set(lines.mapped("is_reconciled")), {True})

    def test_reversal_that_only_a_payout_names(self):
        self.authorize()
        self.say_captured(6000, gross=10000)
        with patch.object(self.gateway, "movements_of", return_value=[]):
            self.hear_and_work("charge.captured", "ch_1")
            self.assertEqual(self.balances()["gateway"], 96.8)
            self.say_payout("po_1", ["txn_1", "txn_rest"])
            self.hear_and_work("payout.reconciliation_completed", "po_1")
        self.assertEqual(self.balances(), {"transit": 56.8, "fee": 3.2})
        movement = self.env["payment.balance.transaction"].search(
            [("gateway_ref", "=", "txn_rest")]
        )
        self.assertEqual((movement.state, movement.transaction_id), ("posted", self.tx))

    def test_partial_capture_in_another_currency_than_settled(self):
        """100.00 EUR authorised, 60.00 captured, booked gross in USD at 1.08."""
        self._enable_currency("EUR")
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": self.currency_euro.id, "rate": 1.0}
        )
        self.tx.currency_id = self.currency_euro
        self.order.currency_id = self.currency_euro
        self.say_authorized()
        self.charge = self.gateway.put("charge", replace(self.charge, currency="EUR"))
        self.hear_and_work("payment_intent.amount_capturable_updated", "pi_1")
        self.say_captured(6000)
        for ref, category, amount in (
            ("txn_1", "charge", 10800),
            ("txn_rest", "partial_capture_reversal", -4320),
        ):
            self.say_movement(ref, category, amount, source="ch_1", exchange_rate=1.08)
        self.hear_and_work("charge.captured", "ch_1")
        self.assertEqual(self.tx.payment_id.amount, 60.0)
        self.assertTrue(self.tx.payment_id.is_matched)
        self.assertEqual(self.balances(), {"gateway": 64.8})

    def test_capture_in_the_dashboard_is_taken_over(self):
        self.authorize()
        self.say_captured(7500)
        self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.assertEqual((self.tx.state, self.tx.amount), ("done", 75.0))
        self.assertEqual(self.tx.payment_id.amount, 75.0)
        self.assertFalse(self.order.activity_ids)

    def test_authorised_and_captured_before_anything_was_heard(self):
        """The order is confirmed as if the authorisation had been heard first."""
        self.say_authorized()
        self.say_captured(7500)
        self.hear_and_work("charge.captured", "ch_1")
        self.assertEqual((self.tx.amount, self.tx.authorized_amount), (75.0, 100.0))
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self.trail(self.tx)["order"], "done")
        self.assertEqual(self.tx.payment_id.amount, 75.0)

    def test_capture_heard_in_every_order_is_booked_once(self):
        self.authorize()
        with self.at_gateway():
            self.capture(60.0)
        for number, (event, ref) in enumerate(
            [
                ("charge.captured", "ch_1"),
                ("payment_intent.succeeded", "pi_1"),
                ("charge.updated", "ch_1"),
                ("payment_intent.amount_capturable_updated", "pi_1"),
            ]
            * 2
        ):
            self.hear_and_work(event, ref, number=f"again{number}")
        payments = self.env["account.payment"].search(
            [("payment_transaction_id", "=", self.tx.id)]
        )
        self.assertEqual(payments.mapped("amount"), [60.0])
        self.assertEqual(self.balances(), {"gateway": 56.8, "fee": 3.2})

    def test_lost_answer_is_settled_by_the_truth(self):
        """The capture took effect, its answer was lost: pressed once, captured once."""
        self.authorize()
        with self.at_gateway(heard=False):
            self.capture(60.0)
        self.assertEqual((self.tx.state, self.tx.amount), ("done", 60.0))
        with self.at_gateway():
            self.tx._capture(60.0)  # a second click that was already on its way
        self.assertEqual(len(self.asked), 1)

    def test_refused_capture_is_told_and_changes_nothing(self):
        self.authorize()
        refused = "The provided amount_to_capture is too large."
        with self.at_gateway(refusal=refused), self.assertRaises(UserError) as told:
            self.capture(100.0)
        self.assertIn(refused, str(told.exception))
        self.assertEqual((self.tx.state, self.tx.amount), ("authorized", 100.0))
        self.assertTrue(self.order.activity_ids)

    def test_core_books_a_partial_capture_right_too(self):
        """Core's own webhook or return page comes before ours."""
        self.authorize()
        self.tx._process(
            "stripe",
            {
                "reference": "S-1",
                "payment_intent": {
                    "id": "pi_1",
                    "status": "succeeded",
                    "amount": 10000,
                    "amount_received": 6000,
                    "currency": "usd",
                },
            },
        )
        self.assertEqual((self.tx.state, self.tx.amount), ("done", 60.0))
        self.say_captured(6000)
        self.hear_and_work("charge.captured", "ch_1")
        self.assertEqual(self.tx.payment_id.amount, 60.0)

    def test_other_amount_than_booked_is_parked(self):
        self.authorize()
        self.say_captured(6000)
        self.hear_and_work("charge.captured", "ch_1")
        self.say_captured(5000)
        event = self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.assertEqual(event.state, "parked")
        self.assertIn("60.00 are booked", event.reason.replace("$\xa0", ""))

    def test_refund_of_a_capture(self):
        """No capture child: a dashboard refund is found once (odoo/odoo#276154)."""
        self.authorize()
        self.say_captured(6000)
        self.hear_and_work("charge.captured", "ch_1")
        self.say_movement("txn_re", "refund", -2000, source="re_1")
        charge = self.gateway.facts["charge", "ch_1"]
        self.gateway.put("charge", replace(charge, refunded=2000))
        self.say_refund("re_1", 2000, "txn_re")
        self.hear_and_work("charge.refunded", "ch_1")
        self.hear_and_work("refund.updated", "re_1")
        self.assertEqual(self.tx.child_transaction_ids.mapped("amount"), [-20.0])
        self.assertEqual(self.balances(), {"gateway": 36.8, "fee": 3.2})

    # === Never captured === #

    def test_void_books_nothing(self):
        """And no refund, whatever an old API version calls it (odoo/odoo#259230)."""
        self.authorize()
        with self.at_gateway():
            self.order.payment_action_void()
        self.assertEqual(self.tx.state, "cancel")
        self.say_refund("re_void", 10000, None)
        self.gateway.put("charge", replace(self.charge, refunded=10000))
        self.hear_and_work("charge.refunded", "ch_1")
        self.hear_and_work("payment_intent.canceled", "pi_1")
        self.assertFalse(self.tx.child_transaction_ids)
        self.assertFalse(self.tx.payment_id)
        self.assertEqual(self.balances(), {})
        self.assertFalse(self.order.activity_ids)

    def test_expiry_is_told_to_the_salesperson(self):
        self.authorize()
        self.say_canceled("expired")
        self.hear_and_work("payment_intent.canceled", "pi_1")
        self.assertEqual(self.tx.state, "cancel")
        activity = self.order.activity_ids
        self.assertEqual(activity.user_id, self.salesperson)
        self.assertIn("expired before it was captured", activity.summary)
        self.assertIn(
            "expired before it was captured",
            "".join(self.order.message_ids.mapped("body")),
        )
        self.assertEqual(self.balances(), {})

    def say_refund(self, ref, minor, movement):
        self.gateway.put(
            "refund",
            types.Refund(
                ref=ref,
                status="succeeded",
                amount=minor,
                currency="USD",
                created=PAID_AT,
                charge_ref="ch_1",
                intent_ref="pi_1",
                balance_transaction_ref=movement,
            ),
        )
