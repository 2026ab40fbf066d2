from odoo import fields, models


class PaymentForecastCheck(models.Model):
    """What a forecast said of the next days, beside what came.

    ``came`` is what was received, within the horizon, on the invoices that were open
    on the forecast's day: what the forecast spoke of.
    """

    _name = "payment.forecast.check"
    _inherit = "payment.ratios"
    _description = "Forecast against What Came"
    _order = "day desc, horizon"
    _rec_name = "until"

    run_id = fields.Many2one(
        "payment.forecast.run",
        "Forecast",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="run_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="run_id.currency_id", store=True)
    origin = fields.Selection(related="run_id.origin", store=True)
    day = fields.Date(related="run_id.day", string="Forecast on", store=True)
    horizon = fields.Integer(
        "Days Ahead", required=True, readonly=True, aggregator=None
    )
    until = fields.Date(readonly=True)
    expected = fields.Monetary(readonly=True, help="From invoices open that day.")
    low = fields.Monetary("If All Pay Late", readonly=True)
    high = fields.Monetary("If All Pay Early", readonly=True)
    balance_expected = fields.Monetary(
        "Expected Balance",
        readonly=True,
        aggregator=None,
        help="Bank, cash and gateways, with all that comes and goes until then.",
    )
    balance_low = fields.Monetary("Lowest", readonly=True, aggregator=None)
    balance_high = fields.Monetary("Highest", readonly=True, aggregator=None)
    checked = fields.Boolean("Over", readonly=True, help="The last day has passed.")
    came = fields.Monetary(readonly=True)
    missed = fields.Monetary("Off by", readonly=True)
    balance_came = fields.Monetary("Balance That Day", readonly=True, aggregator=None)
    error_rate = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Sum of what it was off by / sum of what came (WAPE).",
    )

    _horizon_uniq = models.UniqueIndex(
        "(run_id, horizon)", "This horizon is already stored."
    )
    _ratios = {"error_rate": ("missed", "came", 1)}
