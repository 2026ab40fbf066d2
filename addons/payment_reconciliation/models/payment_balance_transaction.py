from odoo import models

from .account_match_candidates import OWN_MONEY


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    def write(self, vals):
        """Look again at the bank's lines once what moves to or from it is posted."""
        result = super().write(vals)
        at_bank = {"payout", *OWN_MONEY} & set(self.mapped("category"))
        if vals.get("state") == "posted" and at_bank:
            self.env["account.bank.statement.line"]._wake_match_job()
        return result
