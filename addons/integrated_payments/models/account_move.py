from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    gateway_transaction_count = fields.Integer(
        compute="_compute_gateway_transaction_count", compute_sudo=True
    )

    def _compute_gateway_transaction_count(self):
        for move in self:
            move.gateway_transaction_count = len(move._gateway_transactions())

    def _gateway_transactions(self):
        """Return the payments behind an invoice, a payment's or a gateway's entry."""
        self.ensure_one()
        line = self.statement_line_id
        return (
            self.transaction_ids
            | self.origin_payment_id.payment_transaction_id
            | line.payment_balance_transaction_ids.transaction_id
        )

    def action_view_gateway_transactions(self):
        """Open the payments behind this entry, with their trails."""
        return self._gateway_transactions()._get_records_action(
            name=self.env._("Payments")
        )
