from contextlib import contextmanager

from odoo import fields, models
from odoo.exceptions import UserError

# Of account.bank.statement: computed from all of its lines.
SUMS = ("balance_end", "date", "first_line_index", "is_complete", "journal_id")


class BankStatementFilePart(models.Model):
    """Some lines of a file that are to be made in one database transaction."""

    _name = "bank.statement.file.part"
    _description = "Part of a Statement File"
    _order = "id"

    file_id = fields.Many2one(
        "bank.statement.file", required=True, index=True, ondelete="cascade"
    )
    number = fields.Integer(help="Of the statement within the file.", required=True)
    statement_values = fields.Json()
    lines = fields.Json(required=True, prefetch=False)
    line_count = fields.Integer(required=True)
    is_done = fields.Boolean()
    statement_id = fields.Many2one("account.bank.statement", ondelete="set null")

    def _make(self):
        """Make the statement, if this is its first part, and this part's lines.

        :raise UserError: if the period was closed since the file was read
        """
        self.ensure_one()
        new = self._new_lines()
        journal = self.env["account.journal"].browse(self.lines[0]["journal_id"])
        if wrong := journal._closed_period_words(new):
            raise UserError(wrong)
        statement = self._statement()
        known = sum(line["amount"] for line in self.lines) - sum(
            line["amount"] for line in new
        )
        if known:
            statement.write(
                {
                    "balance_start": statement.balance_start + known,
                    "balance_end_real": statement.balance_end_real,
                }
            )
        lines = [
            {
                **values,
                "statement_id": statement.id,
                "statement_file_id": self.file_id.id,
            }
            for values in new
        ]
        Line = self.env["account.bank.statement.line"]
        with self._summed_up_once(statement):
            Line.with_context(**self._context_to_make()).create(lines)
        self.write({"statement_id": statement.id, "is_done": True})

    @contextmanager
    def _summed_up_once(self, statement):
        """Let what Odoo sums up over all lines of a statement wait for its last part.

        It would be read anew with each part: the longer the statement, the slower.
        """
        sums = [statement._fields[name] for name in SUMS]
        others = (self.file_id.part_ids - self).filtered(
            lambda part: part.number == self.number
        )
        if all(part.is_done for part in others):
            for field in sums:
                self.env.add_to_compute(field, statement)
            yield
        elif not any(part.is_done for part in others):
            yield  # the first: it gives the statement its bank and a date
        else:
            with self.env.protecting(sums, statement):
                yield
                self.env.flush_all()

    def _context_to_make(self):
        """Return the context in which lines are made without needless work.

        Analytic items are made when the entry is posted; before that Odoo would delete
        and make them once more. Where no distribution model exists none is looked for,
        line by line.
        """
        models_ = self.env["account.analytic.distribution.model"].sudo()
        return {
            "tracking_disable": True,
            "mail_create_nolog": True,
            "skip_analytic_sync": True,
            "without_distribution_models": not models_.search_count([], limit=1),
        }

    def _new_lines(self):
        """Return the lines that no other file has brought since this one was read."""
        ids = [line["unique_import_id"] for line in self.lines]
        known = set(
            self.env["account.bank.statement.line"]
            .search([("unique_import_id", "in", ids)])
            .mapped("unique_import_id")
        )
        new = [line for line in self.lines if line["unique_import_id"] not in known]
        if left_out := self.line_count - len(new):  # counted once, also if tried again
            self.line_count = len(new)
            self.file_id.known_count += left_out
            self.file_id.line_count -= left_out
        return new

    def _statement(self):
        made = self.file_id.part_ids.filtered(
            lambda part: part.number == self.number and part.statement_id
        )
        if made:
            return made[0].statement_id
        attachment = self.file_id.attachment_id
        return self.env["account.bank.statement"].create(
            {
                **self.statement_values,
                "statement_file_id": self.file_id.id,
                "attachment_ids": [fields.Command.link(attachment.id)],
            }
        )
