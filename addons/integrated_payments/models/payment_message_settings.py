"""Which messages a company sends, and what a customer declines."""

from odoo import fields, models
from odoo.tools import consteq
from odoo.tools import hmac as signature

SCOPE = "payment-messages-stop"


class ResCompany(models.Model):
    _inherit = "res.company"

    payment_send_receipt = fields.Boolean(default=True)
    payment_send_refund = fields.Boolean("Send Refund Notices", default=True)
    payment_send_failed = fields.Boolean("Send Payment Links after Failures")
    payment_send_debit_failed = fields.Boolean(
        "Send Notices of Failed Bank Debits", default=True
    )
    payment_send_upcoming = fields.Boolean("Announce Automatic Charges")
    payment_upcoming_days = fields.Integer("Announced Days before", default=3)
    payment_send_dispute_closed = fields.Boolean("Send Outcomes of Disputes")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    payment_send_refund = fields.Boolean(
        related="company_id.payment_send_refund", readonly=False
    )
    payment_send_failed = fields.Boolean(
        related="company_id.payment_send_failed", readonly=False
    )
    payment_send_debit_failed = fields.Boolean(
        related="company_id.payment_send_debit_failed", readonly=False
    )
    payment_send_upcoming = fields.Boolean(
        related="company_id.payment_send_upcoming", readonly=False
    )
    payment_upcoming_days = fields.Integer(
        related="company_id.payment_upcoming_days", readonly=False
    )
    payment_send_dispute_closed = fields.Boolean(
        related="company_id.payment_send_dispute_closed", readonly=False
    )


class ResPartner(models.Model):
    _inherit = "res.partner"

    payment_no_reminders = fields.Boolean(
        "No Payment Reminders",
        help="The customer declined mails that ask to pay. Receipts, refunds and"
        " announced charges are sent nevertheless.",
    )

    def _payment_stop_key(self):
        """Return the signature of the address by which this customer declines."""
        return signature(self.env(su=True), SCOPE, self.id)

    def _payment_stop_url(self):
        self.ensure_one()
        return (
            f"{self.get_base_url()}/payment/messages/stop/"
            f"{self.id}/{self._payment_stop_key()}"
        )

    def _is_payment_stop_key(self, key):
        """Whether ``key`` was given to this customer, and by us."""
        return consteq(self._payment_stop_key(), key or "")
