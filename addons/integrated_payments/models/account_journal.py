from odoo import fields, models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    gateway_provider_ids = fields.One2many(
        "payment.provider", compute="_compute_gateway_provider_ids", compute_sudo=True
    )

    def _compute_gateway_provider_ids(self):
        """Find the providers whose balance a journal keeps, one query for all."""
        providers = self.env["payment.provider"].search([("books_mode", "!=", "off")])
        by_journal = providers.grouped("journal_id")
        for journal in self:
            journal.gateway_provider_ids = by_journal.get(
                journal._origin, providers.browse()
            ) | (journal.gateway_provider_id & providers)
