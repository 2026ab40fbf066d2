from odoo import fields, models
from odoo.tools import SQL

from ..metrics import thresholds
from .payment_measures import HELP

NEAR = 0.75  # share of a limit from which it is near


class PaymentNetworkReport(models.Model):
    """Visa's monitoring by month, beside the limit that was in force at its end."""

    _name = "payment.network.report"
    _inherit = "payment.measured"
    _description = "Card Network Monitoring"
    _auto = False
    _order = "month desc, company_id"
    _rec_name = "month"

    month = fields.Date(readonly=True, help="Its first day.")
    company_id = fields.Many2one("res.company", readonly=True)
    fraud_reports = fields.Integer(readonly=True, help=HELP["fraud_reports"])
    card_disputes = fields.Integer(
        "Card Disputes Opened", readonly=True, help=HELP["card_disputes"]
    )
    card_not_present = fields.Integer(
        "Card Payments at a Distance", readonly=True, help=HELP["card_not_present"]
    )
    vamp_ratio = fields.Float(
        "VAMP Ratio", readonly=True, aggregator="avg", help=HELP["vamp_ratio"]
    )
    allowed = fields.Float("Limit", readonly=True, aggregator="max")
    min_cases = fields.Integer(
        "Only from",
        readonly=True,
        aggregator="max",
        help="The programme looks at nobody with fewer cases in a month.",
    )
    light = fields.Selection(
        [("below", "Below"), ("near", "Near"), ("above", "Above")],
        "Standing",
        readonly=True,
        help="Near: from three quarters of the limit on.",
    )

    @property
    def _table_query(self):
        """The rollup's days by month, and the limit for the company's region."""
        return SQL(
            """
            SELECT month.company_id * 2400 + EXTRACT(YEAR FROM month.month)::int
                       %% 200 * 12 + EXTRACT(MONTH FROM month.month)::int AS id,
                   month.*, rule.allowed, rule.min_cases,
                   cases::float / NULLIF(card_not_present, 0) AS vamp_ratio,
                   CASE WHEN rule.allowed IS NULL THEN NULL
                        WHEN cases < COALESCE(rule.min_cases, 0) THEN 'below'
                        WHEN cases >= rule.allowed * card_not_present THEN 'above'
                        WHEN cases >= rule.allowed * card_not_present * %(near)s
                        THEN 'near' ELSE 'below' END AS light
              FROM (SELECT r.company_id, date_trunc('month', r.day)::date AS month,
                           SUM(r.fraud_reports) AS fraud_reports,
                           SUM(r.card_disputes) AS card_disputes,
                           SUM(r.card_not_present) AS card_not_present,
                           SUM(r.fraud_reports + r.card_disputes) AS cases
                      FROM payment_rollup_brief r
                      JOIN payment_method brand ON brand.id = r.brand_id
                     WHERE brand.code = 'visa'
                     GROUP BY 1, 2) month
              JOIN res_company c ON c.id = month.company_id
              JOIN res_partner p ON p.id = c.partner_id
              LEFT JOIN res_country country ON country.id = p.country_id
              LEFT JOIN LATERAL (
                  SELECT t."limit" AS allowed, t.min_cases FROM payment_threshold t
                   WHERE t.kind = 'disputes' AND t.network = 'visa'
                     AND t.level = 'merchant'
                     AND (t.company_id IS NULL OR t.company_id = c.id)
                     AND (t.region IS NULL OR t.region = CASE
                          WHEN country.code IN %(mena)s THEN 'mena' ELSE 'world' END)
                     AND t.valid_from < month.month + interval '1 month'
                     AND (t.valid_to IS NULL
                          OR t.valid_to >= month.month + interval '1 month - 1 day')
                   ORDER BY t.company_id, t.region, t.valid_from DESC LIMIT 1
              ) rule ON TRUE
            """,
            near=NEAR,
            mena=tuple(thresholds.MENA),
        )

    def action_open_payments(self):
        """Open the payments of a month that were reported or disputed."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_analytics.action_payment_report"
        )
        last = fields.Date.end_of(self.month, "month")
        return action | {
            "name": self.env._("Visa, %s", self.month.strftime("%Y-%m")),
            "domain": [
                ("brand_id.code", "=", "visa"),
                ("company_id", "=", self.company_id.id),
                ("day", ">=", self.month),
                ("day", "<=", last),
            ],
            "context": {},
            "view_mode": "list,pivot,graph",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
        }
