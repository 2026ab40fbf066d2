from odoo import fields, models


class AccountBankStatement(models.Model):
    _inherit = "account.bank.statement"

    statement_file_id = fields.Many2one(
        "bank.statement.file", readonly=True, copy=False, index=True
    )
