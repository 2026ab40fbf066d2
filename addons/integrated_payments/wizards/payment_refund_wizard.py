from odoo import fields, models

from ..domain.refunds import REASONS

OFFERED = ("requested_by_customer", "duplicate", "fraudulent")


class PaymentRefundWizard(models.TransientModel):
    _inherit = "payment.refund.wizard"

    refund_reason = fields.Selection(
        [(code, REASONS[code]) for code in OFFERED],
        "Reason",
        help="Is kept with the refund and told to the gateway.",
    )

    def action_refund(self):
        """Hand the reason on with the refund."""
        return super(
            PaymentRefundWizard, self.with_context(refund_reason=self.refund_reason)
        ).action_refund()
