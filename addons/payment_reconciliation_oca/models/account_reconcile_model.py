from odoo import models


class AccountReconcileModel(models.Model):
    _inherit = "account.reconcile.model"

    def _get_rules(self, bank_statement_lines, trigger="auto_reconcile"):
        """Leave lines of real banks to our engine, so that a model runs only once."""
        others = bank_statement_lines - bank_statement_lines._of_engine()
        return super()._get_rules(others, trigger=trigger)

    def _get_write_off_move_lines_dict(
        self, residual_balance, partner_id, statement_line
    ):
        """Split a bank line as our engine does, taxes within the amount.

        What a person has allocated in part already is left to OCA's own split.
        """
        liquidity, _suspense, _others = statement_line._seek_for_lines()
        balance = sum(liquidity.mapped("balance"))
        if (
            not self._can_post()
            or self.company_id.currency_id.compare_amounts(residual_balance, -balance)
            or not statement_line._of_engine()
        ):
            return super()._get_write_off_move_lines_dict(
                residual_balance, partner_id, statement_line
            )
        match = self.env["account.match"].new(
            {"statement_line_id": statement_line.id, "reconcile_model_id": self.id}
        )
        rows = match._model_rows()
        return [
            {
                **row,
                "debit": max(row["balance"], 0.0),
                "credit": max(-row["balance"], 0.0),
            }
            for row in rows
        ]
