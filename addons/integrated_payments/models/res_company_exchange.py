"""Differences of rates that no later matching would post, on the company's accounts."""

from odoo import models
from odoo.exceptions import UserError


class ResCompany(models.Model):
    _inherit = "res.company"

    def _exchange_item(self, balance, label):
        """Return the create values of a journal item over a difference of rates.

        :param float balance: in the company's currency; a credit is a gain
        :raise UserError: if the account is not set
        """
        self.ensure_one()
        account = (
            self.income_currency_exchange_account_id
            if balance < 0
            else self.expense_currency_exchange_account_id
        )
        if not account:
            raise UserError(
                self.env._(
                    "%s has no account for exchange gains or losses: choose both in the"
                    " settings of Accounting, then press Post.",
                    self.name,
                )
            )
        return {
            "account_id": account.id,
            "name": label,
            "currency_id": self.currency_id.id,
            "amount_currency": balance,
            "balance": balance,
            "analytic_distribution": False,
        }
