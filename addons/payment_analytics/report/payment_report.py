from odoo import api, fields, models
from odoo.tools import SQL

from ..metrics import definitions
from . import payment_facts

RATIOS = definitions.ratios()
HELP = {
    name: each.help for name, each in (definitions.FACTS | definitions.METRICS).items()
}


class PaymentReport(models.Model):
    """One row per payment that reached a gateway, and per refund.

    Facts only, in SQL over the payments themselves: for pivot, graph, list and the way
    down to a payment. Its ids are those of payment.transaction.
    """

    _name = "payment.report"
    _description = "Payment Analysis"
    _auto = False
    _rec_name = "reference"
    _order = "date desc, id desc"

    reference = fields.Char(readonly=True)
    date = fields.Datetime(
        readonly=True, help="When the money was captured, else the last change."
    )
    day = fields.Date(readonly=True, help="The date in the company's time zone.")
    weekday = fields.Selection(
        [
            ("1", "Monday"),
            ("2", "Tuesday"),
            ("3", "Wednesday"),
            ("4", "Thursday"),
            ("5", "Friday"),
            ("6", "Saturday"),
            ("7", "Sunday"),
        ],
        readonly=True,
        help="In the company's time zone.",
    )
    hour = fields.Selection(
        [(f"{hour:02}", f"{hour:02}:00") for hour in range(24)],
        readonly=True,
        help="In the company's time zone.",
    )
    kind = fields.Selection(
        [
            ("payment", "Payment"),
            ("capture", "Part of a Capture"),
            ("refund", "Refund"),
        ],
        readonly=True,
    )
    state = fields.Selection(
        selection="_selection_state", string="Status", readonly=True
    )
    channel = fields.Selection(
        selection="_selection_channel",
        readonly=True,
        help="How the customer paid; for a refund, how the payment was made.",
    )
    company_id = fields.Many2one("res.company", readonly=True)
    provider_id = fields.Many2one("payment.provider", readonly=True)
    payment_method_id = fields.Many2one("payment.method", readonly=True)
    brand_id = fields.Many2one("payment.method", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    commercial_partner_id = fields.Many2one(
        "res.partner", "Customer Entity", readonly=True
    )
    country_id = fields.Many2one("res.country", readonly=True)
    user_id = fields.Many2one(
        "res.users",
        "Salesperson",
        readonly=True,
        help="Of the order, else of the invoice, else of the customer.",
    )
    payment_currency_id = fields.Many2one("res.currency", readonly=True)
    amount = fields.Monetary(
        "Amount in Payment Currency",
        currency_field="payment_currency_id",
        readonly=True,
        aggregator=None,
    )
    currency_id = fields.Many2one("res.currency", "Report Currency", readonly=True)

    gross = fields.Monetary(readonly=True, help=HELP["gross"])
    refunded = fields.Monetary(readonly=True, help=HELP["refunded"])
    disputed = fields.Monetary(readonly=True, help=HELP["disputed"])
    fees = fields.Monetary(readonly=True, help=HELP["fees"])
    fee_tax = fields.Monetary("Tax on Fees", readonly=True, help=HELP["fee_tax"])
    net = fields.Monetary(readonly=True, help=HELP["net"])
    payments = fields.Integer(readonly=True, help=HELP["payments"])
    successful_payments = fields.Integer(
        readonly=True, help=HELP["successful_payments"]
    )
    failed_payments = fields.Integer(readonly=True, help=HELP["failed_payments"])
    attempts = fields.Integer(readonly=True, help=HELP["attempts"])
    succeeded_attempts = fields.Integer(readonly=True, help=HELP["succeeded_attempts"])
    failed_attempts = fields.Integer(readonly=True, help=HELP["failed_attempts"])
    disputed_payments = fields.Integer(readonly=True, help=HELP["disputed_payments"])
    refunds = fields.Integer(readonly=True, help=HELP["refunds"])

    success_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["success_rate"]
    )
    attempt_success_rate = fields.Float(
        "Success Rate of Attempts",
        readonly=True,
        aggregator="avg",
        help=HELP["attempt_success_rate"],
    )
    refund_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["refund_rate"]
    )
    dispute_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["dispute_rate"]
    )
    average_ticket = fields.Monetary(
        "Average Payment",
        readonly=True,
        aggregator="avg",
        help=HELP["average_ticket"],
    )
    effective_fee_rate = fields.Float(
        "Effective Fee",
        readonly=True,
        aggregator="avg",
        help=HELP["effective_fee_rate"],
    )

    _depends = payment_facts.DEPENDS

    @api.model
    def _selection_state(self):
        return (
            self.env["payment.transaction"]
            ._fields["state"]
            ._description_selection(self.env)
        )

    @api.model
    def _selection_channel(self):
        return (
            self.env["payment.transaction"]
            ._fields["channel"]
            ._description_selection(self.env)
        )

    # === QUERY === #

    @property
    def _table_query(self):
        """The facts, in the currency of the company at hand."""
        return SQL(
            "SELECT %(dimensions)s, %(currency)s AS currency_id, %(measures)s"
            " FROM (%(facts)s) AS fact JOIN %(rates)s"
            " ON account_currency_table.company_id = fact.company_id",
            dimensions=SQL(", ").join(
                SQL.identifier("fact", name) for name in payment_facts.DIMENSIONS
            ),
            currency=self.env.company.currency_id.id,
            measures=SQL(", ").join(
                SQL("%s AS %s", measure, SQL.identifier(name))
                for name, measure in self._measures().items()
            ),
            facts=payment_facts.select_facts(),
            rates=self.env["res.currency"]._get_simple_currency_table(
                self.env.companies
            ),
        )

    @api.model
    def _measures(self):
        """Return {field: SQL} of facts and metrics of one payment."""
        columns = {
            name: SQL(
                "fact.%s * account_currency_table.rate"
                if fact.unit == definitions.AMOUNT
                else "fact.%s",
                SQL.identifier(name),
            )
            for name, fact in definitions.FACTS.items()
        }
        metrics = {"net": definitions.METRICS["net"], **RATIOS}
        return columns | {
            name: self._metric_sql(metric, columns.__getitem__)
            for name, metric in metrics.items()
        }

    def _read_group_select(self, aggregate_spec, query):
        """Aggregate ratios as sum over sum, never as an average of ratios."""
        name, _, function = aggregate_spec.partition(":")
        if name not in RATIOS or function not in ("avg", "sum", "sum_currency"):
            return super()._read_group_select(aggregate_spec, query)
        self._check_field_access(self._fields[name], "read")
        return self._metric_sql(
            RATIOS[name],
            lambda fact: SQL("SUM(%s)", self._field_to_sql(self._table, fact, query)),
        )

    @api.model
    def _metric_sql(self, metric, column):
        """Return the SQL of a metric.

        :param column: function from the name of a fact to its SQL
        """

        def total(terms):
            signed = (
                SQL(
                    "- %s" if term.startswith("-") else "+ %s", column(term.lstrip("-"))
                )
                for term in terms
            )
            return SQL("(%s)", SQL(" ").join(signed))

        top = total(metric.numerator)
        if not metric.denominator:
            return top
        return SQL("%s::float / NULLIF(%s, 0)::float", top, total(metric.denominator))

    # === ACTIONS === #

    def action_open_payment(self):
        """Open the payment behind a row."""
        self.ensure_one()
        return (
            self.env["payment.transaction"]
            .browse(self.id)
            ._get_records_action(name=self.env._("Payment"))
        )
