"""A payment in the customer's words, for the portal."""

from odoo import models
from odoo.tools import is_html_empty

STATES = {"done": "paid", "pending": "pending", "authorized": "pending"}


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _portal_state(self):
        """Return paid, pending, failed, refunded or partly_refunded."""
        self.ensure_one()
        state = STATES.get(self.state, "failed")
        if state == "paid" and self.refunded_amount > 0:
            return "refunded" if self._is_refunded_in_full() else "partly_refunded"
        return state

    def _portal_receipt(self):
        """Return the booked payment that a receipt can be printed of, or none."""
        return self.payment_id.filtered(
            lambda payment: payment.state in ("in_process", "paid")
        )

    def _portal_open_documents(self):
        """Return the invoices, else orders, of this failed payment still to be paid."""
        self.ensure_one()
        if self._portal_state() != "failed":
            return self.env["account.move"]
        documents = self.invoice_ids or self.sale_order_ids
        return documents.filtered(lambda document: document._has_to_be_paid())

    def _portal_pay_again_url(self):
        """Return where what is still open is paid, or False if nothing is."""
        documents = self._portal_open_documents()
        if not documents:
            return False
        if len(documents) == 1:
            return documents.get_portal_url(query_string="&payment=True")
        if documents._name == "account.move":
            chosen = "&".join(f"invoice_id={each}" for each in documents.ids)
            return f"/my/invoices/pay?{chosen}"
        return documents[0].get_portal_url()


class ResCompany(models.Model):
    _inherit = "res.company"

    def _has_payment_policies(self):
        """Whether there is anything to read in the company's policies."""
        return bool(self) and not is_html_empty(self.payment_policies)
