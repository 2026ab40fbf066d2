"""What a person chooses for a payment outside Odoo, now and later.

A choice is changed by reversal: matches are undone, and the customer's credit is moved
by an entry of its own, which a further change reverses. The payment itself and its
match with the gateway's line stay.
"""

from odoo import fields, models
from odoo.exceptions import UserError

from ..gateway.errors import GatewayError


class PaymentOutside(models.Model):
    _inherit = "payment.outside"

    def write(self, vals):
        """Note where a person, not a rule, chose."""
        if not self.env.su:
            if "partner_id" in vals:
                vals = {**vals, "found_by": "person"}
            if "invoice_ids" in vals or "order_id" in vals:
                vals = {**vals, "matched_by": "person", "difference": 0.0}
        return super().write(vals)

    def action_apply(self):
        """Carry out what is chosen: customer, invoices or order.

        :raise UserError: if the choice cannot be carried out; nothing is changed then
        """
        self.check_access("write")
        for outside in self:
            outside._check_choice()
            try:
                outside.sudo()._apply()
            except GatewayError as error:
                raise UserError(str(error)) from error
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _check_choice(self):
        """Refuse what would not be right in the books.

        :raise UserError: naming what to do
        """
        self.ensure_one()
        if self.provider_id.sudo().books_mode != "post":
            raise UserError(self.env._("In shadow mode nothing is posted."))
        if not self.partner_id:
            raise UserError(self.env._("Choose the customer."))
        if problem := self._why_not_bookable():
            raise UserError(problem)
        if self.invoice_ids and self.order_id:
            raise UserError(self.env._("Choose either invoices or an order."))
        for document in (*self.invoice_ids, *self.order_id):
            if problem := self._why_not(document):
                raise UserError(problem)

    def _why_not(self, document):
        """Return why an invoice or order cannot be paid by this, False if it can."""
        entity = self.partner_id.commercial_partner_id
        name = document.display_name
        if document.partner_id.commercial_partner_id != entity:
            return self.env._(
                "%(document)s is not of %(customer)s.",
                document=name,
                customer=entity.display_name,
            )
        if document.currency_id != self.currency_id:
            return self.env._("%s is in another currency than the payment.", name)
        if document.company_id != self.company_id:
            return self.env._("%s belongs to another company.", name)
        if document.state == "cancel":
            return self.env._("%s is cancelled.", name)
        if document._name == "account.move" and document.state == "draft":
            return self.env._("%s is not posted.", name)
        return False

    def _apply(self):
        """Carry out the choice, and remember it for the next payment."""
        if self.order_id and self.matched_by == "items":
            self.matched_by = "person"
        if self.transaction_id:
            self._reassign()
        else:
            if chosen := self._booked_by_choice():
                chosen.action_undo_choice()
            self._create_transaction()
            self._fetch_and_settle()
        self.env["payment.gateway.customer"]._remember(
            self.provider_id, {self.customer_ref: self.partner_id}, overrule=True
        )
        self.env["payment.gateway.product"]._remember(self.provider_id, self.item_ids)
        self._record_result()
        self.write({"state": "done", "reason": False})

    # === CHANGING A CHOICE === #

    def _reassign(self):
        """Give a payment that is in the books to another customer or document."""
        transaction = self.transaction_id.with_company(self.company_id)
        before = transaction.invoice_ids | transaction.sale_order_ids.invoice_ids
        orders = transaction.sale_order_ids
        self._release_credit(before)
        transaction.write({"partner_id": self.partner_id.id, **self._document_values()})
        self._transfer_credit()
        self._settle_credit(self.invoice_ids)
        self._tell_left(
            (before - transaction.invoice_ids), (orders - transaction.sale_order_ids)
        )
        if transaction.sale_order_ids.filtered(lambda each: each.state != "sale"):
            transaction.is_post_processed = False  # core confirms orders there
        transaction._run_effects(("order", "invoice", "stock", "crm"), force=True)

    def _credit_line(self):
        """Return the journal item that is the customer's credit now."""
        transfer = self.transfer_move_id
        if transfer:
            lines = transfer.line_ids
        else:
            lines = self.transaction_id.payment_id.move_id.line_ids
        return lines.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable" and line.credit
            )
        )

    def _release_credit(self, invoices):
        """Undo the match with ``invoices`` and a transfer to another customer."""
        credit = self._credit_line()
        (credit.matched_debit_ids | credit.matched_credit_ids).filtered(
            lambda partial: partial.debit_move_id.move_id in invoices
        ).unlink()
        transfer = self.transfer_move_id
        if not transfer or self._is_where_it_belongs(credit):
            return
        transfer.line_ids.remove_move_reconcile()
        transfer._reverse_moves(
            [{"date": self._today(), "ref": self.env._("Undone: %s", transfer.ref)}],
            cancel=True,
        )
        self.transfer_move_id = False

    def _is_where_it_belongs(self, credit):
        """Whether a credit is on the account of the customer who is chosen."""
        return (
            credit.partner_id == self.partner_id.commercial_partner_id
            and credit.account_id == self._receivable()
        )

    def _receivable(self):
        """Return the receivable account of the chosen document or customer."""
        lines = self.invoice_ids.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        partner = self.partner_id.with_company(self.company_id)
        return lines[:1].account_id or partner.property_account_receivable_id

    def _transfer_credit(self):
        """Post the entry that moves the credit to the chosen customer, if need be."""
        credit = self._credit_line()
        if not credit or self._is_where_it_belongs(credit):
            return
        self._check_unused(credit)
        label = self.env._("%s belongs to another customer", self.display_name)
        amount, balance = credit.amount_residual_currency, credit.amount_residual
        common = {"name": label, "currency_id": credit.currency_id.id}
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": self._miscellaneous_journal().id,
                "date": self._today(),
                "ref": label,
                "line_ids": [
                    (
                        0,
                        0,
                        {
                            **common,
                            "account_id": credit.account_id.id,
                            "partner_id": credit.partner_id.id,
                            "amount_currency": -amount,
                            "balance": -balance,
                        },
                    ),
                    (
                        0,
                        0,
                        {
                            **common,
                            "account_id": self._receivable().id,
                            "partner_id": self.partner_id.commercial_partner_id.id,
                            "amount_currency": amount,
                            "balance": balance,
                        },
                    ),
                ],
            }
        )
        move.action_post()
        (credit | move.line_ids.filtered("debit")).reconcile()
        self.transfer_move_id = move

    def _check_unused(self, credit):
        """Refuse to move a credit away from what a person matched it with.

        :raise UserError: naming what it pays
        """
        partials = credit.matched_debit_ids | credit.matched_credit_ids
        matched = (partials.debit_move_id | partials.credit_move_id) - credit
        if matched:
            raise UserError(
                self.env._(
                    "The credit already pays %s. Undo that match first: the customer"
                    " cannot be changed before.",
                    ", ".join(matched.move_id.mapped("display_name")),
                )
            )

    def _miscellaneous_journal(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.company_id.id)], limit=1
        )
        if not journal:
            raise UserError(
                self.env._(
                    "Create a journal of type Miscellaneous: the credit is moved there."
                )
            )
        return journal

    def _today(self):
        journal = self._miscellaneous_journal()
        return self.company_id._payment_date(fields.Datetime.now(), journal)

    def _settle_credit(self, invoices):
        """Let the credit pay invoices."""
        credit = self._credit_line()
        lines = (credit | invoices.line_ids).filtered(
            lambda line: line.account_id == credit.account_id and not line.reconciled
        )
        if len(lines.move_id) > 1:
            lines.reconcile()

    def _tell_left(self, invoices, orders):
        """Tell documents that the payment went elsewhere; they are open again."""
        for document in [*invoices, *orders]:
            document.message_post(
                body=self.env._(
                    "Payment %s was given to another document.", self._get_html_link()
                )
            )
