"""Payments that came back: their reversal in the books, never a deletion."""

from odoo import fields, models
from odoo.fields import Command

from ..domain import captures, minor_units


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    returned_payment_id = fields.Many2one(
        "account.payment",
        "Payment That Came Back",
        readonly=True,
        copy=False,
        index="btree_not_null",
    )
    reversal_move_id = fields.Many2one(
        "account.move",
        "Reversal",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )

    def _returned_minor(self):
        """Return what came back in the currency paid: a share of the charge's own."""
        transaction = self.transaction_id
        took = self.charge_id.balance_transaction_ids.filtered(
            lambda each: each.category == "charge"
        )[:1]
        currency = transaction.currency_id
        whole = minor_units.to_minor(abs(transaction.amount), currency.name)
        if not took.amount_minor:
            return whole
        return captures.share_of(self.amount_minor, took.amount_minor, whole)

    def _reverse_payment(self):
        """Open the receivable again by an entry that mirrors the payment's.

        The payment stays in the books, rejected. What was refunded before is not
        reversed: it was given back already.
        """
        payment = self.returned_payment_id
        move = payment.move_id.with_company(self.company_id)
        returned = payment.currency_id._from_minor(self._returned_minor())
        receivable = move.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        invoices = payment.reconciled_invoice_ids
        receivable.remove_move_reconcile()
        share = returned / payment.amount
        self.reversal_move_id = self.env["account.move"].create(
            self._prepare_reversal(payment, move, share)
        )
        self.reversal_move_id._post(soft=False)
        if payment.currency_id.compare_amounts(returned, payment.amount) >= 0:
            payment.state = "rejected"
        self._settle_rest(receivable, invoices)

    def _settle_rest(self, receivable, invoices):
        """Let what did not come back still pay what it paid."""
        due = invoices.line_ids.filtered(
            lambda line: line.account_id == receivable.account_id
        )
        rest = (receivable | due).filtered(lambda line: not line.reconciled)
        if rest & receivable and rest & due:
            rest.reconcile()

    def _prepare_reversal(self, payment, move, share):
        """Return the create values of the mirrored entry over a share of it."""
        journal = payment.journal_id
        lines = []
        for line in move.line_ids:
            lines.append(
                {
                    "account_id": line.account_id.id,
                    "partner_id": line.partner_id.id,
                    "name": line.name,
                    "currency_id": line.currency_id.id,
                    "amount_currency": -line.currency_id.round(
                        line.amount_currency * share
                    ),
                    "balance": -line.company_currency_id.round(line.balance * share),
                }
            )
        lines[-1]["balance"] -= sum(line["balance"] for line in lines)
        if len(set(move.line_ids.currency_id.ids)) == 1:
            off = sum(line["amount_currency"] for line in lines)
            lines[-1]["amount_currency"] -= off
        return {
            "move_type": "entry",
            "journal_id": journal.id,
            "date": self.company_id._payment_date(self.created_at, journal),
            "ref": self.env._(
                "Reversal of %(payment)s: %(reason)s",
                payment=payment.name,
                reason=self.transaction_id.state_message or self.source_ref,
            ),
            "reversed_entry_id": move.id,
            "partner_id": payment.partner_id.id,
            "currency_id": payment.currency_id.id,
            "line_ids": [Command.create(values) for values in lines],
        }


class PaymentCharge(models.Model):
    _inherit = "payment.charge"

    failed_late = fields.Boolean(
        "Failed after Success", readonly=True, help="The bank took the money back."
    )
    balance_transaction_ids = fields.One2many(
        "payment.balance.transaction", "charge_id", "Gateway Movements"
    )
