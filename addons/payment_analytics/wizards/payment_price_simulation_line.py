from odoo import api, fields, models

from ..report.payment_report_fees import FUNDING, REGIONS


class PaymentPriceSimulationLine(models.TransientModel):
    """Payments alike: what they cost, and what they would."""

    _name = "payment.price.simulation.line"
    _description = "What If, by Method and Card"
    _order = "gross desc, id"

    simulation_id = fields.Many2one(
        "payment.price.simulation", required=True, index=True, ondelete="cascade"
    )
    company_currency_id = fields.Many2one(related="simulation_id.company_currency_id")
    method_id = fields.Many2one("payment.method", "Payment Method")
    brand_id = fields.Many2one("payment.method")
    funding = fields.Selection(FUNDING, "Kind of Card")
    region = fields.Selection(REGIONS, "From")
    country_id = fields.Many2one("res.country")
    currency_id = fields.Many2one("res.currency", "Paid in")
    price_line_id = fields.Many2one("payment.price.list.line", "Price")
    payments = fields.Integer()
    gross = fields.Monetary(currency_field="company_currency_id")
    actual = fields.Monetary("Fees Paid", currency_field="company_currency_id")
    simulated = fields.Monetary(
        "Fees with This List", currency_field="company_currency_id"
    )
    difference = fields.Monetary(
        compute="_compute_difference",
        store=True,
        currency_field="company_currency_id",
    )

    @api.depends("actual", "simulated", "price_line_id")
    def _compute_difference(self):
        for line in self:
            priced = bool(line.price_line_id)
            line.difference = line.simulated - line.actual if priced else 0
