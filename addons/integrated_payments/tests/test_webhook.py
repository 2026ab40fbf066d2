import json
import time

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..gateway.signature import sign
from .common import IntegratedPaymentsCommon


@tagged("-at_install", "post_install")
class TestWebhook(IntegratedPaymentsCommon, HttpCase):
    """The door for notifications, through real HTTP with real signatures."""

    def post(self, body=None, secret="whsec_own", age=0, url=None, header=None):
        """Send a signed notification; return (status, answer)."""
        raw = body if isinstance(body, bytes) else json.dumps(body or self.event())
        raw = raw if isinstance(raw, bytes) else raw.encode()
        moment = int(time.time()) - age
        if header is None:
            header = f"t={moment},v1={'0' * 64},v1={sign(raw, secret, moment)}"
        response = self.url_open(
            url or f"/integrated_payments/webhook/{self.stripe.id}",
            data=raw,
            headers={"Content-Type": "application/json", "Stripe-Signature": header},
        )
        return response.status_code, response.text

    def event(self, ref="evt_1"):
        return {
            "id": ref,
            "object": "event",
            "type": "customer.created",
            "livemode": False,
            "created": 1760000000,
            "data": {"object": {"id": "cus_1"}},
        }

    def stored(self):
        return self.env["payment.event"].search([("provider_id", "=", self.stripe.id)])

    def refused(self):
        refusals = self.env["payment.event.refusal"].search(
            [("provider_id", "=", self.stripe.id)]
        )
        return {refusal.reason: refusal.count for refusal in refusals}

    def test_signed_event_is_stored_once_and_acknowledged(self):
        for _delivery in range(2):
            self.assertEqual(self.post()[0], 200)
        self.assertEqual(self.stored().mapped("gateway_ref"), ["evt_1"])
        self.assertEqual(self.refused(), {})

    @mute_logger("odoo.addons.integrated_payments.controllers.webhook")
    def test_bad_old_and_missing_signatures(self):
        self.assertEqual(self.post(secret="whsec_wrong")[0], 403)
        self.assertEqual(self.post(secret="whsec_wrong")[0], 403)
        self.assertEqual(self.post(age=301)[0], 403)
        self.assertEqual(self.post(header="")[0], 403)
        self.assertFalse(self.stored())
        self.assertEqual(
            self.refused(), {"bad_signature": 2, "old_signature": 1, "no_signature": 1}
        )
        self.stripe.invalidate_recordset()
        self.assertEqual(self.stripe.recent_refusals, 4)

    @mute_logger("odoo.addons.integrated_payments.controllers.webhook")
    def test_without_a_secret_nothing_is_believed(self):
        self.stripe.gateway_webhook_secret = False
        status, answer = self.post()
        self.assertEqual(status, 403)
        self.assertIn("create the webhook", answer)
        self.assertEqual(self.refused(), {"no_secret": 1})

    @mute_logger("odoo.addons.integrated_payments.controllers.webhook")
    def test_malformed_and_oversized(self):
        event = b'{"id": "evt_1", "type": "x", "created": %s, "data": {"object": %s}}'
        for body in (
            b"{",
            b"[]",
            b'{"id": 1}',
            b'{"id": "evt_1", "type": "x"}',
            event % (b"99999999999999", b"{}"),
            event % (b"1", b'{"amount": NaN}'),
        ):
            self.assertEqual(self.post(body)[0], 400, body)
        huge = {**self.event(), "padding": "x" * 1024 * 1024}
        self.assertEqual(self.post(huge)[0], 400)
        self.assertFalse(self.stored())
        self.assertEqual(self.refused(), {"malformed": 6, "too_large": 1})

    def test_unknown_provider(self):
        self.assertEqual(self.post(url="/integrated_payments/webhook/999999")[0], 404)

    @mute_logger("odoo.addons.integrated_payments.controllers.webhook")
    def test_cores_address_feeds_the_same_inbox(self):
        url = "/payment/stripe/webhook"
        status, _answer = self.post(url=url, secret=self.stripe.stripe_webhook_secret)
        self.assertEqual(status, 200)
        self.assertEqual(self.stored().mapped("gateway_ref"), ["evt_1"])
        self.assertEqual(self.post(url=url, secret="whsec_wrong")[0], 403)
        self.assertEqual(self.post(b"{", url=url)[0], 403)
