from odoo import models

from ..gateway.registry import GATEWAYS


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _compute_amount_available_for_refund(self):
        """Refunds under way count, failed ones do not: they can be made again.

        Core counts the payments of refunds: pending ones have none yet, and a failed
        one keeps its own. Of gateways whose refunds we do not follow, core's is kept.
        """
        result = super()._compute_amount_available_for_refund()
        for payment in self:
            transaction = payment.payment_transaction_id.sudo()
            known = transaction.provider_code in GATEWAYS
            if known and (payment.amount_available_for_refund or payment.refunds_count):
                payment.amount_available_for_refund = max(transaction._refundable(), 0)
        return result
