from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..gateway.errors import NeedsPerson, RetryLater
from .common import IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestEvent(IntegratedPaymentsCommon):
    """The inbox: each event once, retried or parked, nothing lost."""

    def setUp(self):
        super().setUp()
        self.tx = self._create_transaction(
            "direct", amount=100.0, reference="T-1", provider_reference="pi_1"
        )

    def test_the_same_event_is_stored_once(self):
        first = self.hear("charge.updated", "ch_1", number=1)
        again = self.hear("charge.updated", "ch_1", number=1)
        self.assertEqual(first, again)

    def test_one_object_is_fetched_once_per_batch(self):
        self.say_paid(self.tx)
        for event_type in ("payment_intent.succeeded", "payment_intent.processing"):
            self.hear(event_type, "pi_1")
        self.work()
        self.assertEqual(self.gateway.asked.count(("intent", "pi_1")), 1)

    def test_gateway_down_then_up(self):
        self.say_paid(self.tx)
        self.gateway.failure = RetryLater("Stripe cannot be reached")
        event = self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual((event.state, event.attempts), ("pending", 1))
        self.assertIn("cannot be reached", event.reason)
        self.assertGreater(event.next_attempt_at, event.received_at)
        self.gateway.failure = None
        self.work()
        self.assertEqual((event.state, event.reason), ("done", False))
        self.assertEqual(self.tx.state, "done")

    def run_job(self):
        """Run the scheduled action itself, its commits left out."""
        cron = type(self.env["ir.cron"])
        with patch.object(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0):
            self.env["payment.event"].sudo()._cron_process()

    def test_effects_that_a_crash_cut_off_are_run(self):
        self.say_paid(self.tx)
        self.hear("charge.updated", "ch_1")._process()
        self.assertEqual((self.tx.state, self.trail(self.tx)), ("done", {}))
        self.run_job()
        self.assertEqual(self.trail(self.tx)["books"], "done")
        self.assertTrue(self.tx.is_post_processed)

    def test_money_of_later_events_goes_before_effects(self):
        other = self.tx.copy({"reference": "T-2", "provider_reference": "pi_2"})
        self.say_paid(self.tx)
        self.say_paid(other, number=2)
        self.hear("charge.updated", "ch_1")
        model, settled = type(self.tx), []
        settle = model._settle

        def slow_settle(transaction):
            if not settled:  # a notification comes while effects are run
                self.hear("charge.updated", "ch_2")
            settled.append((transaction.reference, other.state))
            return settle(transaction)

        with patch.object(model, "_settle", slow_settle):
            third = self.tx.copy({"reference": "T-3", "provider_reference": "pi_3"})
            self.say_paid(third, number=3)
            self.hear("charge.updated", "ch_3")
            self.run_job()
        self.assertEqual(settled, [("T-1", "draft"), ("T-3", "done"), ("T-2", "done")])

    @mute_logger("odoo.addons.integrated_payments.models.payment_event")
    def test_an_error_in_one_payment_does_not_stop_the_others(self):
        self.say_paid(self.tx)
        self.hear("charge.updated", "ch_1")
        failing = patch.object(type(self.tx), "_settle", side_effect=ValueError("x"))
        rollback = patch.object(self.env.cr, "rollback")
        with failing, rollback as undone:
            self.run_job()
        undone.assert_called_once()
        self.run_job()
        self.assertEqual(self.trail(self.tx)["books"], "done")

    def test_after_too_many_attempts_a_person_is_asked(self):
        self.gateway.failure = RetryLater("down")
        event = self.hear("charge.updated", "ch_1")
        for _attempt in range(12):
            event._process()
        self.assertEqual((event.state, event.attempts), ("parked", 12))

    @mute_logger("odoo.addons.integrated_payments.models.payment_event")
    def test_an_unexpected_error_is_shown_and_tried_again(self):
        self.gateway.failure = ZeroDivisionError("surprise")
        event = self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(event.state, "pending")
        self.assertIn("surprise", event.reason)

    def test_unknown_type_and_missing_object_are_parked(self):
        event = self.hear_and_work("teleport.completed", "tel_1")
        self.assertEqual(event.state, "parked")
        self.assertIn("teleport", event.reason)
        event = self.hear_and_work("charge.updated", "ch_gone")
        self.assertEqual(event.state, "parked")
        self.assertIn("ch_gone", event.reason)

    def test_without_effect(self):
        event = self.hear_and_work("customer.created", "cus_1")
        self.assertEqual(event.state, "ignored")

    def test_available_balance_calls_for_the_proof(self):
        cron = self.env.ref("integrated_payments.cron_post_and_prove")
        Trigger = self.env["ir.cron.trigger"].sudo()
        before = Trigger.search_count([("cron_id", "=", cron.id)])
        event = self.hear_and_work("balance.available", "")
        self.assertEqual(event.state, "done")
        after = Trigger.search_count([("cron_id", "=", cron.id)])
        self.assertEqual(after - before, 1)

    def test_live_event_into_a_test_provider(self):
        self.say_paid(self.tx)
        event = self.hear_and_work("charge.updated", "ch_1", livemode=True)
        self.assertEqual(event.state, "parked")
        self.assertIn("not in live mode", event.reason)
        self.assertEqual(self.tx.state, "draft")

    def test_amount_and_currency_that_differ(self):
        self.say_intent(self.tx, status="succeeded", amount=9999)
        event = self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.assertEqual(event.state, "parked")
        self.assertIn("99.99 USD", event.reason)
        self.say_intent(self.tx, status="succeeded", currency="EUR")
        event.action_replay()
        self.assertEqual(event.state, "parked")
        self.assertIn("EUR", event.reason)
        self.assertEqual(self.tx.state, "draft")

    def test_replay_after_the_cause_is_gone(self):
        self.gateway.failure = NeedsPerson("Check the key")
        event = self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual((event.state, event.reason), ("parked", "Check the key"))
        self.gateway.failure = None
        self.say_paid(self.tx)
        event.action_replay()
        self.assertEqual(event.state, "done")
        self.assertEqual(event.transaction_id, self.tx)

    def test_only_parked_events_can_be_closed(self):
        event = self.hear_and_work("customer.created", "cus_1")
        with self.assertRaisesRegex(UserError, "need attention"):
            event.action_ignore()
        parked = self.hear_and_work("teleport.completed", "tel_1")
        parked.action_ignore()
        self.assertEqual(parked.state, "ignored")

    def test_declined_then_paid(self):
        self.say_intent(
            self.tx, status="requires_payment_method", error_message="Card declined"
        )
        self.hear_and_work("payment_intent.payment_failed", "pi_1")
        self.assertEqual(self.tx.state, "error")
        self.assertEqual(self.tx.state_message, "Card declined")
        self.say_paid(self.tx)
        self.hear_and_work("payment_intent.succeeded", "pi_1")
        self.assertEqual(self.tx.state, "done")

    def test_money_after_cancellation_is_kept(self):
        self.tx._set_canceled()
        self.say_paid(self.tx)
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(self.tx.state, "done")
        self.assertTrue(self.tx.payment_id)
        self.assertEqual(self.balances()["gateway"], 96.8)

    def test_paid_outside_odoo_is_kept_for_review(self):
        stranger = self.tx.copy({"reference": "other"})
        self.say_paid(stranger, number=9)
        stranger.unlink()
        self.hear_and_work("charge.updated", "ch_9")
        charge = self.env["payment.charge"].search([("gateway_ref", "=", "ch_9")])
        movement = self.env["payment.balance.transaction"].search(
            [("charge_id", "=", charge.id)]
        )
        self.assertEqual(movement.state, "parked")
        self.assertIn("outside Odoo", movement.reason)
        self.assertEqual(self.balances(), {"gateway": 96.8, "suspense": -96.8})

    def test_payloads_are_stored_without_secrets(self):
        self.env["payment.event"]._receive(
            self.provider,
            b'{"id": "evt_s", "type": "payment_intent.created", "livemode": false,'
            b' "data": {"object": {"id": "pi_9", "client_secret": "pi_9_secret_x"}}}',
        )
        event = self.env["payment.event"].search([("gateway_ref", "=", "evt_s")])
        self.assertNotIn("secret_x", event.payload_text)
