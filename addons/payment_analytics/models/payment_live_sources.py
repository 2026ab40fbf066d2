"""What changes the boards: payments, their movements, payouts, and bank matches."""

from odoo import api, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self.env["payment.live"]._changed(self.company_id)
        return result


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    @api.model_create_multi
    def create(self, vals_list):
        movements = super().create(vals_list)
        self.env["payment.live"]._changed(movements.company_id)
        return movements


class PaymentPayout(models.Model):
    _inherit = "payment.payout"

    def write(self, vals):
        result = super().write(vals)
        if {"state", "bank_statement_line_id"} & set(vals):
            self.env["payment.live"]._changed(self.company_id)
        return result


class AccountMatch(models.Model):
    _inherit = "account.match"

    def _decide(self, state, origin):
        result = super()._decide(state, origin)
        self.env["payment.live"]._changed(self.company_id)
        return result
