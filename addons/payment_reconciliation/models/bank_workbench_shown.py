"""Bank lines, proposals and entries as the workbench shows them."""

from odoo import models
from odoo.tools import format_date

from .bank_workbench_items import escape_like

SURE = 0.95  # likely enough for a person to accept it in a list, unseen
UNCERTAIN = frozenset(("manual", "anchor"))  # gates that a person may open in a list
PROPOSALS_SHOWN = 9  # a key each


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _workbench_row(self):
        """Return what the list shows of this line."""
        best = self.best_match_id
        currency = self.currency_id
        return {
            "id": self.id,
            "date": format_date(self.env, self.date),
            "label": self.payment_ref or self.name,
            "partner": self.partner_id.display_name or self.partner_name or "",
            "journal": self.journal_id.code,
            "amount": self.amount,
            "amount_text": currency.format(self.amount),
            "balance_text": currency.format(self.running_balance),
            "state": self.match_state,
            "best": best.candidate_name or "",
            "confidence": best.confidence if best else 0.0,
            "is_sure": bool(best) and best._is_sure(),
            "proposals": len(self._shown_matches()),
            "failure": self.match_failure or "",
        }

    def _shown_matches(self):
        """Return the proposals, the likeliest first; of a matched line its match."""
        state = "posted" if self.is_reconciled else "proposed"
        return self.match_ids.filtered(lambda each: each.state == state)

    def _workbench_detail(self):
        """Return all that the right side shows of this line."""
        self.ensure_one()
        currency = self._match_currency()
        matches = self._shown_matches()
        if not self.is_reconciled:
            gone = self.match_ids - matches
            matches += gone.filtered(lambda each: each.how != "chosen")
        return {
            **self._workbench_row(),
            "bank": self._said_by_bank(),
            "partner_id": self.partner_id.id,
            **self._shown_likely_partner(),
            "company_id": self.company_id.id,
            "journal_id": self.journal_id.id,
            "move_id": self.move_id.id,
            "move_name": self.move_id.name,
            "unmatched": self._is_unmatched(),
            "currency": {"name": currency.name, "digits": currency.decimal_places},
            "transaction": self._transaction_amount(),
            "transaction_text": currency.format(self._transaction_amount()),
            "matches": [each._shown() for each in matches[:PROPOSALS_SHOWN]],
            "entry": self._shown_entry(),
            "discrepancies": self._shown_discrepancies(),
            **self._shown_talk(),
        }

    def _shown_likely_partner(self):
        """Return who paid or was paid, as far as the bank's words tell."""
        likely = self.partner_id or self._named_partner()
        return {
            "likely_partner_id": likely.id,
            "likely_partner": likely.display_name or "",
        }

    def _named_partner(self):
        """Return the one partner of the name that the bank gives the other side."""
        name = (self.partner_name or "").strip()
        Partner = self.env["res.partner"]
        if not name:
            return Partner
        domain = [("name", "=ilike", escape_like(name)), ("parent_id", "=", False)]
        companies = [("company_id", "in", (False, self.company_id.id))]
        found = Partner.search([*domain, *companies], limit=2)
        return found if len(found) == 1 else Partner

    def _said_by_bank(self):
        """Return [(what, text)] of the bank's own words, without those in the list."""
        said = [
            (self.env._("Name at the bank"), self.partner_name),
            (self.env._("Account"), self.account_number),
            (self.env._("Reference"), self.ref),
            (self.env._("Type"), self.transaction_type),
            (self.env._("Statement"), self.statement_id.name),
            (self.env._("Details"), self.match_details),
        ]
        if self.foreign_currency_id:
            said.append((self.env._("In the bank's currency"), self._in_journal()))
        return [(what, text) for what, text in said if text]

    def _in_journal(self):
        return self.currency_id.format(self.amount)

    def _shown_entry(self):
        """Return the items of the entry as it stands."""
        return self._shown_rows(
            [
                {
                    "account_id": item.account_id.id,
                    "partner_id": item.partner_id.id,
                    "name": item.name,
                    "currency_id": item.currency_id.id,
                    "amount_currency": item.amount_currency,
                    "balance": item.balance,
                    "matching": item.matching_number,
                    "analytic_distribution": item.analytic_distribution,
                    "is_tax": bool(item.tax_line_id),
                    "is_bank": item.account_id == self.journal_id.default_account_id,
                    "is_left": item.account_id == self.journal_id.suspense_account_id,
                }
                for item in self.move_id.line_ids.sorted(
                    lambda each: each.account_id != self.journal_id.default_account_id
                )
            ],
            with_bank=False,
        )

    def _shown_rows(self, rows, with_bank=True):
        """Return journal items in words and figures, the bank's own first."""
        if with_bank:
            rows = [self._bank_row(), *rows]
        Account, Partner = self.env["account.account"], self.env["res.partner"]
        accounts = Account.browse({row["account_id"] for row in rows})
        partners = Partner.browse({row.get("partner_id") or 0 for row in rows} - {0})
        names = {each.id: each.display_name for each in accounts.sudo()}
        owners = {each.id: each.display_name for each in partners.sudo()}
        analytics = self._shown_distributions(rows)
        return [
            {**self._shown_item(row, names, owners), "analytic": analytic}
            for row, analytic in zip(rows, analytics, strict=True)
        ]

    def _bank_row(self):
        liquidity, _suspense, _others = self._seek_for_lines()
        liquidity = liquidity[:1]
        return {
            "account_id": liquidity.account_id.id,
            "partner_id": liquidity.partner_id.id,
            "name": self.payment_ref,
            "currency_id": liquidity.currency_id.id,
            "amount_currency": liquidity.amount_currency,
            "balance": liquidity.balance,
            "is_bank": True,
        }

    def _shown_item(self, row, accounts, partners):
        own = self.company_id.currency_id
        currency = self.env["res.currency"].browse(row.get("currency_id") or own.id)
        balance = own.round(row["balance"])
        in_currency = ""
        if currency != own:
            in_currency = currency.format(row["amount_currency"])
        return {
            "account_id": row["account_id"],
            "account": accounts[row["account_id"]],
            "partner": partners.get(row.get("partner_id"), ""),
            "label": row.get("name") or "",
            "debit": own.format(balance) if balance > 0 else "",
            "credit": own.format(-balance) if balance < 0 else "",
            "currency": in_currency,
            "matching": row.get("matching") or "",
            "is_tax": bool(row.get("is_tax") or row.get("tax_repartition_line_id")),
            "is_bank": bool(row.get("is_bank")),
            "is_left": bool(row.get("is_left")),
        }

    def _shown_discrepancies(self):
        """Return the open ones in words; those of a matched line are past."""
        if self.is_reconciled:
            return []
        found = self.env["bank.discrepancy"].search(
            [("statement_line_id", "=", self.id), ("state", "=", "open")]
        )
        return [each.explanation for each in found]


class AccountMatch(models.Model):
    _inherit = "account.match"

    def _shown(self):
        """Return what the workbench shows of a proposal, or of a match that stands."""
        is_open = self.state != "posted"
        rows, problem = self._preview() if is_open else ([], False)
        line = self.statement_line_id
        return {
            "id": self.id,
            "name": self.candidate_name,
            "state": self.state,
            "how": dict(self._fields["how"]._description_selection(self.env))[self.how],
            "is_exact": self.how == "exact",
            "confidence": self.confidence,
            "is_sure": self._is_sure(),
            "evidence": (self.evidence_text or "").splitlines(),
            "held": (self.held_text or "").splitlines(),
            "open": self.currency_id.format(self.amount_open)
            if self.currency_id and not self.reconcile_model_id
            else "",
            "items": self._members().ids,
            "rows": line._shown_rows(rows) if rows else [],
            "problem": problem,
            "by": self.decided_by_id.name if self.origin == "person" else "",
            "origin": dict(self._fields["origin"]._description_selection(self.env)).get(
                self.origin, ""
            ),
        }

    def _is_sure(self):
        """Return whether it may be accepted in a list of many, looked at in sum.

        It stands out, nothing contradicts it, the amount is explained to the cent, and
        what holds it is only that nothing names it for certain, or that its model asks
        for a person's word.
        """
        return (
            self.state == "proposed"
            and not self.failure
            and set(self.held_by or ()) <= UNCERTAIN
            and (self.confidence >= SURE or bool(self.reconcile_model_id))
            and self.how in ("exact", "discount")
        )
