"""Payments booked in one go: what core does one by one, for all that are paid."""

from odoo import models
from odoo.fields import Command


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _book_in_one_go(self):
        """Create, post and match the payments of transactions, all at once.

        The same payments as core's ``_create_payment`` makes; tests compare the two.

        :return: account.payment, in the order of the transactions
        """
        payments = (
            self.env["account.payment"]
            .with_context(**self.company_id._quiet_booking())
            .create([transaction._prepare_payment_values() for transaction in self])
        )
        payments._make_moves()
        for transaction, payment in zip(self, payments, strict=True):
            transaction.payment_id = payment
            transaction._say_if_late(payment)
        payments.action_post()
        self._pay_invoices()
        return payments

    def _is_plain(self):
        """Whether core would do nothing but create the payment and match it.

        Not plain: parts of a capture, refunds, an early payment discount.
        """
        self.ensure_one()
        discounts = self.invoice_ids.filtered(
            lambda move: move.invoice_payment_term_id.early_discount
        )
        return not self.source_transaction_id and self.amount > 0 and not discounts

    def _prepare_payment_values(self):
        """Return the values of the payment, as core's ``_create_payment`` has them."""
        provider = self.provider_id
        journal = provider.journal_id
        values = {
            "amount": abs(self.amount),
            "payment_type": "inbound",
            "currency_id": self.currency_id.id,
            "partner_id": self.partner_id.commercial_partner_id.id,
            "partner_type": "customer",
            "journal_id": journal.id,
            "company_id": provider.company_id.id,
            "payment_method_line_id": self._payment_method_line().id,
            "payment_token_id": self.token_id.id,
            "payment_transaction_id": self.id,
            "memo": f"{self.reference} - {self.provider_reference or ''}",
            "invoice_ids": [Command.set(self.invoice_ids.ids)],
        }
        if self.paid_at:
            values["date"] = self.company_id._payment_date(self.paid_at, journal)
        terms = self.invoice_ids.line_ids.filtered(
            lambda line: line.display_type == "payment_term"
        )
        if terms:
            values["destination_account_id"] = terms[0].account_id.id
        return values

    def _payment_method_line(self):
        """Return the line of the provider's journal that its payments bear."""
        provider = self.provider_id
        return provider.journal_id.inbound_payment_method_line_ids.filtered(
            lambda line: line.payment_provider_id == provider
        )

    def _pay_invoices(self):
        """Match each payment with the invoices that it was made for.

        The invoices are told that they are paid afterwards, see ``_effect_crm``.
        """
        invoices = self.invoice_ids.filtered(lambda move: move.state == "draft")
        invoices.action_post()
        plan = []
        for transaction in self.with_context(**self.company_id._quiet_booking()):
            payment = transaction.payment_id
            moves = payment.move_id | transaction.invoice_ids.filtered(
                lambda move: move.state == "posted"
            )
            lines = moves.line_ids.filtered(
                lambda line, account=payment.destination_account_id: (
                    line.account_id == account and not line.reconciled
                )
            )
            if len(lines.move_id) > 1:
                plan.append(lines)
        if plan:
            plan[0]._reconcile_plan(plan)


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _make_moves(self):
        """Make the draft entries of new payments in one go, as core does one by one.

        Core writes ``move_id`` payment by payment, which costs 14 queries each. Here it
        is one statement, with the cache told as Odoo's documentation asks for.
        """
        values = [payment._generate_move_vals() for payment in self]
        for value in values:
            for _create, _id, item in value["line_ids"]:
                item.setdefault("analytic_distribution", False)  # no cost, no revenue
        # No taxes and no terms: nothing to keep in step with the other lines.
        self.env["account.move"].with_context(skip_invoice_sync=True).create(values)
        self.flush_recordset(["move_id"])
        self.env["account.move"].flush_model(["origin_payment_id"])
        self.env.cr.execute(
            "UPDATE account_payment SET move_id = move.id FROM account_move move"
            " WHERE move.origin_payment_id = account_payment.id"
            " AND account_payment.id = ANY(%s)",
            [self.ids],
        )
        self.invalidate_recordset(["move_id"])
        self.modified(["move_id"])
