from odoo import models


class PaymentEffect(models.Model):
    _inherit = "payment.effect"

    def _document_models(self):
        """A payment at a terminal brings about no order: it belongs to the till's."""
        found = super()._document_models()
        return [*found, ("pos.order", self.env._("Point of Sale Order"))]
