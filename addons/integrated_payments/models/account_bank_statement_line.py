from odoo import fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    payment_balance_transaction_ids = fields.One2many(
        "payment.balance.transaction", "statement_line_id", "Gateway Movements"
    )
    payment_payout_ids = fields.One2many(
        "payment.payout", "bank_statement_line_id", "Payouts"
    )

    def action_view_gateway_movements(self):
        """Open the movement of the gateway's balance that a line books."""
        return self.payment_balance_transaction_ids._get_records_action()
