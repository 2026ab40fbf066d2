"""Facts and metrics that the reports over payments have in common."""

from odoo import api, fields, models
from odoo.tools import SQL

from ..metrics import definitions

RATIOS = definitions.ratios()
HELP = {
    name: each.help for name, each in (definitions.FACTS | definitions.METRICS).items()
}


class PaymentMeasures(models.AbstractModel):
    """What payments amount to, by the registry ``metrics.definitions``.

    A model that inherits this is a query (``_table_query``) with a column for each
    field; ratios are aggregated as sum over sum.
    """

    _name = "payment.measures"
    _inherit = "payment.dimensions"
    _description = "Figures of Payments"

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

    blocked_attempts = fields.Integer(readonly=True, help=HELP["blocked_attempts"])
    card_not_present = fields.Integer(
        "Card Payments at a Distance", readonly=True, help=HELP["card_not_present"]
    )

    success_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["success_rate"]
    )
    attempt_success_rate = fields.Float(
        "Success Rate of Attempts",
        readonly=True,
        aggregator="avg",
        help=HELP["attempt_success_rate"],
    )
    authorisation_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["authorisation_rate"]
    )
    refund_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["refund_rate"]
    )
    refund_count_rate = fields.Float(
        "Refund Rate by Count",
        readonly=True,
        aggregator="avg",
        help=HELP["refund_count_rate"],
    )
    dispute_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["dispute_rate"]
    )
    dispute_value_rate = fields.Float(
        "Dispute Rate by Value",
        readonly=True,
        aggregator="avg",
        help=HELP["dispute_value_rate"],
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

    # === QUERY === #

    def _measured(self, facts, dimensions):
        """Return the query of the fields, in the currency of the company at hand.

        :param SQL facts: a table or query with a column for each dimension and fact,
            in its own company's currency
        :param dimensions: names of the columns that are taken as they are
        """
        return SQL(
            "SELECT %(dimensions)s, %(currency)s AS currency_id, %(measures)s"
            " FROM %(facts)s AS fact JOIN %(rates)s"
            " ON account_currency_table.company_id = fact.company_id",
            dimensions=SQL(", ").join(
                SQL.identifier("fact", name) for name in dimensions
            ),
            currency=self.env.company.currency_id.id,
            measures=SQL(", ").join(
                SQL("%s AS %s", measure, SQL.identifier(name))
                for name, measure in self._measures().items()
            ),
            facts=facts,
            rates=self.env["res.currency"]._get_simple_currency_table(
                self.env.companies
            ),
        )

    @api.model
    def _measures(self):
        """Return {field: SQL} of facts and metrics of one row ``fact``.

        Amounts are those of ``fact`` at ``account_currency_table.rate``.
        """
        columns = {
            name: SQL(
                "fact.%s * account_currency_table.rate"
                if fact.unit == definitions.AMOUNT
                else "fact.%s",
                SQL.identifier(name),
            )
            for name, fact in definitions.FACTS.items()
            if name in self._fields
        }
        metrics = {"net": definitions.METRICS["net"], **RATIOS}
        metrics = {name: each for name, each in metrics.items() if name in self._fields}
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
