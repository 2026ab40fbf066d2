"""Open items that a bank line may be for, searched by whatever is known of them."""

import re

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ..matching.rules import parse_amount

PAGE = 30
MAX_WORDS = 8


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def workbench_items(self, text="", offset=0, every=False, limit=PAGE):
        """Return open items, those of exactly the line's amount or payer first.

        :param str text: words of numbers, references, labels, partners and accounts, an
            amount or a date; all of them must fit
        :param bool every: also items of the other direction and of other partners
        :return: dict of ``items`` and ``more``
        """
        self.ensure_one()
        domain = Domain(self._get_default_amls_matching_domain())
        words = (text or "").split()[:MAX_WORDS]
        for word in words:
            domain &= self._domain_of_word(word)
        if not words and not every:
            domain &= self._likely_domain()
        Item = self.env["account.move.line"]
        near = domain & (self._exact_domain() | self._named_domain())
        first = Item.search(near, limit=PAGE, order="date desc, id desc")
        rest = Item.search(
            domain & Domain("id", "not in", first.ids),
            offset=offset,
            limit=limit + 1,
            order="date desc, id desc",
        )
        items = rest[:limit] if offset else first | rest[:limit]
        return {
            "items": sorted(
                (self._shown_open_item(item) for item in items),
                key=lambda item: not item["is_exact"],
            ),
            "more": len(rest) > limit,
        }

    def _likely_domain(self):
        """Return the domain of items of the line's direction, and its partner's."""
        domain = Domain("amount_residual", ">" if self.amount > 0 else "<", 0)
        if partner := self.partner_id.commercial_partner_id:
            domain &= Domain("partner_id", "child_of", partner.id)
        return domain

    def _exact_domain(self):
        return Domain(
            "amount_residual_currency", "=", self._transaction_amount()
        ) & Domain("currency_id", "=", self._match_currency().id)

    def _named_domain(self):
        """Return the domain of items of who the bank says is the other side."""
        name = (self.partner_name or "").strip()
        if not name:
            return Domain.FALSE
        return Domain("partner_id.name", "=ilike", escape_like(name))

    def _domain_of_word(self, word):
        """Return the domain of items that a word may mean."""
        names = (
            "move_name",
            "name",
            "ref",
            "move_id.payment_reference",
            "partner_id.complete_name",
            "account_id.code",
            "account_id.name",
        )
        domain = Domain.OR(Domain(name, "ilike", word) for name in names)
        currency = self._match_currency()
        digits = word.strip("-+").removeprefix(currency.symbol or "\0")
        if units := parse_amount(digits, currency.decimal_places):
            amount = self._from_units(currency, units)
            domain |= Domain("amount_residual_currency", "in", (amount, -amount))
        if re.fullmatch(r"\d{4}-\d\d-\d\d", word):
            try:
                day = fields.Date.to_date(word)
            except ValueError:
                return domain
            for name in ("date", "date_maturity", "move_id.invoice_date"):
                domain |= Domain(name, "=", day)
        return domain

    def _shown_open_item(self, item):
        currency = item.currency_id
        full, _balance = self._share_of(
            item, item.amount_residual_currency, item.amount_residual
        )
        mine = self._match_currency()
        return {
            "id": item.id,
            "name": item.move_id.name or "",
            "reference": item.ref or item.move_id.payment_reference or "",
            "label": item.name or "",
            "partner": item.partner_id.display_name or "",
            "account": item.account_id.display_name,
            "date": format_date(self.env, item.date),
            "due": format_date(self.env, item.date_maturity or item.date),
            "open_text": currency.format(item.amount_residual_currency),
            "share": full,
            "share_text": mine.format(full) if currency != mine else "",
            "is_exact": not mine.compare_amounts(full, self._transaction_amount()),
        }


def escape_like(text):
    """Return ``text`` so that ``=ilike`` takes it as it is written."""
    return re.sub(r"([\\%_])", r"\\\1", text)
