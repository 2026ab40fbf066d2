from odoo import models


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    def _prepare_items(self, posting, accounts, partner, date):
        """Book the gross where the session's payment of this method waits for it."""
        account = self.transaction_id._terminal_account()
        if account:
            accounts = {**accounts, "outstanding": account}
        return super()._prepare_items(posting, accounts, partner, date)

    def _prepare_statement_line(self, posting, journal, accounts):
        """A customer whom nobody knows is not named in the books."""
        values = super()._prepare_statement_line(posting, journal, accounts)
        if self.transaction_id._is_anonymous():
            values["partner_id"] = False
            for _command, _id, item in values["line_ids"]:
                item["partner_id"] = False
        return values
