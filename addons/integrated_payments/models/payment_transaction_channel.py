"""The way by which a payment came, the same for every provider.

================ =====================================================================
online           a logged-in customer's portal or shop page
link             a payment link of Odoo (by e-mail, say), or one of the gateway
mobile           the QR code of an invoice, a quotation or a receipt
saved            a saved method that a salesperson or a schedule charged, or a customer
transfer         a bank transfer that the customer was asked to make
terminal         a card reader
dashboard, ...   outside Odoo: the ways that the gateway tells apart
refund           money that went back
================ =====================================================================
"""

from odoo import api, fields, models

CAME_BY = [("link", "Payment Link"), ("mobile", "Mobile (QR Code)")]


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    channel = fields.Selection(selection_add=[CAME_BY[1]])
    came_by = fields.Selection(
        CAME_BY,
        readonly=True,
        copy=False,
        help="How the customer came to the page on which this payment was made.",
    )

    @api.depends("came_by")
    def _compute_channel(self):
        """Tell link and QR code from other online payments, transfers from cash."""
        result = super()._compute_channel()
        for transaction in self:
            if transaction.channel == "transfer" and not transaction._is_transfer():
                transaction.channel = "online"  # cash on delivery, payment on site
            if transaction.came_by and transaction._is_by_the_customer():
                transaction.channel = transaction.came_by
        return result

    def _is_by_the_customer(self):
        """Whether a customer made this payment on a page of ours, and not by transfer.

        A saved method that the customer chose there counts; one that was charged by a
        salesperson does not.
        """
        if self.channel == "saved":
            return self.operation == "online_token"
        return self.channel == "online"

    def _is_transfer(self):
        """Whether a provider of ``payment_custom`` asks for a bank transfer."""
        provider = self.provider_id.sudo()
        if "custom_mode" not in provider._fields:
            return True
        return provider["custom_mode"] in (False, "wire_transfer")
