"""A gateway keeps one balance per settlement currency: one bank journal for each."""

from odoo import fields, models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    gateway_provider_id = fields.Many2one(
        "payment.provider",
        "Balance Kept for",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The gateway whose balance in this currency the journal keeps.",
    )

    _gateway_currency_uniq = models.UniqueIndex(
        "(gateway_provider_id, currency_id) WHERE gateway_provider_id IS NOT NULL",
        "This gateway already has a journal in this currency.",
    )


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    gateway_journal_ids = fields.One2many(
        "account.journal",
        "gateway_provider_id",
        "Journals of Other Currencies",
        readonly=True,
        context={"active_test": False},
        help="Made when the gateway first settles in another currency.",
    )

    def _books_journals(self):
        """Return all journals that keep these gateways' balances."""
        return self.journal_id | self.gateway_journal_ids

    def _journal_of(self, currency):
        """Return the journal that keeps the balance in ``currency``, empty if none."""
        self.ensure_one()
        own = self.company_id.currency_id
        return self._books_journals().filtered(
            lambda journal: (journal.currency_id or own) == currency
        )[:1]

    def _ensure_journal_of(self, currency):
        """Return the journal that keeps the balance in ``currency``; make it if new."""
        return self._journal_of(currency) or self.env["account.journal"].create(
            {
                "name": f"{self.name} {currency.name}",
                "type": "bank",
                "code": self._free_journal_code(),
                "company_id": self.company_id.id,
                "currency_id": currency.id,
                "gateway_provider_id": self.id,
            }
        )

    def _why_not_in(self, currency):
        """Return why the books cannot hold ``currency``, None if they can.

        Without a rate Odoo would silently take 1:1, which would be a guess.
        """
        company = self.company_id
        if currency == company.currency_id:
            return None
        rated = self.env["res.currency.rate"].search_count(
            [
                ("currency_id", "=", currency.id),
                ("company_id", "in", (False, company.root_id.id)),
            ],
            limit=1,
        )
        if currency.active and rated:
            return None
        return self.env._(
            "The gateway settles in %s, which has no exchange rate here. Activate the"
            " currency, enter its rate, then press Post.",
            currency.name,
        )
