from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    payment_customers_from = fields.Datetime(
        "Computing Customers Since", readonly=True, copy=False
    )
    payment_customers_at = fields.Datetime(
        "Customers Computed", readonly=True, copy=False
    )
    payment_customers_touched = fields.Datetime(
        "Changed Customers Computed", readonly=True, copy=False
    )
