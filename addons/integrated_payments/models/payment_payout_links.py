"""From a payment or a journal entry to the payouts behind it."""

from odoo import fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _payouts(self):
        """Return the payouts that carry these payments' money, after a failure too."""
        payouts = self.balance_transaction_ids.payout_id
        for payout in payouts:
            payouts |= payout._carrier()
        return payouts


class AccountMove(models.Model):
    _inherit = "account.move"

    payout_count = fields.Integer(compute="_compute_payout_count", compute_sudo=True)

    def _compute_payout_count(self):
        for move in self:
            move.payout_count = len(move._payouts())

    def _payouts(self):
        """Return the payouts of a bank line's entry, or of a gateway's entry."""
        line = self.statement_line_id
        movement = line.payment_balance_transaction_ids
        return line.payment_payout_ids | movement.source_payout_id | movement.payout_id

    def action_view_payouts(self):
        """Open the payouts behind this entry."""
        return self._payouts()._get_records_action(name=self.env._("Payouts"))
