from odoo import fields, models


class PaymentOutside(models.Model):
    _inherit = "payment.outside"

    result = fields.Selection(
        selection_add=[("pos", "Point of Sale")], ondelete={"pos": "set default"}
    )

    def _give_to_till(self, transaction):
        """Close the review of a payment whose order the till sent only now."""
        for outside in self:
            outside.write(
                {
                    "transaction_id": transaction.id,
                    "partner_id": transaction.partner_id.id,
                    "state": "done",
                    "result": "pos",
                    "reason": False,
                }
            )

    def _is_point_of_sale_here(self):
        """A company without a Stripe terminal has nothing that a till could book."""
        methods = self.env["pos.payment.method"].sudo()
        domain = [
            ("use_payment_terminal", "=", "stripe"),
            ("company_id", "=", self.company_id.id),
        ]
        return bool(methods.search_count(domain, limit=1))
