"""What a proposal would book, without booking it."""

from odoo import models
from odoo.exceptions import UserError


class AccountMatch(models.Model):
    _inherit = "account.match"

    def _preview(self):
        """Return (values of the items that accepting this would make, why it cannot).

        Built by the code that posts; nothing is written.
        """
        self.ensure_one()
        try:
            self._check_acceptable()
            return self._rows_to_book(), False
        except UserError as error:
            return [], str(error)

    def _rows_to_book(self):
        """Return the values of the items that take the suspense item's place."""
        line = self.statement_line_id
        liquidity, _suspense, _others = line._seek_for_lines()
        balance = sum(liquidity.mapped("balance"))
        if self.reconcile_model_id:
            return self._model_rows()
        if self.transfer_journal_id:
            return [self._whole_line(line._transfer_account(), balance)]
        targets = self._members() or self.payout_id._transit_item()
        if self.how == "return":
            return [self._whole_line(targets.account_id, balance, targets.partner_id)]
        targets = self._target()
        rows = self._rows(targets, line._partner_with(targets), balance)
        if "balance" not in rows[0]:
            return [self._whole_line(targets.account_id, balance, targets.partner_id)]
        return rows

    def _whole_line(self, account, balance, partner=None):
        """Return the one item that takes the whole line."""
        line = self.statement_line_id
        return {
            "name": line.payment_ref,
            "account_id": account.id,
            "partner_id": partner.id if partner else line.partner_id.id,
            "currency_id": line._match_currency().id,
            "amount_currency": -line._transaction_amount(),
            "balance": -balance,
        }
