from odoo import models

from .account_match_queries import NAMED, OPEN, figures, normalised


class AccountMove(models.Model):
    _inherit = "account.move"

    _match_name_idx = models.Index(f"({normalised('name')}) WHERE {NAMED}")
    _match_reference_idx = models.Index(
        f"({normalised('payment_reference')}) WHERE {NAMED}"
    )
    _match_ref_idx = models.Index(f"({normalised('ref')}) WHERE {NAMED}")
    _match_name_digits_idx = models.Index(f"({figures('name')}) WHERE {NAMED}")
    _match_reference_digits_idx = models.Index(
        f"({figures('payment_reference')}) WHERE {NAMED}"
    )

    def _post(self, soft=True):
        """Look again at the bank's lines: an invoice may have been paid in advance."""
        posted = super()._post(soft)
        if any(move._may_be_paid_in_advance() for move in posted):
            self.env["account.bank.statement.line"]._wake_match_job()
        return posted

    def _may_be_paid_in_advance(self):
        """Return whether a bank line may wait for this entry.

        Payments through a gateway come with its payouts, which wake the job themselves.
        """
        self.ensure_one()
        if self.origin_payment_id:
            return not self.origin_payment_id.payment_transaction_id
        return self.is_invoice(include_receipts=True)


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    _match_amount_idx = models.Index(
        f"(amount_residual_currency, currency_id, company_id) WHERE {OPEN}"
    )
