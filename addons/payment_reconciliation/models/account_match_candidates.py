"""What bank lines may pay: open items as values; constant queries per batch."""

from odoo import api, models

from ..matching import keys
from ..matching.partner_groups import MAX_OPEN
from ..matching.values import ENTRY, INVOICE, PAYMENT, PAYOUT, OpenItem
from . import account_match_queries as queries

AMOUNT_ONLY_LIMIT = 6  # items listed for one amount that nothing else speaks for
OPEN_PAYOUT_STATES = ("pending", "in_transit", "paid")
OWN_MONEY = ("topup", "topup_reversal")  # categories of gateway balance transactions
NAMES = ("number", "reference", "vendor_number", "digits")


class AccountMatch(models.Model):
    _inherit = "account.match"

    @api.model
    def _named_moves(self, company, values):
        """Return the ids of the posted entries that bear one of ``values``.

        :param values: normalised references found in the lines' texts
        """
        self._flush_for_queries()
        companies = self._companies(company).ids
        rows = self.env.execute_query(queries.named_moves(companies, values))
        return [number for (number,) in rows]

    @api.model
    def _open_items(self, company, amounts, named, partners=()):
        """Return the open items of a company that bank lines may pay.

        :param company: res.company
        :param amounts: {(res.currency, minor units)} of the lines
        :param named: ids of the entries that the lines' texts name
        :param partners: ids of the commercial partners that the lines may be of
        :return: list of ``matching.values.OpenItem``
        """
        return [
            *self._open_journal_items(company, amounts, named, partners),
            *self._open_payouts(company),
        ]

    @api.model
    def _open_journal_items(self, company, amounts, named, partners):
        """Return open items of documents, payments and other entries."""
        self._flush_for_queries()
        gateways = self.env["payment.provider"]._gateway_journals()
        rows = self.env.execute_query_dict(
            queries.open_items(
                self._companies(company).ids,
                named,
                self._major_amounts(amounts),
                partners,
                limits=(AMOUNT_ONLY_LIMIT, MAX_OPEN + 1),
                journals=gateways.ids,
                accounts=self._suspense_accounts(company).ids,
                own_money=self._own_money(company, gateways).ids,
            )
        )
        currencies = self.env["res.currency"].browse(
            {row["currency_id"] for row in rows}
        )
        by_id = {currency.id: currency for currency in currencies}
        return [self._journal_item(row, by_id[row["currency_id"]]) for row in rows]

    @api.model
    def _own_money(self, company, gateways):
        """Return what the company sent to a gateway or got back, beside payouts.

        In the gateway's journal a top-up is on transfers in transit, until the bank
        shows it.
        """
        return (
            self.env["account.move.line"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("journal_id", "in", gateways.ids),
                    ("parent_state", "=", "posted"),
                    ("reconciled", "=", False),
                    ("amount_residual_currency", "!=", 0),
                    ("account_id.reconcile", "=", True),
                    (
                        "move_id.statement_line_id.payment_balance_transaction_ids"
                        ".category",
                        "in",
                        OWN_MONEY,
                    ),
                ]
            )
        )

    @api.model
    def _settled_documents(self, named):
        """Return {normalised reference: as people write it} of documents not open.

        :param named: ids of the entries that the lines' texts name
        """
        self._flush_for_queries()
        rows = self.env.execute_query_dict(queries.settled_documents(named))
        return {
            key.value: key.shown
            for row in rows
            for key in _keys(row)
            if key.kind in NAMES and keys.is_strong(key.value)
        }

    @api.model
    def _document_keys(self, name, payment_reference, ref, move_type):
        """Return the keys of a document, see ``matching.keys``."""
        return _keys(
            {
                "name": name,
                "payment_reference": payment_reference,
                "ref": ref,
                "move_type": move_type,
            }
        )

    @api.model
    def _flush_for_queries(self):
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id", "name"])

    @api.model
    def _companies(self, company):
        """Return the company and its branches: theirs are for a person to decide."""
        root = company.sudo().root_id
        return company.sudo().search([("id", "child_of", root.id)])

    @api.model
    def _suspense_accounts(self, company):
        journals = self.env["account.journal"].search(
            [("company_id", "in", self._companies(company).ids)]
        )
        return journals.suspense_account_id

    @api.model
    def _major_amounts(self, amounts):
        from_units = self.env["account.bank.statement.line"]._from_units
        return [
            (currency.id, str(from_units(currency, units)))
            for currency, units in amounts
        ]

    @api.model
    def _journal_item(self, row, currency):
        to_units = self.env["account.bank.statement.line"]._to_units
        return OpenItem(
            kind=_kind(row),
            id=row["id"],
            document=row["move_id"],
            company=row["company_id"],
            amount=to_units(currency, row["residual"]),
            currency=currency.name,
            date=row["due"],
            partner=row["partner_id"],
            partner_name=row["partner_name"] or "",
            keys=_keys(row),
            sharing=row["sharing"],
            sharing_partner=row["sharing_partner"],
            discounted=to_units(currency, row["discounted"] or 0) or None,
            discount_until=row["discount_date"] if row["discounted"] else None,
        )

    @api.model
    def _open_payouts(self, company):
        """Return the payouts whose bank line is not known yet."""
        payouts = (
            self.env["payment.payout"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("state", "in", OPEN_PAYOUT_STATES),
                    ("bank_statement_line_id", "=", False),
                    ("arrival_date", "!=", False),
                ]
            )
        )
        return [self._payout_item(payout) for payout in payouts]

    @api.model
    def _payout_item(self, payout):
        provider = payout.provider_id
        names = (payout.descriptor, provider.name, provider.code)
        to_units = self.env["account.bank.statement.line"]._to_units
        return OpenItem(
            kind=PAYOUT,
            id=payout.id,
            document=payout.id,
            company=payout.company_id.id,
            amount=to_units(payout.currency_id, payout.amount),
            currency=payout.currency_id.name,
            date=payout.arrival_date,
            keys=keys.payout_keys(payout.gateway_ref, payout.trace_ref),
            names=tuple(name for name in names if name),
            waits_for=payout._waits_for(),
        )


def _kind(row):
    if row["is_payment"]:
        return PAYMENT
    return ENTRY if row["move_type"] == "entry" else INVOICE


def _keys(row):
    kind = "ref"
    if row.get("is_payment"):
        kind = "reference"
    elif row["move_type"].startswith("in_"):
        kind = "vendor_number"
    return keys.document_keys(row["name"], row["payment_reference"], row["ref"], kind)
