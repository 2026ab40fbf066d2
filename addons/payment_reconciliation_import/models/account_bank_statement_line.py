from odoo import api, fields, models
from odoo.fields import Domain


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
        return lines.filtered(lambda line: not line._wait_reason())

    # === LINES OF A FILE THAT IS NOT WHOLE YET === #

    @api.depends("statement_file_id.state")
    def _compute_best_match(self):
        """Say in the lists that a line waits."""
        result = super()._compute_best_match()
        for line in self.filtered("statement_file_id"):
            line.best_match_evidence = line._wait_reason() or line.best_match_evidence
        return result

    def _wait_reason(self):
        """Let a line wait until its file is whole: it may still be taken back."""
        file = self.sudo().statement_file_id
        if file and not file._is_whole():
            return self.env._(
                "This line came with %s, which is not imported as a whole yet: if that "
                "fails, all its lines are taken back. It can be matched after that.",
                file.name,
            )
        return super()._wait_reason()

    @api.model
    def _workbench_domain(self, domain):
        """Leave out the lines that wait."""
        files = self.env["bank.statement.file"].sudo()._unfinished()
        waiting = Domain("statement_file_id", "not in", files.ids)
        return super()._workbench_domain(domain) & waiting

    @api.model
    def _workbench_waiting(self):
        """Name the files whose lines are left out."""
        files = self.env["bank.statement.file"].sudo()._unfinished()
        own = files.filtered(lambda file: file.company_id in self.env.companies)
        said = (each._wait_words() for each in own.with_env(self.env).sudo())
        return [*super()._workbench_waiting(), *filter(None, said)]

    def _prepare_move_line_default_vals(self, counterpart_account_id=None):
        """Say that there is no distribution where none can be found."""
        rows = super()._prepare_move_line_default_vals(counterpart_account_id)
        if not self.env.context.get("without_distribution_models"):
            return rows
        return [{"analytic_distribution": False, **row} for row in rows]
