from odoo import fields, models
from odoo.tools import SQL

from ..metrics import definitions
from . import rollup_facts

PERCENTILES = {"days_p50": 0.5, "days_p90": 0.9}


class PaymentSettlementReport(models.Model):
    """How many days payments took to reach the bank, as counts by whole days.

    Counts may be summed, so that the percentiles of any period and method are exact.
    """

    _name = "payment.settlement.report"
    _inherit = ["payment.dimensions", "payment.rollup.table"]
    _description = "Time to Settlement"
    _auto = False
    _order = "day desc, id"
    _stored = (*rollup_facts.DAILY, "days", "payments")

    _behind = [("successful_payments", ">", 0)]

    days = fields.Integer(
        readonly=True,
        aggregator=None,
        help="From the capture to the payout's arrival at the bank.",
    )
    payments = fields.Integer("Paid Out Payments", readonly=True)
    days_p50 = fields.Integer(
        "Days to Settlement, Median",
        readonly=True,
        aggregator="avg",
        help=definitions.DEFINITIONS["time_to_settlement_p50"].help,
    )
    days_p90 = fields.Integer(
        "Days to Settlement, 90%",
        readonly=True,
        aggregator="avg",
        help=definitions.DEFINITIONS["time_to_settlement_p90"].help,
    )

    @property
    def _table_query(self):
        return SQL(
            "SELECT *, days AS days_p50, days AS days_p90 FROM %s",
            SQL.identifier(self._table),
        )

    def _read_group_select(self, aggregate_spec, query):
        """Aggregate percentiles over payments, not over rows."""
        name, _, function = aggregate_spec.partition(":")
        if name not in PERCENTILES or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        self._check_field_access(self._fields[name], "read")
        return SQL(
            "(SELECT MIN(ranked.days) FROM ("
            " SELECT each_one.days, SUM(each_one.number) OVER (ORDER BY each_one.days)"
            "     AS reached, SUM(each_one.number) OVER () AS total"
            " FROM UNNEST(ARRAY_AGG(%s), ARRAY_AGG(%s)) AS each_one(days, number)"
            ") ranked WHERE ranked.reached >= %s * ranked.total)",
            self._field_to_sql(self._table, "days", query),
            self._field_to_sql(self._table, "payments", query),
            PERCENTILES[name],
        )

    def _rebuild(self, buckets):
        """Compute whole days anew.

        :param buckets: payment.rollup.day
        :return: number of rows
        """
        spans = buckets._spans()
        return self._replace(buckets, rollup_facts.select_settlements(spans))
