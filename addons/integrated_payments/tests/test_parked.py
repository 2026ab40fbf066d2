from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.payment_parked import ACTIVITY
from .common import IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestParked(IntegratedPaymentsCommon):
    """A person is asked once, and no longer than needed."""

    def setUp(self):
        super().setUp()
        self.journal = self.stripe.journal_id
        self.startPatcher(  # jobs commit; a test must not
            patch.object(
                type(self.env["ir.cron"]), "_commit_progress", lambda *_a, **_k: 1.0
            )
        )

    def run_events(self):
        self.env["payment.event"]._cron_process()
        return self.journal.activity_search([ACTIVITY])

    def daily(self):
        self.env["payment.provider"]._cron_post_and_prove()

    def test_one_activity_for_all_that_is_parked(self):
        self.assertFalse(self.run_events())
        first = self.hear("charge.updated", "ch_gone")
        activity = self.run_events()
        self.assertEqual(first.state, "parked")
        self.assertEqual(activity.user_id, self.company._payment_responsible())
        self.assertIn("events 1, movements 0", activity.summary)
        self.assertIn("action_payment_overview", activity.note)
        self.hear("charge.updated", "ch_gone_too")
        self.assertEqual(self.run_events(), activity)
        self.assertIn("events 2, movements 0", activity.summary)
        self.env["payment.event"].search([]).action_ignore()
        self.assertFalse(self.run_events())

    @mute_logger("odoo.addons.integrated_payments.models.payment_books")
    def test_a_movement_is_booked_once_its_cause_is_gone(self):
        """No button to press for each: the daily run takes them up again."""
        euro = self._enable_currency("EUR")
        euro.rate_ids.unlink()
        self.say_movement("txn_eur", "topup", 500, currency="EUR")
        facts = [self.gateway.facts["balance_transaction", "txn_eur"]]
        Movement = self.env["payment.balance.transaction"].sudo()
        movement = Movement._store(self.stripe, facts)["txn_eur"]
        self.daily()
        self.assertEqual(movement.state, "parked")
        self.assertIn("no exchange rate", movement.reason)
        activity = self.journal.activity_search([ACTIVITY])
        self.assertIn("events 0, movements 1", activity.summary)
        self.env["res.currency.rate"].create(
            {"name": "2026-01-01", "currency_id": euro.id, "rate": 0.9}
        )
        self.daily()
        self.assertEqual((movement.state, movement.reason), ("posted", False))
        self.assertFalse(self.journal.activity_search([ACTIVITY]))

    def test_what_lies_on_suspense_waits_for_a_person(self):
        self.say_movement("txn_moon", "lunar", 500)
        facts = [self.gateway.facts["balance_transaction", "txn_moon"]]
        Movement = self.env["payment.balance.transaction"].sudo()
        movement = Movement._store(self.stripe, facts)["txn_moon"]
        for _day in range(2):
            self.daily()
        self.assertEqual(movement.state, "parked")
        self.assertEqual(Movement.search_count([("id", "=", movement.id)]), 1)
        line = movement.statement_line_id
        self.assertEqual(
            line.search_count([("journal_id", "=", line.journal_id.id)]), 1
        )
