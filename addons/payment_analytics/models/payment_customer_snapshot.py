from odoo import api, fields, models

from ..metrics import rfm, score

GRADES = [(grade, grade) for grade in score.GRADES]


class PaymentCustomerSnapshot(models.Model):
    """How one customer pays one company, as of the last night.

    A customer is a commercial partner: what its contacts pay is its own. Payments are
    those of every channel, each counted once; see ``report/customer_facts.py``.
    """

    _name = "payment.customer.snapshot"
    _inherit = "payment.ratios"
    _description = "Customer by Payments"
    _order = "net desc, id"
    _rec_name = "partner_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id", store=True)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    user_id = fields.Many2one(
        related="partner_id.user_id", string="Salesperson", store=True, index=True
    )
    country_id = fields.Many2one(related="partner_id.country_id", store=True)
    computed_at = fields.Datetime("Computed", readonly=True)

    # === WHAT WAS PAID === #

    first_payment_on = fields.Date("First Payment", readonly=True)
    last_payment_on = fields.Date("Last Payment", readonly=True)
    payments = fields.Integer(
        readonly=True, help="Payments received, by whichever channel."
    )
    gross = fields.Monetary("Paid", readonly=True)
    refunded = fields.Monetary("Paid Back", readonly=True)
    disputed = fields.Monetary(readonly=True)
    fees = fields.Monetary(readonly=True)
    net = fields.Monetary(
        "Lifetime Value",
        readonly=True,
        help="Net to date: paid, less paid back, disputed and the gateway's fees."
        " Observed, not forecast.",
    )
    average_ticket = fields.Monetary(
        "Average Payment", readonly=True, aggregator="avg", help="Paid / payments."
    )
    rhythm_days = fields.Float(
        "Rhythm (days)",
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Median of the days between two days with a payment.",
    )
    expected_next_on = fields.Date(
        "Next Expected", readonly=True, help="The last payment and one rhythm."
    )
    is_new = fields.Boolean(
        "New", readonly=True, help="Paid this month for the first time."
    )
    is_returning = fields.Boolean(
        "Returning", readonly=True, help="Paid this month, and in a month before."
    )
    is_lapsed = fields.Boolean(
        "Lapsed", readonly=True, help="No payment for more than twice the rhythm."
    )
    cohort_month = fields.Char(
        "Cohort", readonly=True, index=True, help="Month of the first payment."
    )
    cohort_day = fields.Date(
        "Cohort Month",
        readonly=True,
        help="First day of the month of the first payment.",
    )

    # === RECENCY, FREQUENCY, MONEY === #

    recent_payments = fields.Integer(
        "Payments in 36 Months", readonly=True, help="What frequency is scored on."
    )
    recent_money = fields.Monetary(
        "Net in 36 Months", readonly=True, help="What money is scored on."
    )
    recency_score = fields.Integer("Recency", readonly=True, aggregator="avg")
    frequency_score = fields.Integer("Frequency", readonly=True, aggregator="avg")
    money_score = fields.Integer("Money", readonly=True, aggregator="avg")
    segment = fields.Selection(
        list(rfm.SEGMENTS.items()),
        readonly=True,
        index=True,
        help="By recency, frequency and money within the company, from 1 to 5 each.",
    )

    # === HOW IT PAYS === #

    average_delay = fields.Float(
        digits=(16, 1),
        readonly=True,
        aggregator="avg",
        help="Days from the due date to the payment, of the invoices that were paid in"
        " the last 12 months; negative is early.",
    )
    paid_invoices = fields.Integer(
        readonly=True, help="Paid in the last 12 months: what the delay rests on."
    )
    decided_payments = fields.Integer(
        readonly=True, help="Succeeded or failed, last 12 months."
    )
    failures = fields.Integer("Failed Payments", readonly=True, help="Last 12 months.")
    disputes = fields.Integer(
        "Disputed Payments", readonly=True, help="Last 12 months."
    )
    received = fields.Monetary(
        "Paid in 12 Months", readonly=True, help="Less what was paid back."
    )
    open_amount = fields.Monetary(
        "Owes", readonly=True, help="Open invoices less credits."
    )
    overdue_amount = fields.Monetary(
        "Overdue", readonly=True, help="Past its due date, less credits."
    )
    score = fields.Integer(
        "Payment Score",
        readonly=True,
        aggregator="avg",
        help="100 less points for delay, failures, disputes and what is overdue.",
    )
    grade = fields.Selection(
        GRADES,
        readonly=True,
        index=True,
        help="A pays well; D in advance only. None: nothing is known yet.",
    )
    reasons = fields.Json(readonly=True)
    credit_days = fields.Integer("Proposed Days", readonly=True, aggregator=None)
    payment_term_id = fields.Many2one(
        "account.payment.term", "Proposed Terms", readonly=True, ondelete="set null"
    )
    credit_limit = fields.Monetary("Proposed Credit Limit", readonly=True)

    # A constraint, not an index: merging partners looks for constraints.
    _customer_uniq = models.Constraint(
        "UNIQUE(company_id, partner_id)", "This customer already has a snapshot."
    )
    _ratios = {"average_ticket": ("gross", "payments", 1)}

    # === DISPLAY === #

    reasons_text = fields.Text(
        "Why", compute="_compute_reasons_text", help="What took points off the score."
    )

    @api.depends("reasons", "grade")
    def _compute_reasons_text(self):
        for snapshot in self:
            reasons = snapshot.reasons or []
            lines = [snapshot._reason(*reason) for reason in reasons]
            if not lines and snapshot.grade:
                lines = [self.env._("Pays on time, nothing failed or overdue.")]
            elif not lines:
                lines = [self.env._("Nothing is known yet: never paid, nothing due.")]
            snapshot.reasons_text = "\n".join(lines)

    def _reason(self, cause, points, delay):
        """Return one deduction in words."""
        share = 100 * self.overdue_amount / (self.open_amount or 1)
        texts = {
            "delay": self.env._("%(days)s days late on average", days=delay),
            "failures": self.env._(
                "%(failed)s of %(tried)s payments failed",
                failed=self.failures,
                tried=self.decided_payments,
            ),
            "disputes": self.env._("%(count)s payments disputed", count=self.disputes),
            "overdue": self.env._(
                "%(share)s%% of what is open is overdue", share=round(share)
            ),
        }
        text = texts[cause]
        if cause == "delay" and self.paid_invoices < score.FEW_INVOICES:
            text = self.env._(
                "%(text)s, drawn to all customers' average (%(count)s paid invoices)",
                text=text,
                count=self.paid_invoices,
            )
        return f"{text}: \u2212{points}"

    # === ACTIONS === #

    def action_open_customer(self):
        """Open the customer's own page."""
        self.ensure_one()
        return self.partner_id._get_records_action()

    def action_open_payments(self):
        """Open the gateway payments of the customer and its contacts."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "payment_analytics.action_payment_report"
        )
        domain = [
            ("commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
        ]
        return {**action, "domain": domain, "context": {}, "view_mode": "list,pivot"}

    def action_open_invoices(self):
        """Open the customer's invoices that are not paid."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "account.action_move_out_invoice_type"
        )
        domain = [
            ("commercial_partner_id", "=", self.partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("move_type", "in", ("out_invoice", "out_refund")),
            ("payment_state", "in", ("not_paid", "partial")),
            ("state", "=", "posted"),
        ]
        return {**action, "domain": domain, "context": {}}
