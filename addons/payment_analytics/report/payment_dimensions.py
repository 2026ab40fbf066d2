from odoo import api, fields, models


class PaymentDimensions(models.AbstractModel):
    """By what the reports over payments are told apart."""

    _name = "payment.dimensions"
    _description = "Dimensions of Payments"

    day = fields.Date(readonly=True, help="The date in the company's time zone.")
    channel = fields.Selection(
        selection="_selection_channel",
        readonly=True,
        help="How the customer paid; for a refund, how the payment was made.",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    provider_id = fields.Many2one("payment.provider", readonly=True)
    payment_method_id = fields.Many2one("payment.method", readonly=True)
    brand_id = fields.Many2one("payment.method", readonly=True)
    country_id = fields.Many2one("res.country", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        readonly=True,
        help="Of the order, else of the invoice, else of the customer.",
    )
    categ_id = fields.Many2one(
        "product.category",
        readonly=True,
        help="Of all products of the order, else of the invoice, if it is the same.",
    )
    payment_currency_id = fields.Many2one("res.currency", readonly=True)

    @api.model
    def _selection_channel(self):
        return (
            self.env["payment.transaction"]
            ._fields["channel"]
            ._description_selection(self.env)
        )
