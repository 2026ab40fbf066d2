from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ..models.payment_forecast_run_compute import MANAGER

MOST = 60  # days that are replayed in one go


class PaymentForecastReplay(models.TransientModel):
    """Forecast past days again from what was known then, beside what came."""

    _name = "payment.forecast.replay"
    _description = "Replay of Cash Forecasts"

    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: fields.Date.subtract(fields.Date.today(), months=6),
    )
    date_to = fields.Date(
        "To", required=True, default=lambda self: fields.Date.today() - timedelta(8)
    )
    every = fields.Integer("Every (days)", required=True, default=7)
    count = fields.Integer("Forecasts", compute="_compute_count")

    @api.depends("date_from", "date_to", "every")
    def _compute_count(self):
        for wizard in self:
            wizard.count = len(wizard._days())

    def _days(self):
        """Return the days to replay, the newest first."""
        self.ensure_one()
        if not self.date_from or not self.date_to or self.every < 1:
            return []
        span = (self.date_to - self.date_from).days
        return [self.date_to - timedelta(n) for n in range(0, span + 1, self.every)]

    def action_replay(self):
        """Replay and show the error of each horizon.

        :raise AccessError: for who may not manage payments
        :raise UserError: for days that are not past, or too many
        """
        if not self.env.user.has_group(MANAGER):
            raise AccessError(self.env._("Only accounting may compute forecasts."))
        days = self._days()
        if not days or days[0] >= fields.Date.context_today(self):
            raise UserError(self.env._("Choose days that are past."))
        if len(days) > MOST:
            raise UserError(
                self.env._(
                    "These are %(count)s forecasts; at most %(most)s in one go.",
                    count=len(days),
                    most=MOST,
                )
            )
        Run = self.env["payment.forecast.run"].sudo()
        company = self.env.company.sudo()
        for day in days:
            Run._replay(company, day)
        Run._check(company, fields.Date.context_today(self))
        action = self.env["ir.actions.actions"]._for_xml_id(
            "payment_analytics.action_payment_forecast_check"
        )
        context = {"search_default_over": 1, "search_default_replay": 1}
        return {**action, "context": context, "target": "main"}
