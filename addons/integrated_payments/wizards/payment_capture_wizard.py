"""Core's capture wizard: gateways that capture once release the rest."""

from odoo import api, fields, models

from ..gateway.registry import GATEWAYS


class PaymentCaptureWizard(models.TransientModel):
    _inherit = "payment.capture.wizard"

    captures_once = fields.Boolean(compute="_compute_captures_once", compute_sudo=True)

    @api.depends("transaction_ids")
    def _compute_captures_once(self):
        for wizard in self:
            codes = wizard.transaction_ids.provider_id.mapped("code")
            wizard.captures_once = any(code in GATEWAYS for code in codes)
