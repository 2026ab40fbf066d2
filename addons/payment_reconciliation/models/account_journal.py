from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    def _fill_bank_cash_dashboard_data(self, dashboard_data):
        """Add how many bank lines have a proposal that waits for a person."""
        result = super()._fill_bank_cash_dashboard_data(dashboard_data)
        gateways = self.env["payment.provider"]._gateway_journals()
        banks = self.filtered(lambda each: each.type in ("bank", "credit")) - gateways
        rows = self.env["account.bank.statement.line"]._read_group(
            [
                ("journal_id", "in", banks.ids),
                ("is_reconciled", "=", False),
                ("match_ids.state", "=", "proposed"),
            ],
            ["journal_id"],
            ["__count"],
        )
        proposed = {journal.id: count for journal, count in rows}
        for journal in self:
            dashboard_data[journal.id].update(
                {
                    "is_matched_bank": journal in banks,
                    "number_of_proposals": proposed.get(journal.id, 0),
                }
            )
        return result

    def action_open_bank_lines_to_review(self):
        """List the open bank lines of this journal."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_reconciliation.action_bank_lines_to_review"
        )
        return {
            **action,
            "context": {
                "search_default_to_review": 1,
                "search_default_journal_id": self.id,
            },
        }
