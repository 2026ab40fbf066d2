from odoo import api, fields, models
from odoo.tools import date_utils

PAYMENTS = ("inbound_payment_method_line_ids", "outbound_payment_method_line_ids")


class BankReconciliationReport(models.TransientModel):
    """A bank account in the ledger held against the bank's last statement, at a date.

    ::

        last statement
        + bank lines since then
        + entries on the account that no bank line made (but for the opening balance)
        = ledger, or the difference is shown

    Beside it what is on its way (outstanding receipts and payments) and what the bank
    showed but nobody has allocated.
    """

    _name = "bank.reconciliation.report"
    _description = "Bank Reconciliation Report"

    journal_id = fields.Many2one(
        "account.journal",
        "Bank",
        required=True,
        domain="[('type', 'in', ('bank', 'credit'))]",
        ondelete="cascade",
    )
    date = fields.Date(
        required=True,
        default=lambda self: date_utils.end_of(
            date_utils.subtract(fields.Date.context_today(self), months=1), "month"
        ),
    )
    company_id = fields.Many2one(related="journal_id.company_id")
    currency_id = fields.Many2one("res.currency", compute="_compute_figures")
    statement_id = fields.Many2one(
        "account.bank.statement", "Last Statement", compute="_compute_figures"
    )
    statement_date = fields.Date(compute="_compute_figures")
    statement_balance = fields.Monetary(compute="_compute_figures")
    later_amount = fields.Monetary(
        "Bank Lines Since the Statement", compute="_compute_figures"
    )
    direct_amount = fields.Monetary(
        "Entries without a Bank Line", compute="_compute_figures"
    )
    ledger_balance = fields.Monetary("Ledger", compute="_compute_figures")
    difference = fields.Monetary("Unexplained", compute="_compute_figures")
    outstanding_in = fields.Monetary("Outstanding Receipts", compute="_compute_figures")
    outstanding_out = fields.Monetary(
        "Outstanding Payments", compute="_compute_figures"
    )
    unmatched_amount = fields.Monetary("Unmatched", compute="_compute_figures")
    later_line_ids = fields.Many2many(
        "account.bank.statement.line", compute="_compute_figures"
    )
    unmatched_line_ids = fields.Many2many(
        "account.bank.statement.line", compute="_compute_figures"
    )
    direct_item_ids = fields.Many2many("account.move.line", compute="_compute_figures")
    outstanding_item_ids = fields.Many2many(
        "account.move.line", compute="_compute_figures"
    )

    @api.depends("journal_id", "date")
    def _compute_figures(self):
        complete = self.filtered(lambda report: report.journal_id and report.date)
        for report in complete:
            report.update(report._figures())
        computed = self._fields["currency_id"].compute
        for field in self._fields.values():
            if field.compute == computed:
                (self - complete)[field.name] = False

    @api.depends("journal_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for report in self:
            name = report.journal_id.name or self.env._("new")
            report.display_name = self.env._("Bank reconciliation: %s", name)

    def _figures(self):
        """Return the values of all figures."""
        journal = self.journal_id
        currency = journal.currency_id or journal.company_id.currency_id
        statement, lines = self._last_statement(), self._lines()
        later = lines.filtered(
            lambda line: (
                not line.statement_id
                or (line.statement_id.date or line.date) > (statement.date or line.date)
            )
        )
        if not statement:
            later = lines
        items = self._items([("account_id", "=", journal.default_account_id.id)])
        direct = items.filtered(lambda item: not item.move_id.statement_line_id)
        if statement:
            direct -= self._opening_items(direct, lines)
        open_lines = lines.filtered(lambda line: not line.is_reconciled)
        outstanding = self._outstanding()
        ledger = self._sum(items, "amount_currency")
        values = {
            "currency_id": currency.id,
            "statement_id": statement.id,
            "statement_date": statement.date,
            "statement_balance": statement.balance_end_real,
            "later_amount": self._sum(later, "amount"),
            "direct_amount": self._sum(direct, "amount_currency"),
            "ledger_balance": ledger,
            "unmatched_amount": self._sum(open_lines, "amount"),
            "later_line_ids": later.ids,
            "unmatched_line_ids": open_lines.ids,
            "direct_item_ids": direct.ids,
            "outstanding_item_ids": outstanding.ids,
        }
        for sign, name in ((1, "outstanding_in"), (-1, "outstanding_out")):
            side = outstanding.filtered(lambda item, s=sign: item.balance * s > 0)
            values[name] = self._sum(side, "amount_residual_currency")
        explained = ("statement_balance", "later_amount", "direct_amount")
        rest = ledger - sum(values[name] for name in explained)
        values["difference"] = currency.round(rest)
        return values

    def _opening_items(self, direct, lines):
        """Return entries from before the first bank line: the opening balance.

        The first statement starts from it, so that its balance contains them.
        """
        first = min(lines.mapped("date"), default=self.date)
        return direct.filtered(lambda item: item.date < first)

    def _sum(self, records, name):
        return sum(records.mapped(name))

    def _last_statement(self):
        return self.env["account.bank.statement"].search(
            [("journal_id", "=", self.journal_id.id), ("date", "<=", self.date)],
            order="date desc, id desc",
            limit=1,
        )

    def _lines(self):
        return self.env["account.bank.statement.line"].search(
            [
                ("journal_id", "=", self.journal_id.id),
                ("date", "<=", self.date),
                ("move_id.state", "=", "posted"),
            ]
        )

    def _items(self, domain):
        return self.env["account.move.line"].search(
            [
                ("parent_state", "=", "posted"),
                ("date", "<=", self.date),
                ("company_id", "child_of", self.journal_id.company_id.id),
                *domain,
            ]
        )

    def _outstanding(self):
        """Return the payments of this bank that it has not shown yet."""
        accounts = self.env["account.account"]
        for name in PAYMENTS:
            accounts |= self.journal_id[name].payment_account_id
        accounts -= self.journal_id.default_account_id
        return self._items(
            [
                ("account_id", "in", accounts.ids),
                ("journal_id", "=", self.journal_id.id),
                ("reconciled", "=", False),
            ]
        )

    # === ACTIONS === #

    def action_print(self):
        """Print the report."""
        return self.env.ref(
            "payment_reconciliation.report_bank_reconciliation"
        ).report_action(self, config=False)

    def action_open_unmatched(self):
        """List the bank lines that nobody has allocated."""
        return self.unmatched_line_ids._get_records_action(
            name=self.env._("Unmatched lines of %s", self.journal_id.name)
        )

    def action_open_outstanding(self):
        """List the payments that the bank has not shown yet."""
        return self.outstanding_item_ids._get_records_action(
            name=self.env._("Outstanding items of %s", self.journal_id.name)
        )
