from odoo import models


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _compute_amount_available_for_refund(self):
        """Refunds under way count, failed ones do not: they can be made again.

        Core counts the payments of refunds: pending ones have none yet, and a failed
        one keeps its own.
        """
        result = super()._compute_amount_available_for_refund()
        for payment in self:
            if payment.amount_available_for_refund or payment.refunds_count:
                left = payment.payment_transaction_id.sudo()._refundable()
                payment.amount_available_for_refund = max(left, 0.0)
        return result
