"""A bank's card on the dashboard: what waits, what is wrong, whether it is proven."""

from odoo import fields, models
from odoo.tools import SQL, format_date


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _fill_bank_cash_dashboard_data(self, dashboard_data):
        """Add proposals, discrepancies, the last statement and the proof.

        One query per figure, whatever the number of banks.
        """
        result = super()._fill_bank_cash_dashboard_data(dashboard_data)
        gateways = self.env["payment.provider"]._gateway_journals()
        banks = self.filtered(lambda each: each.type in ("bank", "credit")) - gateways
        proposed, found = banks._proposals_count(), banks._discrepancies_count()
        proofs = banks._bank_proofs()
        for journal in self:
            dashboard_data[journal.id].update(
                {
                    "is_matched_bank": journal in banks,
                    "number_of_proposals": proposed.get(journal.id, 0),
                    "number_of_discrepancies": found.get(journal.id, 0),
                    **proofs.get(journal.id, {"bank_proof": False}),
                }
            )
        return result

    def _proposals_count(self):
        """Return {id of journal: open lines with a proposal}."""
        rows = self.env["account.bank.statement.line"]._read_group(
            [
                ("journal_id", "in", self.ids),
                ("is_reconciled", "=", False),
                ("match_ids.state", "=", "proposed"),
            ],
            ["journal_id"],
            ["__count"],
        )
        return {journal.id: count for journal, count in rows}

    def _discrepancies_count(self):
        """Return {id of journal: open discrepancies}; none for who may not see them."""
        Discrepancy = self.env["bank.discrepancy"]
        if not Discrepancy.has_access("read"):
            return {}
        rows = Discrepancy._read_group(
            [("journal_id", "in", self.ids), ("state", "=", "open")],
            ["journal_id"],
            ["__count"],
        )
        return {journal.id: count for journal, count in rows}

    def _bank_proofs(self):
        """Return {id of journal: what the bank says, whether the ledger agrees}.

        The judgement is that of the bank reconciliation report as of today::

            last statement
            + bank lines since then
            + entries on the account that no bank line made
            = ledger, or something is unexplained
        """
        said = {row["journal_id"]: row for row in self._said_by_banks()}
        ledgers = {row["journal_id"]: row for row in self._ledger_sums()}
        proofs = {}
        for journal in self.filtered(lambda each: each.id in said):
            row = said[journal.id]
            currency = journal.currency_id or journal.company_id.sudo().currency_id
            sums = ledgers.get(journal.id, {"ledger": 0.0, "direct": 0.0})
            rest = sums["ledger"] - sums["direct"] - row["balance"]
            direct = not currency.is_zero(sums["direct"])
            agrees = currency.is_zero(rest)
            proofs[journal.id] = {
                "bank_proof": "green" if agrees else "red",
                "bank_proof_class": "text-success" if agrees else "text-danger",
                "bank_difference": currency.format(rest),
                "bank_direct": currency.format(sums["direct"]) if direct else False,
                "bank_statement_date": format_date(self.env, row["statement_date"]),
            }
        return proofs

    def _said_by_banks(self):
        """Return the last statement's date and the bank's balance, a row a journal."""
        self.env["account.bank.statement"].flush_model()
        self.env["account.bank.statement.line"].flush_model()
        self.env["account.move"].flush_model(["state", "date"])
        return self.env.execute_query_dict(
            SQL(
                """
                WITH last AS (%(last)s)
                SELECT line.journal_id,
                       MAX(last.date) AS statement_date,
                       COALESCE(MAX(last.balance_end_real), 0)
                       + COALESCE(SUM(line.amount) FILTER (
                             WHERE last.journal_id IS NULL
                                OR statement.id IS NULL
                                OR COALESCE(statement.date, move.date) > last.date
                         ), 0) AS balance
                  FROM account_bank_statement_line line
                  JOIN account_move move ON move.id = line.move_id
             LEFT JOIN account_bank_statement statement
                    ON statement.id = line.statement_id
             LEFT JOIN last ON last.journal_id = line.journal_id
                 WHERE line.journal_id = ANY(%(journals)s)
                   AND move.state = 'posted'
                   AND move.date <= %(today)s
              GROUP BY line.journal_id
                """,
                last=self._last_statements(),
                journals=self.ids,
                today=fields.Date.context_today(self),
            )
        )

    def _last_statements(self):
        """Return the query of each journal's last statement till today."""
        return SQL(
            """
            SELECT DISTINCT ON (journal_id) journal_id, date, balance_end_real
              FROM account_bank_statement
             WHERE journal_id = ANY(%s) AND date <= %s
          ORDER BY journal_id, date DESC, id DESC
            """,
            self.ids,
            fields.Date.context_today(self),
        )

    def _ledger_sums(self):
        """Return the balance of each bank's account, and what no bank line made of it.

        Of the latter, what is older than the first bank line is the opening balance:
        where there are statements, they contain it.
        """
        self.env["account.move.line"].flush_model()
        return self.env.execute_query_dict(
            SQL(
                """
                WITH last AS (%(last)s), first AS (
                    SELECT line.journal_id, MIN(move.date) AS date
                      FROM account_bank_statement_line line
                      JOIN account_move move ON move.id = line.move_id
                     WHERE line.journal_id = ANY(%(journals)s)
                       AND move.state = 'posted'
                       AND move.date <= %(today)s
                  GROUP BY line.journal_id)
                SELECT journal.id AS journal_id,
                       SUM(item.amount_currency) AS ledger,
                       COALESCE(SUM(item.amount_currency) FILTER (
                           WHERE move.statement_line_id IS NULL
                             AND (last.journal_id IS NULL
                                  OR item.date >= COALESCE(first.date, %(today)s))
                       ), 0) AS direct
                  FROM account_journal journal
                  JOIN res_company company ON company.id = journal.company_id
                  JOIN account_move_line item
                    ON item.account_id = journal.default_account_id
                  JOIN res_company branch
                    ON branch.id = item.company_id
                   AND branch.parent_path LIKE company.parent_path || '%%'
                  JOIN account_move move ON move.id = item.move_id
             LEFT JOIN last ON last.journal_id = journal.id
             LEFT JOIN first ON first.journal_id = journal.id
                 WHERE journal.id = ANY(%(journals)s)
                   AND item.parent_state = 'posted'
                   AND item.date <= %(today)s
              GROUP BY journal.id
                """,
                last=self._last_statements(),
                journals=self.ids,
                today=fields.Date.context_today(self),
            )
        )

    # === ACTIONS === #

    def action_open_bank_lines_to_review(self):
        """Open the workbench on the open lines of this journal."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reconciliation.action_bank_workbench"
        )
        return {
            **action,
            "context": {
                "search_default_to_review": 1,
                "search_default_journal_id": self.id,
            },
        }

    def action_open_bank_discrepancies(self):
        """List the open discrepancies of this journal."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reconciliation.action_bank_discrepancy"
        )
        domain = [("journal_id", "=", self.id), ("state", "=", "open")]
        return {**action, "domain": domain, "context": {}}

    def action_open_bank_proof(self):
        """Show the bank reconciliation report of this journal, as of today."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reconciliation.action_bank_reconciliation_report"
        )
        today = fields.Date.context_today(self)
        context = {"default_journal_id": self.id, "default_date": today}
        return {**action, "context": context}
