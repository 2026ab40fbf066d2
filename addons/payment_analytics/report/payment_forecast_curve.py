from odoo import fields, models
from odoo.tools import SQL

from ..metrics.forecast import HORIZON  # fewer than 100 days, for the ids


class PaymentForecastCurve(models.Model):
    """The forecast's amounts by expected, earliest and latest day: additive.

    Summed up from the first day on, the three are the expected balance, the highest
    (all pay early) and the lowest (all pay late). The money that is there is the
    first amount of each. Amounts without a day are in none.
    """

    _name = "payment.forecast.curve"
    _description = "Cash Curve"
    _auto = False
    _order = "day, id"
    _rec_name = "day"

    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    line_id = fields.Many2one("payment.forecast.line", "Document", readonly=True)
    day = fields.Date(readonly=True)
    series = fields.Selection(
        [("high", "All Pay Early"), ("expected", "Expected"), ("low", "All Pay Late")],
        readonly=True,
    )
    amount = fields.Monetary(readonly=True)

    _depends = {
        "payment.forecast.line": [
            "amount",
            "company_id",
            "currency_id",
            "day",
            "early_day",
            "late_day",
        ],
        "payment.forecast.run": ["day", "origin", "start_bank", "start_gateway"],
    }

    @property
    def _table_query(self):
        """Lines have positive ids; the balance to begin with, negative ones.

        Each day has an amount, if only of nothing, so that a graph has no gaps.
        """
        return SQL(
            """
            SELECT 3 * line.id + series.number AS id, line.id AS line_id,
                   line.company_id, line.currency_id, series.day, series.name AS series,
                   line.amount
            FROM payment_forecast_line line
            CROSS JOIN LATERAL (VALUES
                (0, 'expected', line.day), (1, 'high', line.early_day),
                (2, 'low', line.late_day)) series(number, name, day)
            WHERE line.day IS NOT NULL
            UNION ALL
            SELECT -(300 * run.id + 3 * since.days + series.number), NULL,
                   run.company_id, run.currency_id, run.day + since.days, series.name,
                   CASE since.days WHEN 0 THEN run.start_bank + run.start_gateway
                        ELSE 0 END
            FROM (
                SELECT DISTINCT ON (company_id) * FROM payment_forecast_run
                WHERE origin = 'night' ORDER BY company_id, day DESC
            ) run
            CROSS JOIN GENERATE_SERIES(0, %s) since(days)
            CROSS JOIN (VALUES (0, 'expected'), (1, 'high'), (2, 'low'))
                series(number, name)
            """,
            HORIZON,
        )
