"""Payments that come back: returned debits and transfers, bank chargebacks.

A line that names a settled document, with the opposite of a payment's amount, undoes
that payment. It is only proposed: a refund of the document looks the same.
"""

from odoo import fields, models
from odoo.tools import SQL

from ..matching import extract
from . import account_match_queries as queries


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    def _match_company(self, origin, post):
        """Propose the payment that a line gives back, where no open item fits."""
        result = super()._match_company(origin, post)
        self.filtered(lambda line: line._may_give_back())._propose_returned_payments()
        return result

    def _may_give_back(self):
        """Whether the line names what is settled, and nothing open fits."""
        self.ensure_one()
        states = self.match_ids.mapped("state") if self.settled_names else ["posted"]
        return not self.is_reconciled and not {"posted", "proposed"} & set(states)

    def _propose_returned_payments(self):
        found = {line: set(extract.references(line._match_texts())) for line in self}
        values = set().union(*found.values()) if found else set()
        if not values:
            return
        Match = self.env["account.match"].sudo()
        payments = Match._settled_payments(self.env.company, values)
        for line, references in found.items():
            fits = {
                payment
                for payment, keys in payments.items()
                if keys & references and line._gives_back(payment)
            }
            if len(fits) == 1:
                Match._propose_return(line, fits.pop())

    def _gives_back(self, payment):
        """Whether the line is as much as the payment, the other way round."""
        currency = self._match_currency()
        units = self._to_units(currency, payment.amount_currency)
        return payment.currency_id == currency and units == self._match_amount()


class AccountMatch(models.Model):
    _inherit = "account.match"

    how = fields.Selection(selection_add=[("return", "Gives Back")])

    def _settled_payments(self, company, values):
        """Return {journal item of a payment: references of what it paid}.

        :param values: normalised references found in the lines' texts
        """
        self._flush_for_queries()
        self.env["account.partial.reconcile"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                WITH named AS MATERIALIZED (%(named)s)
                SELECT other.id, move.name, move.payment_reference, move.ref,
                       move.move_type
                  FROM named
                  JOIN account_move move ON move.id = named.id
                  JOIN account_move_line item ON item.move_id = move.id
                  JOIN account_partial_reconcile part
                    ON item.id IN (part.debit_move_id, part.credit_move_id)
                  JOIN account_move_line other
                    ON other.id IN (part.debit_move_id, part.credit_move_id)
                   AND other.id != item.id
                  JOIN account_move paying ON paying.id = other.move_id
                 WHERE move.move_type != 'entry'
                   AND (paying.statement_line_id IS NOT NULL
                        OR paying.origin_payment_id IS NOT NULL)
                """,
                named=queries.named_moves(self._companies(company).ids, values),
            )
        )
        payments = {}
        for payment, *names in rows:
            known = payments.setdefault(self._item(payment), set())
            known |= {key.value for key in self._document_keys(*names)}
        return payments

    def _item(self, number):
        return self.env["account.move.line"].browse(number)

    def _propose_return(self, line, payment):
        """Keep that ``line`` may give back ``payment``, a journal item."""
        units = line._to_units(line._match_currency(), abs(payment.amount_currency))
        values = {
            "how": "return",
            "score": 20.0,
            "confidence": 0.9,
            "evidence": [
                ["returned", {"reference": payment.move_id.name, "amount": units}]
            ],
            "held_by": ["return"],
            "failure": False,
        }
        known = line.sudo().match_ids.filtered(
            lambda each: each.move_line_id == payment
        )
        if known:
            known.filtered(lambda each: each.state == "proposed").write(values)
            return
        self.create(
            {"statement_line_id": line.id, "move_line_id": payment.id, **values}
        )

    def _target(self):
        """Open the payment again that comes back: what it paid is owed again."""
        if self.how == "return":
            self._lock(self.move_line_id)
            self.move_line_id.remove_move_reconcile()
        return super()._target()
