from odoo import fields, models


class PaymentCohort(models.Model):
    """Who came back: a cohort's customers who paid in the n-th month after their first.

    Members and size are sums, so that the retention of several cohorts together is
    their sum over their sum.
    """

    _name = "payment.cohort"
    _inherit = "payment.ratios"
    _description = "Customer Retention"
    _order = "cohort_month desc, months_since"
    _rec_name = "cohort_month"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        readonly=True,
        index=True,
        ondelete="set null",
        help="Of the customers, as of the last night.",
    )
    cohort_month = fields.Char(
        "Cohort", readonly=True, required=True, help="Month of the first payment."
    )
    cohort_day = fields.Date("Cohort Month", readonly=True, required=True)
    months_since = fields.Integer(
        readonly=True,
        required=True,
        aggregator=None,
        help="Calendar months since the first payment; 0 is its own month.",
    )
    size = fields.Integer("Cohort Size", readonly=True, help="Customers of the cohort.")
    members = fields.Integer(
        "Paid", readonly=True, help="Of them, who paid that month."
    )
    net = fields.Monetary(readonly=True)
    retention = fields.Float(
        readonly=True, aggregator="avg", help="Customers who paid / cohort size."
    )

    _cohort_uniq = models.UniqueIndex(
        "(company_id, cohort_day, months_since, COALESCE(user_id, 0))",
        "This cohort is already stored.",
    )
    _ratios = {"retention": ("members", "size", 1)}

    # === ACTIONS === #

    def action_open_customers(self):
        """Open the customers of this cohort who paid in this month."""
        self.ensure_one()
        month = fields.Date.add(self.cohort_day, months=self.months_since)
        paid = self.env["payment.customer.month"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("month", "=", month),
                ("payments", ">", 0),
            ]
        )
        action = self.env["ir.actions.actions"]._for_xml_id(
            "payment_analytics.action_payment_customer_snapshot"
        )
        domain = [
            ("company_id", "=", self.company_id.id),
            ("cohort_day", "=", self.cohort_day),
            ("user_id", "=", self.user_id.id),
            ("partner_id", "in", paid.partner_id.ids),
        ]
        return {**action, "domain": domain, "context": {}}
