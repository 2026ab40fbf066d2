from odoo import models


class AccountMove(models.Model):
    _inherit = "account.move"

    def _post(self, soft=True):
        """Look again at the bank's lines: an invoice may have been paid in advance."""
        posted = super()._post(soft)
        if any(move.is_invoice(include_receipts=True) for move in posted):
            self.env["account.bank.statement.line"]._wake_match_job()
        return posted
