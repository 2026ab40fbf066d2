"""What bank lines may pay: open items as values, a constant number of queries a batch.

The seam for the key table of the full engine: it will replace the query here; what it
returns stays.
"""

from odoo import api, models
from odoo.tools import SQL

from ..matching import keys
from ..matching.values import INVOICE, PAYOUT, OpenItem

AMOUNT_ONLY_LIMIT = 6  # items listed for one amount that nothing else speaks for
OPEN_PAYOUT_STATES = ("pending", "in_transit", "paid")


class AccountMatch(models.Model):
    _inherit = "account.match"

    @api.model
    def _open_items(self, company, amounts, values, partners=()):
        """Return the open items of a company that bank lines may pay.

        :param company: res.company
        :param amounts: {(res.currency, minor units)} of the lines
        :param values: normalised references found in the lines' texts
        :param partners: ids of the commercial partners that the lines may be of
        :return: list of ``matching.values.OpenItem``
        """
        return [
            *self._open_documents(company, amounts, values, partners),
            *self._open_payouts(company),
        ]

    @api.model
    def _open_documents(self, company, amounts, values, partners):
        """Return open invoices, bills and credit notes by reference or amount."""
        self.env["account.move.line"].flush_model()
        self.env["account.move"].flush_model()
        self.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query_dict(
            self._open_documents_query(company, amounts, values, partners)
        )
        currencies = self.env["res.currency"].browse(
            {row["currency_id"] for row in rows}
        )
        by_id = {currency.id: currency for currency in currencies}
        return [self._document_item(row, by_id[row["currency_id"]]) for row in rows]

    @api.model
    def _document_item(self, row, currency):
        to_units = self.env["account.bank.statement.line"]._to_units
        return OpenItem(
            kind=INVOICE,
            id=row["id"],
            document=row["move_id"],
            company=row["company_id"],
            amount=to_units(currency, row["residual"]),
            currency=currency.name,
            date=row["due"],
            partner=row["partner_id"],
            keys=keys.document_keys(
                row["name"],
                row["payment_reference"],
                row["ref"],
                bill=row["move_type"].startswith("in_"),
            ),
            sharing=row["sharing"],
            sharing_partner=row["sharing_partner"],
            discounted=to_units(currency, row["discounted"] or 0) or None,
            discount_until=row["discount_date"] if row["discounted"] else None,
        )

    @api.model
    def _open_documents_query(self, company, amounts, values, partners):
        """Return the query of open items by reference or amount.

        References are normalised as in ``matching.keys``, so that both sides meet.
        """
        document_types = self.env["account.move"].get_invoice_types(
            include_receipts=True
        )
        return SQL(
            """
            WITH documents AS (
                SELECT item.id, item.move_id, item.company_id, item.currency_id,
                       item.amount_residual_currency AS residual,
                       COALESCE(item.date_maturity, item.date) AS due,
                       item.discount_date,
                       CASE WHEN item.amount_residual_currency = item.amount_currency
                            THEN item.discount_amount_currency END AS discounted,
                       partner.commercial_partner_id AS partner_id,
                       move.name, move.payment_reference, move.ref, move.move_type,
                       (item.currency_id, item.amount_residual_currency)
                           IN %(amounts)s AS same_amount,
                       %(number)s = ANY(%(values)s)
                           OR %(reference)s = ANY(%(values)s)
                           OR %(ref)s = ANY(%(values)s)
                           OR %(number_digits)s = ANY(%(values)s)
                           OR %(reference_digits)s = ANY(%(values)s) AS named
                  FROM account_move_line item
                  JOIN account_account account ON account.id = item.account_id
                  JOIN account_move move ON move.id = item.move_id
             LEFT JOIN res_partner partner ON partner.id = item.partner_id
                 WHERE item.reconciled IS NOT TRUE
                   AND item.parent_state = 'posted'
                   AND item.company_id = %(company)s
                   AND item.amount_residual_currency != 0
                   AND account.account_type IN ('asset_receivable', 'liability_payable')
                   AND move.move_type IN %(types)s
            ), counted AS (
                SELECT *,
                       COUNT(*) OVER same AS sharing,
                       COUNT(*) OVER same_partner AS sharing_partner,
                       ROW_NUMBER() OVER (same ORDER BY due, id) AS place
                  FROM documents
                 WHERE same_amount OR named
                WINDOW same AS (PARTITION BY currency_id, residual),
                       same_partner AS (PARTITION BY currency_id, residual, partner_id)
            )
            SELECT * FROM counted
             WHERE named OR place <= %(limit)s OR partner_id = ANY(%(partners)s)
            """,
            partners=list(partners),
            amounts=self._sql_amounts(amounts),
            values=list(values),
            company=company.id,
            types=tuple(document_types),
            limit=AMOUNT_ONLY_LIMIT,
            number=_sql_normalised("name", "[^A-Z0-9]"),
            reference=_sql_normalised("payment_reference", "[^A-Z0-9]"),
            ref=_sql_normalised("ref", "[^A-Z0-9]"),
            number_digits=_sql_normalised("name", "[^0-9]"),
            reference_digits=_sql_normalised("payment_reference", "[^0-9]"),
        )

    @api.model
    def _sql_amounts(self, amounts):
        from_units = self.env["account.bank.statement.line"]._from_units
        pairs = [
            SQL("(%s, %s::numeric)", currency.id, str(from_units(currency, units)))
            for currency, units in amounts
        ]
        return SQL("(%s)", SQL(", ").join(pairs or [SQL("(0, 0::numeric)")]))

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


def _sql_normalised(column, dropped):
    """Return SQL for ``matching.keys.normalise`` of a column of account_move."""
    return SQL(
        "regexp_replace(upper(normalize(%s, NFKD)), %s, '', 'g')",
        SQL.identifier("move", column),
        dropped,
    )
