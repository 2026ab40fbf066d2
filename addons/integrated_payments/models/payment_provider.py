import configparser
import functools
import os

from werkzeug.urls import url_join

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import config

from ..domain import minor_units
from ..gateway import registry
from ..gateway.errors import GatewayError

STRIPE_API = "https://api.stripe.com"


@functools.lru_cache(maxsize=1)
def gateway_base_url():
    """Base URL of Stripe's API: environment, then configuration file, then Stripe.

    Never from the database: who can write there must not redirect secret keys.
    """
    parser = configparser.RawConfigParser()
    parser.read([config["config"] or ""])
    configured = parser.get("integrated_payments", "stripe_api_base", fallback=None)
    return (os.environ.get("STRIPE_API_BASE") or configured or STRIPE_API).rstrip("/")


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    gateway_supported = fields.Boolean(compute="_compute_gateway_supported")
    books_mode = fields.Selection(
        [
            ("off", "Off"),
            ("shadow", "Shadow: compute, do not post"),
            ("post", "Post"),
        ],
        string="Gateway Books",
        default="off",
        required=True,
        copy=False,
        help="Whether the gateway's fees, payouts and disputes are posted.",
    )
    post_test_payments = fields.Boolean(
        "Sandbox Database",
        copy=False,
        help="This database is no live one: test payments may be posted in its books.",
    )
    gateway_webhook_secret = fields.Char(
        "Signing Secret", copy=False, groups="base.group_system"
    )
    gateway_webhook_url = fields.Char(
        "Webhook Address", compute="_compute_gateway_webhook_url"
    )
    gateway_account_ids = fields.One2many(
        "payment.gateway.account", "provider_id", "Gateway Accounts"
    )
    refusal_ids = fields.One2many("payment.event.refusal", "provider_id", readonly=True)
    recent_refusals = fields.Integer(compute="_compute_recent_refusals")
    proof_at = fields.Datetime("Last Proof", readonly=True, copy=False)
    proof_details = fields.Json("Balance Proof", readonly=True, copy=False)
    proof_text = fields.Text("Figures", compute="_compute_proof_text")
    proof_state = fields.Selection(
        [("none", "No proof yet"), ("green", "Balanced"), ("red", "Differs")],
        string="Balance Proof",
        default="none",
        readonly=True,
        copy=False,
    )

    @api.depends("code")
    def _compute_gateway_supported(self):
        for provider in self:
            provider.gateway_supported = registry.supports(provider.code)

    def _compute_gateway_webhook_url(self):
        for provider in self:
            path = f"/integrated_payments/webhook/{provider.id}"
            provider.gateway_webhook_url = url_join(provider.get_base_url(), path)

    @api.depends("refusal_ids.count", "refusal_ids.day")
    def _compute_recent_refusals(self):
        since = fields.Date.subtract(fields.Date.today(), days=7)
        for provider in self:
            recent = provider.refusal_ids.filtered(lambda each: each.day >= since)
            provider.recent_refusals = sum(recent.mapped("count"))

    @api.depends("proof_details")
    def _compute_proof_text(self):
        for provider in self:
            provider.proof_text = "\n".join(
                self.env._(
                    "%(currency)s: gateway %(gateway)s, ledger %(ledger)s,"
                    " difference %(difference)s",
                    currency=line["currency"],
                    gateway=minor_units.display(line["gateway"], line["currency"]),
                    ledger=minor_units.display(line["ledger"], line["currency"]),
                    difference=minor_units.display(
                        line["gateway"] - line["ledger"], line["currency"]
                    ),
                )
                for line in provider.proof_details or ()
            )

    @api.constrains("books_mode", "state", "post_test_payments")
    def _check_books_mode(self):
        """Test payments never reach live books; posting needs all its accounts."""
        for provider in self.filtered(lambda each: each.books_mode == "post"):
            if provider.state == "test" and not provider.post_test_payments:
                raise ValidationError(
                    self.env._(
                        "%s is in test mode: its entries would mix with live books."
                        " Use Shadow, or tick Sandbox Database.",
                        provider.name,
                    )
                )
            if problems := provider._books_problems():
                raise ValidationError(
                    self.env._(
                        "%(provider)s cannot post: %(problems)s",
                        provider=provider.name,
                        problems=" ".join(problems),
                    )
                )

    # === GATEWAY === #

    def _gateway(self):
        """Return the gateway of this provider (see ``gateway.registry``).

        :raise UserError: if its kind of provider has none, or the key is missing
        """
        self.ensure_one()
        provider = self.sudo()
        if not registry.supports(provider.code):
            raise UserError(
                self.env._("%s has no readable balance.", provider.display_name)
            )
        if not provider.stripe_secret_key:
            raise UserError(
                self.env._("Set the secret key of %s first.", provider.display_name)
            )
        return registry.connect(
            provider.code, provider.stripe_secret_key, gateway_base_url()
        )

    def _build_request_url(self, endpoint, *, is_proxy_request=False, **kwargs):
        """Send core's own requests to the same base as ours."""
        url = super()._build_request_url(
            endpoint, is_proxy_request=is_proxy_request, **kwargs
        )
        if self.code == "stripe" and not is_proxy_request:
            return url.replace(STRIPE_API, gateway_base_url(), 1)
        return url

    # === ACTIONS === #

    def action_create_gateway_webhook(self):
        """Register our address at the gateway and keep the signing secret."""
        self.ensure_one()
        self.check_access("write")
        try:
            secret = self._gateway().create_webhook(self.gateway_webhook_url)
        except GatewayError as error:
            raise UserError(str(error)) from error
        self.gateway_webhook_secret = secret
        return self._notify(
            self.env._("The gateway will send its events to this database.")
        )

    def action_prove_balance(self):
        """Compare the gateway's balance with the ledger, now."""
        for provider in self:
            try:
                provider.sudo()._prove_balance()
            except GatewayError as error:
                raise UserError(str(error)) from error
        state = self[:1].proof_state
        return self._notify(
            self.env._("The ledger equals the gateway's balance.")
            if state == "green"
            else self.env._("The ledger differs from the gateway's balance."),
            "success" if state == "green" else "danger",
        )

    def action_view_refusals(self):
        """List what was refused, by day and reason."""
        return self.refusal_ids._get_records_action(
            name=self.env._("Refused Notifications")
        )

    def _notify(self, message, kind="success"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
