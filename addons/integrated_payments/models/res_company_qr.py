"""Where a QR code for paying is printed; for invoices Odoo has a switch of its own."""

from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    payment_qr_order = fields.Boolean("QR Code on Quotations and Orders")
    payment_qr_receipt = fields.Boolean("QR Code on Receipts")


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    payment_qr_invoice = fields.Boolean(
        "QR Code on Invoices", related="company_id.link_qr_code", readonly=False
    )
    payment_qr_order = fields.Boolean(
        related="company_id.payment_qr_order", readonly=False
    )
    payment_qr_receipt = fields.Boolean(
        related="company_id.payment_qr_receipt", readonly=False
    )
