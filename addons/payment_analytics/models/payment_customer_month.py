from odoo import fields, models


class PaymentCustomerMonth(models.Model):
    """What one customer paid in one month; written with the customer's snapshot."""

    _name = "payment.customer.month"
    _description = "Payments of a Customer by Month"
    _order = "month desc, id desc"
    _rec_name = "partner_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    month = fields.Date(readonly=True, required=True, help="Its first day.")
    payments = fields.Integer(readonly=True)
    gross = fields.Monetary(readonly=True)
    net = fields.Monetary(readonly=True)

    # A constraint, not an index: merging partners looks for constraints.
    _month_uniq = models.Constraint(
        "UNIQUE(company_id, partner_id, month)", "This month is already stored."
    )
