from odoo import models


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "payment.credit.mixin"]

    def _credit_amount(self):
        return self.amount_total / (self.currency_rate or 1.0)

    def _is_credit_decision(self):
        return self.state in ("draft", "sent")
