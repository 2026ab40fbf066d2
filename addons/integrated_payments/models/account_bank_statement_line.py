from odoo import fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    payment_balance_transaction_ids = fields.One2many(
        "payment.balance.transaction", "statement_line_id", "Gateway Movements"
    )
    payment_payout_ids = fields.One2many(
        "payment.payout", "bank_statement_line_id", "Payouts"
    )
