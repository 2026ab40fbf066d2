from odoo import models


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "payment.credit.mixin"]

    def _credit_amount(self):
        return self.amount_total_signed

    def _is_credit_decision(self):
        return self.state == "draft" and self.move_type == "out_invoice"

    def _shows_credit(self):
        return self.move_type in ("out_invoice", "out_receipt")
