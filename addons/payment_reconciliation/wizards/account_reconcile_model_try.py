from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

MAX_LINES = 200  # open lines that are tried


class AccountReconcileModelTry(models.TransientModel):
    """What a reconciliation model would do with open bank lines."""

    _name = "account.reconcile.model.try"
    _description = "Trial of a reconciliation model"

    model_id = fields.Many2one("account.reconcile.model", readonly=True)
    looked_at = fields.Integer("Open Lines Looked At", readonly=True)
    line_ids = fields.One2many(
        "account.reconcile.model.try.line", "try_id", "Bank Lines"
    )

    @api.model
    def _try(self, model):
        """Book the model on a savepoint, note what it does, and roll it back."""
        model.check_access("read")
        Line = self.env["account.bank.statement.line"].with_company(model.company_id)
        lines = Line.search(
            [*Line._to_match_domain(), ("company_id", "child_of", model.company_id.id)],
            order="date desc, id desc",
            limit=MAX_LINES,
        )._unmatched()
        self.env.flush_all()
        savepoint = self.env.cr.savepoint()
        try:
            found = self._book_all(model, lines)
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return self.create(
            {
                "model_id": model.id,
                "looked_at": len(lines),
                "line_ids": [Command.create(values) for values in found],
            }
        )

    @api.model
    def _book_all(self, model, lines):
        """Return the values of trial lines; what was booked is rolled back later."""
        Match = self.env["account.match"].sudo().with_context(try_model=True)
        result = []
        for line, _model, evidence in lines._first_models(model.sudo()):
            line.match_ids.sudo().filtered(
                lambda each: each.reconcile_model_id == model
            ).unlink()
            values = line._prepare_model_match(model, evidence, False, False)
            match = Match.create(values)
            entry, problem = self._book(match)
            result.append(
                {
                    "statement_line_id": line.id,
                    "evidence": match.evidence_text,
                    "entry": entry,
                    "problem": problem,
                }
            )
        return result

    @api.model
    def _book(self, match):
        """Return (the items that would be posted, why they cannot be)."""
        try:
            with self.env.cr.savepoint():
                match._book_model()
        except UserError as error:
            return False, str(error)
        _liquidity, _suspense, others = match.statement_line_id._seek_for_lines()
        amount = match.company_id.currency_id.format
        words = [
            f"{item.account_id.display_name}: {amount(item.balance)}" for item in others
        ]
        return "\n".join(words), False


class AccountReconcileModelTryLine(models.TransientModel):
    """A bank line that the model would take."""

    _name = "account.reconcile.model.try.line"
    _description = "Bank line that a reconciliation model would take"

    try_id = fields.Many2one("account.reconcile.model.try", ondelete="cascade")
    statement_line_id = fields.Many2one(
        "account.bank.statement.line", "Bank Entry", ondelete="cascade"
    )
    date = fields.Date(related="statement_line_id.date")
    payment_ref = fields.Char(related="statement_line_id.payment_ref")
    amount = fields.Monetary(related="statement_line_id.amount")
    currency_id = fields.Many2one(related="statement_line_id.currency_id")
    evidence = fields.Text()
    entry = fields.Text("Would Book")
    problem = fields.Char("Why Not")
