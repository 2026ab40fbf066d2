from odoo import models
from odoo.exceptions import UserError


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    # === WHAT OCA'S SCREEN SHOWS === #

    def _auto_reconcile(self):
        """Leave lines of real banks to our engine; it has been woken already."""
        return super(
            AccountBankStatementLine, self - self._of_engine()
        )._auto_reconcile()

    def _do_auto_reconcile_invoices(self):
        """Show our best proposal as the counterpart, and post nothing.

        OCA searches documents by a piece of the label, whatever their amount; what it
        found was posted when a line was created.

        :return: (lines without a proposal, lines that are to be posted: none)
        """
        ours = self._of_engine()
        shown = self.browse()
        for line in ours:
            if line.best_match_id and line._show_match(line.best_match_id):
                shown |= line
        todo, done = super(
            AccountBankStatementLine, self - ours
        )._do_auto_reconcile_invoices()
        return todo | (ours - shown), done

    def _of_engine(self):
        """Return those of these lines that our engine matches."""
        gateways = self.env["payment.provider"].sudo()._gateway_journals()
        return self.filtered(
            lambda line: (
                line.journal_id.type in ("bank", "credit")
                or line.journal_id in gateways
            )
        )

    def _show_match(self, match):
        """Lay the items of a proposal beside the bank line, as a person would.

        :return: whether there was something to lay
        """
        self.ensure_one()
        liquidity, _suspense, _others = self._seek_for_lines()
        data, number = [], 1
        for item in liquidity:
            number, lines = self._get_reconcile_line(
                item, "liquidity", reconcile_auxiliary_id=number, move=True
            )
            data += lines
        if match.reconcile_model_id:
            data, number = self._reconcile_data_by_model(
                data, match.reconcile_model_id.sudo(), number
            )
        else:
            data, number = self._add_documents(data, match, number)
        if all(line["kind"] == "liquidity" for line in data):
            return False
        self.reconcile_data_info = self._recompute_suspense_line(
            data, number, self.manual_reference
        )
        return True

    def _add_documents(self, data, match, number):
        """Return (data with the open items of ``match``, the next number)."""
        currency = self._get_reconcile_currency()
        for item in match.sudo()._widget_items():
            pending = sum(self._get_amount_currency(line, currency) for line in data)
            number, lines = self._get_reconcile_line(
                item,
                "other",
                is_counterpart=True,
                reconcile_auxiliary_id=number,
                max_amount=currency.round(pending),
                move=True,
            )
            data = [*data, *lines]
        return data, number

    # === WHAT A PERSON DECIDES THERE === #

    def reconcile_bank_line(self):
        """Note our proposal as accepted if it is what the person validates.

        :raise UserError: if nobody may match the line yet
        """
        self.ensure_one()
        if reason := self._wait_reason():
            raise UserError(reason)
        laid = self.reconcile_data_info["data"]
        match = self.match_ids.filtered(lambda each: each._is_laid(laid))[:1].sudo()
        items = match._widget_items()
        if match and items:
            match._learn()
        result = super().reconcile_bank_line()
        if match and self.is_reconciled:
            match.counterpart_line_id = items[:1]
            match._settle("person")
        return result

    def unreconcile_bank_line(self):
        """Note the match as undone, and look for proposals again."""
        result = super().unreconcile_bank_line()
        posted = self.sudo().match_ids.filtered(lambda each: each.state == "posted")
        if not self.is_reconciled:
            posted._mark_undone()
            self.reconcile_data = False
            self._match("button", post=False)
        return result
