"""Credit notes of refunds: which document a refund pays back, and on what terms.

First the refund takes what its payment left open on the customer's account, then credit
notes that a person has made, and only then a new one is made, by the company's policy.
Where more than one answer is possible, a person is asked.
"""

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..domain import minor_units
from ..domain.refunds import open_parts
from .payment_transaction_effects import Outcome
from .payment_transaction_refund import FAILED


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    credit_note_ids = fields.One2many(
        "account.move", "refund_transaction_id", "Credit Notes", readonly=True
    )

    def _refund_credit_outcome(self):
        """Return what became of the credit note of this refund."""
        if not self.payment_id:
            return Outcome("waiting", self.env._("The refund is not booked yet."))
        if self._is_withdrawn():
            return self._withdraw_credit_notes()
        source = self.source_transaction_id
        if draft := source.invoice_ids.filtered(lambda move: move.state == "draft"):
            reason = self.env._(
                "The invoice is a draft: post it (or delete it), then run this again."
                " Nothing was credited.",
            )
            return Outcome("held", reason, draft[:1])
        returned = self._match_with(source._open_customer_lines())
        self._pay_open_credit_notes()
        if not self._open_customer_lines():
            return self._credited_outcome(returned)
        return self._credit_by_policy()

    def _is_withdrawn(self):
        """Whether a refund failed and the sale stands: nothing is to be credited."""
        if self.state not in FAILED:
            return False
        policy = self.company_id.payment_refund_failure_policy
        return self.state == "cancel" or self.sale_stands or policy == "reverse"

    def _match_with(self, lines):
        """Reconcile this refund's payment with open ``lines`` of the same account.

        :return: whether anything was matched
        """
        debits = self._open_customer_lines()
        credits_ = lines.filtered(
            lambda line: (
                line.account_id in debits.account_id
                and line.credit
                and not line.reconciled
            )
        )
        if debits and credits_:
            (debits | credits_).reconcile()
        return bool(debits and credits_)

    def _credited_outcome(self, returned):
        """Return the outcome of a refund that nothing is open of."""
        notes = self._matched_credit_notes()
        self._link_credit_notes(notes)
        if notes:
            return Outcome("done", document=notes[:1])
        if returned or not self._paid_parts():
            reason = self.env._(
                "No invoice was paid with this money: it was the customer's credit,"
                " so there is nothing to credit."
            )
            return Outcome("none", reason, self.payment_id)
        reason = self.env._("Repeats a refund that had failed and was credited then.")
        return Outcome("done", reason, self.payment_id)

    def _matched_credit_notes(self):
        """Return the credit notes that this refund's payment is matched with."""
        lines = self.payment_id.move_id.line_ids
        moves = lines.matched_credit_ids.credit_move_id.move_id
        return moves.filtered(lambda move: move.move_type == "out_refund")

    def _link_credit_notes(self, notes):
        """Let credit notes and this refund lead to each other."""
        if notes - self.invoice_ids:
            self.invoice_ids = [Command.link(note.id) for note in notes]

    # === WHAT IS THERE ALREADY === #

    def _paid_parts(self):
        """Return {invoice: what the refunded payment paid of it, in its currency}."""
        parts = {}
        lines = self.source_transaction_id.payment_id.move_id.line_ids
        for partial in lines.matched_debit_ids:
            invoice = partial.debit_move_id.move_id
            if invoice.is_sale_document(include_receipts=True):
                amount = partial.credit_amount_currency
                parts[invoice] = parts.get(invoice, 0.0) + amount
        return parts

    def _pay_open_credit_notes(self):
        """Take credit notes that people have made before making one.

        Those of the invoice first; else the only one of the customer over the amount.
        """
        debits = self._open_customer_lines()
        if not debits:
            return
        invoices = self.env["account.move"].concat(*self._paid_parts())
        notes = self.env["account.move"].search(
            [
                ("move_type", "=", "out_refund"),
                ("state", "=", "posted"),
                ("company_id", "=", self.company_id.id),
                ("currency_id", "=", self.currency_id.id),
                ("payment_state", "in", ("not_paid", "partial")),
                ("commercial_partner_id", "=", debits.partner_id.id),
                ("refund_transaction_id", "in", (False, self.id)),
            ],
            order="invoice_date, id",
        )
        chosen = notes.filtered(lambda note: note.reversed_entry_id in invoices)
        if not chosen:
            left = sum(debits.mapped("amount_residual_currency"))
            chosen = notes.filtered(
                lambda note: (
                    self.currency_id.compare_amounts(note.amount_residual, left) == 0
                )
            )
            if len(chosen) > 1:
                return
        self._match_with(chosen.line_ids)

    def _draft_credit_notes(self, invoices, amount):
        """Return draft credit notes that are meant for this refund."""
        drafts = self.env["account.move"].search(
            [
                ("move_type", "=", "out_refund"),
                ("state", "=", "draft"),
                ("reversed_entry_id", "in", invoices.ids),
                ("refund_transaction_id", "in", (False, self.id)),
            ]
        )
        return drafts.filtered(
            lambda note: (
                note.refund_transaction_id == self
                or self.currency_id.compare_amounts(note.amount_total, amount) == 0
            )
        )

    # === A NEW ONE === #

    def _credit_by_policy(self):
        """Make the credit note of what is still open, as the company wants it."""
        left = sum(self._open_customer_lines().mapped("amount_residual_currency"))
        amount = self.currency_id.format(left)
        paid = self._paid_parts()
        invoices = self.env["account.move"].concat(*paid)
        if drafts := self._draft_credit_notes(invoices, left):
            drafts.refund_transaction_id = self
            self._link_credit_notes(drafts)
            reason = self.env._("Check and post the credit note: %s.", amount)
            return Outcome("done", reason, drafts[:1])
        if not invoices:
            reason = self.env._(
                "The payment pays no invoice any more (deleted or matched otherwise):"
                " %s stay open on the customer's account. Match them by hand.",
                amount,
            )
            return Outcome("held", reason, self.payment_id)
        policy = self.company_id.payment_refund_credit_policy
        history = self.env.context.get("payment_history")  # credited long ago, or not
        if history or policy == "none":
            reason = self.env._(
                "No credit note is made: %s stay open on the customer's account.",
                amount,
            )
            return Outcome("none", reason, self.payment_id)
        if reason := self._why_no_credit_note(paid, left):
            return Outcome("held", reason, invoices[:1])
        return self._make_credit_notes(paid, left, policy)

    def _why_no_credit_note(self, paid, left):
        """Return why a person must make the credit note, None if we can."""
        for invoice in paid:
            if invoice.currency_id != self.currency_id:
                return self.env._(
                    "%(name)s is in %(other)s, the refund in %(own)s: make the credit"
                    " note by hand, it is matched when you run this again.",
                    name=invoice.name,
                    other=invoice.currency_id.name,
                    own=self.currency_id.name,
                )
        if not self._parts_to_credit(paid, left):
            return self.env._(
                "The payment paid %(names)s, and it is not clear which of them"
                " %(amount)s are to be credited of: make the credit note by hand, it is"
                " matched when you run this again.",
                names=", ".join(invoice.name for invoice in paid),
                amount=self.currency_id.format(left),
            )
        return None

    def _parts_to_credit(self, paid, left):
        """Return {invoice: amount}, less what is credited already; None if unclear."""
        code = self.currency_id.name
        open_minor = {
            invoice: minor_units.to_minor(
                self.currency_id.round(min(part, invoice._left_to_credit())), code
            )
            for invoice, part in paid.items()
        }
        open_minor = {invoice: part for invoice, part in open_minor.items() if part > 0}
        parts = open_parts(open_minor, minor_units.to_minor(left, code))
        return parts and {
            invoice: self.currency_id._from_minor(part)
            for invoice, part in parts.items()
        }

    def _make_credit_notes(self, paid, left, policy):
        """Make one credit note per invoice, and post and match them by policy."""
        notes = self.env["account.move"]
        for invoice, amount in self._parts_to_credit(paid, left).items():
            notes |= invoice._make_credit_note(self, amount)
        self._link_credit_notes(notes)
        if policy == "draft":
            amount = self.currency_id.format(left)
            reason = self.env._("Check and post the credit note: %s.", amount)
            return Outcome("done", reason, notes[:1])
        notes.with_context(crediting_refund=True).action_post()
        if self._open_customer_lines():
            raise UserError(
                self.env._("The credit note does not match the refund: check it.")
            )
        return Outcome("done", document=notes[:1])

    # === TAKING IT BACK === #

    def _withdraw_credit_notes(self):
        """Reverse our credit notes, and give what is owed back to the sale."""
        notes = self.credit_note_ids.filtered(lambda move: move.state != "cancel")
        notes.filtered(lambda move: move.state == "draft").button_cancel()
        posted = notes.filtered(
            lambda move: move.state == "posted" and not move.reversal_move_ids
        )
        today = fields.Datetime.now()
        posted._reverse_moves(
            [
                {
                    "ref": self.env._("Refund %s failed", self.reference),
                    "date": self.company_id._payment_date(today, note.journal_id),
                    "invoice_date": self.company_id._payment_date(
                        today, note.journal_id
                    ),
                    "invoice_currency_rate": note.invoice_currency_rate,
                }
                for note in posted
            ],
            cancel=True,
        )
        self._let_the_sale_stand()
        if not notes:
            reason = self.env._(
                "The refund failed and the sale stands: no credit note."
            )
            return Outcome("none", reason)
        reason = self.env._("The refund failed: its credit note was taken back.")
        return Outcome("done", reason, (notes.reversal_move_ids or notes)[:1])
