"""A bank transfer that was announced at checkout, and the money that came."""

from odoo import models
from odoo.exceptions import AccessError, UserError


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _is_plain(self):
        """Leave transfers that name no method of payment to ``_create_payment``."""
        return super()._is_plain() and not self._came_to_the_bank()

    def _came_to_the_bank(self):
        """Whether core would find no method of payment: it makes none for transfers."""
        return self.channel == "transfer" and not self._payment_method_line()

    def _create_payment(self, **extra_create_values):
        """Book a transfer on the bank's journal, by its manual method."""
        if self._came_to_the_bank():
            extra_create_values = {
                **self._transfer_values(),
                **extra_create_values,
            }
        return super()._create_payment(**extra_create_values)

    def _transfer_values(self):
        """Return journal and method of a payment that came straight to the bank.

        :raise UserError: if no bank journal takes the payment's currency
        """
        company = self.provider_id.company_id
        banks = self.provider_id.journal_id | self.env["account.journal"].search(
            [
                *self.env["account.journal"]._check_company_domain(company),
                ("type", "=", "bank"),
                ("inbound_payment_method_line_ids.payment_provider_id", "=", False),
            ]
        )
        for bank in banks:
            if (bank.currency_id or company.currency_id) != self.currency_id:
                continue
            method = bank.inbound_payment_method_line_ids.filtered(
                lambda line: line.code == "manual"
            )[:1]
            if method:
                return {"journal_id": bank.id, "payment_method_line_id": method.id}
        raise UserError(
            self.env._(
                "No bank journal in %s takes manual payments. Add one, or match the"
                " bank line with the invoice.",
                self.currency_id.name,
            )
        )

    def action_transfer_received(self):
        """Say that the announced money is at the bank: order, invoice and books follow.

        The payment is booked on the bank's journal; the bank line is matched with it,
        or with the invoice.

        :raise AccessError: for users who may not decide on payments
        :raise UserError: if one is no pending bank transfer
        """
        if not self.env.user.has_group("integrated_payments.group_payment_manager"):
            raise AccessError(
                self.env._("Only accounting may say that a transfer has arrived.")
            )
        others = self.filtered(
            lambda each: each.state != "pending" or each.channel != "transfer"
        )
        if others:
            raise UserError(
                self.env._(
                    "Not a pending bank transfer: %s. Choose payments of the channel"
                    " Bank Transfer that are still pending.",
                    ", ".join(others.mapped("reference")),
                )
            )
        self.sudo()._receive_transfer(
            self.env._("%s saw the transfer at the bank.", self.env.user.name)
        )

    def _receive_transfer(self, note):
        """Confirm transfers whose money is at the bank; ``note`` says who knows it."""
        for payment in self:
            payment._log_message_on_linked_documents(note)
        self._set_done()
        self._post_process()
