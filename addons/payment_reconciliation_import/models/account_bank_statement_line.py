from odoo import api, fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    statement_file_id = fields.Many2one(
        "bank.statement.file",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )

    @api.model
    def _to_match_domain(self):
        """Leave alone the lines of a file that is not in the books as a whole yet."""
        return [
            *super()._to_match_domain(),
            "|",
            ("statement_file_id", "=", False),
            ("statement_file_id.state", "=", "done"),
        ]

    def _unmatched(self):
        """As the job's domain: a half imported file may still be taken back."""
        lines = super()._unmatched()
        return lines.filtered(
            lambda line: line.statement_file_id.sudo().state in (False, "done")
        )
