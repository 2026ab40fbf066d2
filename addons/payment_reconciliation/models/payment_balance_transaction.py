from odoo import models


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    def write(self, vals):
        """Look again at the bank's lines once a payout's own line is posted."""
        result = super().write(vals)
        if vals.get("state") == "posted" and "payout" in self.mapped("category"):
            self.env["account.bank.statement.line"]._wake_match_job()
        return result
