"""The short link of a document: by QR code or e-mail to what is open at that moment.

``/pay/i42-K3V7...``: kind and id of the document, and a signature (HMAC-SHA-256 of
them and of the document's access token, 80 bits of it). Nothing is stored; a new
access token makes all printed codes void. The page behind it is Odoo's own
portal page with its payment form.
"""

import base64

from odoo import api, models
from odoo.tools import consteq, hmac
from odoo.tools.image import image_data_uri

SCOPE = "integrated_payments.pay_link"
SIGNED_BYTES = 10  # 80 bits: 16 characters
KINDS = {"i": "account.move", "o": "sale.order"}
QR_SIZE = 128  # pixels, as Odoo's own on invoices


class PaymentPayLink(models.AbstractModel):
    """A document with a page on which a customer pays it."""

    _name = "payment.pay.link"
    _description = "Document with a short payment link"

    def _pay_is_open(self):
        """Whether the page behind the link offers to pay something now."""
        raise NotImplementedError

    def _pay_amount(self):
        """Return what is open, formatted in the document's currency."""
        amount = self._get_default_payment_link_values()["amount"]
        return self.currency_id.format(amount)

    def _pay_code(self):
        """Return the code of this document's link."""
        self.ensure_one()
        kind = next(key for key, model in KINDS.items() if model == self._name)
        return f"{kind}{self.id}-{self._pay_signature()}"

    def _pay_signature(self):
        token = self._portal_ensure_token()
        digest = hmac(self.env(su=True), SCOPE, (self._name, self.id, token))
        signed = bytes.fromhex(digest)[:SIGNED_BYTES]
        return base64.b32encode(signed).decode()

    def _pay_url(self, came_by="mobile"):
        """Return the short link.

        :param came_by: what the channel of a payment made through it is
        """
        query = "" if came_by == "mobile" else f"?by={came_by}"
        return f"{self.get_base_url()}/pay/{self._pay_code()}{query}"

    def _pay_qr(self):
        """Return the QR code of the short link, as the source of an image."""
        picture = self.env["ir.actions.report"].barcode(
            "QR", self._pay_url(), width=QR_SIZE, height=QR_SIZE, quiet=False
        )
        return image_data_uri(base64.b64encode(picture))

    def _pay_path(self):
        """Return the path of the portal page: to pay what is open, or just to look."""
        if not self._pay_is_open():
            return self.get_portal_url()
        path = self._fresh_payment_link().removeprefix(self.get_base_url())
        return f"/{path.lstrip('/')}"

    @api.model
    def _pay_document(self, code):
        """Return the document of a code, sudoed; None if there is none."""
        head, _dash, signature = code.partition("-")
        model, digits = KINDS.get(head[:1]), head[1:]
        if not model or not (digits.isascii() and digits.isdigit()):
            return None
        if len(digits) > 10:
            return None
        document = self.env[model].sudo().browse(int(digits)).exists()
        if not document or not document.access_token:
            return None  # it never had a code
        genuine = document._pay_signature()
        return document if consteq(genuine, signature.upper()) else None


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "payment.pay.link"]

    def _pay_is_open(self):
        return self.is_sale_document(True) and self._is_to_be_paid()

    @api.depends("state", "payment_state", "move_type", "transaction_ids.state")
    def _compute_display_link_qr_code(self):
        """Print the code only where the customer has something to pay."""
        result = super()._compute_display_link_qr_code()
        for move in self.filtered("display_link_qr_code"):
            move.display_link_qr_code = move._pay_is_open()
        return result

    def _get_portal_payment_link(self):
        """Let Odoo's own QR code hold the short link.

        Odoo's bears the amount that was open when it was printed.
        """
        return self._pay_url()


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "payment.pay.link"]

    def _pay_is_open(self):
        """As Odoo's page: a quotation that asks for a payment, an order's balance."""
        self.ensure_one()
        if not self._is_to_be_paid():
            return False
        if self.state == "sale":
            return (
                self.currency_id.compare_amounts(self.amount_total, self.amount_paid)
                > 0
            )
        return self._has_to_be_paid()

    def _pay_prints_code(self):
        """Whether quotation or order show the code, by the company's setting."""
        return self.company_id.payment_qr_order and self._pay_is_open()


class AccountPayment(models.Model):
    _inherit = "account.payment"

    def _pay_open_invoices(self):
        """Return the invoices of a receipt that are still to be paid in part."""
        if not self.company_id.payment_qr_receipt:
            return self.env["account.move"]
        return self.reconciled_invoice_ids.filtered(lambda move: move._pay_is_open())
