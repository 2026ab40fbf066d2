"""The credit note of a refund: all of an invoice, or its part to the cent."""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class AccountMove(models.Model):
    _inherit = "account.move"

    refund_transaction_id = fields.Many2one(
        "payment.transaction",
        "Credit Note of Refund",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The refund through a payment provider that this document credits.",
    )

    _refund_uniq = models.UniqueIndex(
        "(refund_transaction_id, reversed_entry_id)"
        " WHERE refund_transaction_id IS NOT NULL AND state != 'cancel'",
        "This refund has a credit note already.",
    )

    refund_count = fields.Integer(compute="_compute_refund_count", compute_sudo=True)

    def _compute_refund_count(self):
        for move in self:
            move.refund_count = len(move._refunds())

    def _refunds(self):
        """Return the refunds that an invoice had, or that a credit note credits."""
        self.ensure_one()
        own = self.transaction_ids.filtered(lambda each: each.operation == "refund")
        return own | self.refund_transaction_id | self.transaction_ids.refund_ids

    def action_view_refunds(self):
        """Open the refunds behind this invoice or credit note."""
        refunds = self.sudo()._refunds().with_env(self.env)
        return refunds._get_records_action(name=self.env._("Refunds"))

    def _left_to_credit(self):
        """Return the invoice's total less its posted and draft credit notes."""
        self.ensure_one()
        notes = self.reversal_move_ids.filtered(
            lambda move: move.move_type == "out_refund" and move.state != "cancel"
        )
        standing = notes.filtered(
            lambda note: (
                not note.reversal_move_ids.filtered(lambda each: each.state == "posted")
            )
        )
        return self.amount_total - sum(standing.mapped("amount_total"))

    def _make_credit_note(self, refund, amount):
        """Return a draft credit note of this invoice over ``amount``, taxes included.

        The whole invoice is reversed line by line. A part has one line for each mix of
        taxes and account, scaled as Odoo scales down payments, so that base and taxes
        are in proportion and the total is exact.

        :param refund: the refund's payment.transaction
        :param float amount: in the invoice's currency
        :raise UserError: if the total would not be ``amount``
        """
        self.ensure_one()
        day = refund.company_id._payment_date(
            refund.paid_at or fields.Datetime.now(), self.journal_id
        )
        values = {
            "ref": self.env._(
                "Refund %(ref)s of %(name)s", ref=refund.reference, name=self.name
            ),
            "date": day,
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_payment_term_id": False,
            "invoice_origin": self.invoice_origin,
            "invoice_user_id": self.invoice_user_id.id,
            "refund_transaction_id": refund.id,
        }
        if self.currency_id.compare_amounts(amount, self.amount_total) == 0:
            note = self._reverse_moves([values])
        else:
            note = self._make_partial_credit_note(refund, amount, values)
        note.invoice_currency_rate = self.invoice_currency_rate  # the original rate
        if note.currency_id.compare_amounts(note.amount_total, amount) != 0:
            raise UserError(
                self.env._(
                    "A credit note of %(name)s would be over %(total)s, not over"
                    " %(amount)s: make it by hand, it is matched when you run this"
                    " again.",
                    name=self.name,
                    total=note.currency_id.format(note.amount_total),
                    amount=note.currency_id.format(amount),
                )
            )
        return note

    def _make_partial_credit_note(self, refund, amount, values):
        """Create the draft credit note of a part; see :meth:`_make_credit_note`."""
        return self.create(
            {
                **values,
                "move_type": "out_refund",
                "reversed_entry_id": self.id,
                "partner_id": self.partner_id.id,
                "partner_shipping_id": self.partner_shipping_id.id,
                "company_id": self.company_id.id,
                "journal_id": self.journal_id.id,
                "currency_id": self.currency_id.id,
                "fiscal_position_id": self.fiscal_position_id.id,
                "invoice_line_ids": [
                    Command.create(line) for line in self._partial_lines(refund, amount)
                ],
            }
        )

    def _partial_lines(self, refund, amount):
        """Return the lines' values that make up ``amount`` in the invoice's mix."""
        AccountTax = self.env["account.tax"]
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        parts = AccountTax._prepare_down_payment_lines(
            base_lines=base_lines,
            company=self.company_id,
            amount_type="fixed",
            amount=amount,
            computation_key=f"refund,{refund.id}",
            grouping_function=lambda line: {"account_id": line["account_id"]},
        )
        return [
            {
                "name": self.env._("Partial refund of %s", self.name),
                "quantity": 1.0,
                "price_unit": part["price_unit"],
                "tax_ids": [Command.set(part["tax_ids"].ids)],
                "account_id": part["account_id"].id,
                "analytic_distribution": part["analytic_distribution"],
                "extra_tax_data": AccountTax._export_base_line_extra_tax_data(part),
            }
            for part in parts
        ]

    def _post(self, soft=True):
        """Match a refund's credit note with its payment when it is posted."""
        posted = super()._post(soft)
        for note in posted.filtered("refund_transaction_id"):
            refund = note.refund_transaction_id.sudo()
            if refund._open_customer_lines():
                # Core matches it with what the invoice still has open: that stays due.
                note.sudo().line_ids.matched_debit_ids.filtered(
                    lambda each, of=note.reversed_entry_id: (
                        each.debit_move_id.move_id == of
                    )
                ).unlink()
                refund._match_with(note.sudo().line_ids)
            if not self.env.context.get("crediting_refund"):
                refund._run_effects(("invoice",), force=True)
        return posted
