from odoo import api, models


class PaymentRollupDay(models.Model):
    _inherit = "payment.rollup.day"

    @api.model
    def _claim(self, limit):
        """Tell the boards: the figures of these days are new with this commit."""
        buckets = super()._claim(limit)
        self.env["payment.live"]._changed(buckets.company_id)
        return buckets
