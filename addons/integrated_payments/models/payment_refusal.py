"""Why a gateway refused a charge: its code, which core's message does not carry."""

import requests

from odoo import models
from odoo.exceptions import ValidationError


class Refusal:
    """What a gateway answered to one charge; compared by identity.

    ``code``: its reason; ``unanswered``: nobody knows whether money was taken.
    """

    def __init__(self):
        self.code = None
        self.unanswered = False

    def hear(self, status, error):
        """Keep a refusing answer.

        :param int status: of HTTP; from 500 on the gateway itself does not know, and
            409 says that an earlier request with the same key is still at work
        :param dict error: the gateway's error object, by Stripe's names
        """
        self.unanswered = status >= 500 or status == 409
        self.code = error.get("decline_code") or error.get("code")
        if status == 429:
            self.code = "rate_limit"


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _send_api_request(self, *args, **kwargs):
        """Tell a missing answer from a refusal, for who asked with a Refusal."""
        refusal = self.env.context.get("payment_refusal")
        try:
            return super()._send_api_request(*args, **kwargs)
        except ValidationError as error:
            cause = error.__context__
            lost = (requests.exceptions.ConnectionError, requests.exceptions.Timeout)
            if refusal and isinstance(cause, lost):
                refusal.unanswered = True
            raise

    def _parse_response_error(self, response):
        """Also keep the code, for who asked with a Refusal."""
        refusal = self.env.context.get("payment_refusal")
        if refusal:
            try:
                error = response.json().get("error")
            except (ValueError, AttributeError):
                error = None
            refusal.hear(response.status_code, error if isinstance(error, dict) else {})
        return super()._parse_response_error(response)
