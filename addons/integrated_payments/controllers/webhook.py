"""The doors for notifications: verify, store, acknowledge. Nothing else."""

import logging

from odoo import http
from odoo.http import request

from odoo.addons.payment_stripe.controllers.main import StripeController

from ..gateway.errors import Refused
from ..gateway.signature import verify

_logger = logging.getLogger(__name__)
SIGNATURE_HEADER = "Stripe-Signature"


class PaymentWebhook(http.Controller):
    """One address per provider, with a secret of its own."""

    @http.route(
        "/integrated_payments/webhook/<int:provider_id>",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=False,
        save_session=False,
    )
    def receive(self, provider_id):
        """Store a signed notification of this provider.

        :return: 200 once it is stored (or was before), 400 or 403 if refused, 404 for
            an unknown or disabled provider
        """
        provider = request.env["payment.provider"].sudo().browse(provider_id).exists()
        if not provider or provider.state == "disabled":
            return request.not_found()
        return _store([(provider, provider.gateway_webhook_secret)])


class StripeInbox(StripeController):
    """Core's address feeds the same inbox: a running installation needs no change."""

    @http.route()
    def stripe_webhook(self):
        """Take events into the inbox; leave what is no event to core."""
        try:
            event = request.get_json_data()
        except ValueError:
            event = {"id": None}
        if isinstance(event, dict) and "id" not in event:
            return super().stripe_webhook()
        providers = (
            request.env["payment.provider"]
            .sudo()
            .search([("code", "=", "stripe"), ("state", "!=", "disabled")])
        )
        return _store([(each, each.stripe_webhook_secret) for each in providers])


def _store(candidates):
    """Verify the request against the providers' secrets and store it with the owner.

    :param candidates: [(provider, signing secret or False)]
    :return: the HTTP response
    """
    body = request.httprequest.get_data()
    header = request.httprequest.headers.get(SIGNATURE_HEADER)
    try:
        owners = {secret: provider for provider, secret in candidates if secret}
        owner = owners[verify(body, header, owners)]
        request.env["payment.event"].sudo()._receive(owner, body)
    except Refused as refusal:
        return _refuse(candidates, refusal)
    return request.make_json_response({"received": True})


def _refuse(candidates, refusal):
    """Count the refusal where the administrator looks, keep nothing, say why."""
    _logger.warning("Refused a payment notification: %s", refusal)
    for provider, _secret in candidates[:1]:
        request.env["payment.event.refusal"].sudo()._count(provider, refusal.reason)
    return request.make_json_response({"error": str(refusal)}, status=refusal.status)
