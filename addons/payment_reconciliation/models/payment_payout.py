from odoo import api, fields, models


class PaymentPayout(models.Model):
    _inherit = "payment.payout"

    match_ids = fields.One2many("account.match", "payout_id", "Bank Line Proposals")

    @api.model_create_multi
    def create(self, vals_list):
        payouts = super().create(vals_list)
        self.env["account.bank.statement.line"]._wake_match_job()
        return payouts

    def write(self, vals):
        result = super().write(vals)
        if {"own_balance_transaction_id", "state", "trace_ref"} & vals.keys():
            self.env["account.bank.statement.line"]._wake_match_job()
        return result

    def _waits_for(self):
        """Return why a bank line cannot be matched with this payout yet.

        :return: a word of ``match_words.HELD``, or None if it can
        """
        item = self._transit_item()
        if len(item) != 1 or item.parent_state != "posted":
            return "not_posted"
        if item.reconciled:
            return "transit_taken"
        if self.currency_id.compare_amounts(item.amount_residual_currency, self.amount):
            return "transit_differs"
        return None
