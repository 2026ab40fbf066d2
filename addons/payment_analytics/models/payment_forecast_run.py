from odoo import api, fields, models


class PaymentForecastRun(models.Model):
    """A company's cash as it was forecast on one day."""

    _name = "payment.forecast.run"
    _description = "Cash Forecast"
    _order = "day desc, id desc"
    _rec_name = "day"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    day = fields.Date("As of", required=True, readonly=True)
    origin = fields.Selection(
        [("night", "That Day"), ("replay", "Replayed")],
        "Forecast Made",
        required=True,
        readonly=True,
        default="night",
        help="Replayed: computed later from what was known on that day.",
    )
    start_bank = fields.Monetary("Bank and Cash", readonly=True)
    start_gateway = fields.Monetary("Gateways", readonly=True)
    start = fields.Monetary("There Is", compute="_compute_start")
    undated = fields.Monetary(
        "Without a Day",
        readonly=True,
        help="Open invoices that are later than anything that was ever paid.",
    )
    computed_at = fields.Datetime("Computed", readonly=True)
    check_ids = fields.One2many("payment.forecast.check", "run_id", readonly=True)

    invoice_check_ids = fields.One2many(
        "payment.forecast.check",
        "run_id",
        "From Open Invoices",
        readonly=True,
        help="The same horizons, of which only what open invoices bring.",
    )

    _day_uniq = models.UniqueIndex(
        "(company_id, day, origin)", "This day is already forecast."
    )

    is_over = fields.Boolean(
        compute="_compute_is_over", help="Something can be compared with what came."
    )

    @api.depends("check_ids.checked")
    def _compute_is_over(self):
        for run in self:
            run.is_over = any(run.check_ids.mapped("checked"))

    @api.depends("start_bank", "start_gateway")
    def _compute_start(self):
        for run in self:
            run.start = run.start_bank + run.start_gateway
