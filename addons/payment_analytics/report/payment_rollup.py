from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from . import rollup_facts
from .payment_measures import HELP

BRIEF = "payment_rollup_brief"  # in the context: whether the shorter table is read


class PaymentRollup(models.Model):
    """The facts of payments summed up by day, hour, method, channel and more.

    The dashboards read it: it stays small and plain where payments are millions. Whole
    days are computed again (payment.rollup.day) when something about their payments
    changes. Its figures are those of payment.report, and what happened to payments
    later (disputes, fraud reports) on the day it happened.
    """

    _name = "payment.rollup"
    _inherit = ["payment.measures", "payment.rollup.table"]
    _description = "Payment Figures"
    _auto = False
    _order = "day desc, hour desc, id"
    _stored = tuple(rollup_facts.COLUMNS)

    dispute_activity = fields.Integer(
        "Disputes Opened", readonly=True, help=HELP["dispute_activity"]
    )
    dispute_activity_value = fields.Monetary(
        "Value of Disputes Opened", readonly=True, help=HELP["dispute_activity_value"]
    )
    card_disputes = fields.Integer(
        "Card Disputes Opened", readonly=True, help=HELP["card_disputes"]
    )
    fraud_reports = fields.Integer(readonly=True, help=HELP["fraud_reports"])
    dispute_activity_rate = fields.Float(
        "Dispute Activity",
        readonly=True,
        aggregator="avg",
        help=HELP["dispute_activity_rate"],
    )
    dispute_activity_value_rate = fields.Float(
        "Dispute Activity by Value",
        readonly=True,
        aggregator="avg",
        help=HELP["dispute_activity_value_rate"],
    )
    vamp_ratio = fields.Float(
        "VAMP Ratio", readonly=True, aggregator="avg", help=HELP["vamp_ratio"]
    )

    @property
    def _table_query(self):
        """The stored facts, in the currency of the company at hand."""
        if self.env.context.get(BRIEF):
            table, dimensions = "payment_rollup_brief", rollup_facts.BRIEF
        else:
            table, dimensions = self._table, rollup_facts.DIMENSIONS
        return self._measured(SQL.identifier(table), ["id", *dimensions])

    # === READING THE SHORTER TABLE === #

    def _read_group(self, domain, groupby=(), aggregates=(), *args, **kwargs):
        self = self._fitting(domain, [groupby], aggregates)
        return super()._read_group(domain, groupby, aggregates, *args, **kwargs)

    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        self = self._fitting(domain, grouping_sets, aggregates)
        return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)

    @api.model
    def web_read_group(self, *args, **kwargs):
        """Lists count the rows that they show: those of the whole table."""
        self = self.with_context(**{BRIEF: False})
        return super().web_read_group(*args, **kwargs)

    def _fitting(self, domain, grouping_sets, aggregates):
        """Return this model on the shorter table, if that knows all that is asked for.

        What the reader may see counts too: a salesperson's own customers are only in
        the whole table.
        """
        if BRIEF in self.env.context:
            return self
        rule = self.env["ir.rule"]._compute_domain(self._name, "read")
        asked = {spec for each in grouping_sets for spec in each}
        asked |= {leaf.field_expr for leaf in rule.iter_conditions()}
        measured = {spec.partition(":")[0] for spec in aggregates} - {"__count"}
        for leaf in Domain(domain).iter_conditions():
            # Rows without a fact add nothing to its sum, in either table.
            if (leaf.operator, {leaf.field_expr}) != ("!=", measured - {"currency_id"}):
                asked.add(leaf.field_expr)
        names = {spec.partition(":")[0].partition(".")[0] for spec in asked}
        fits = names <= {*rollup_facts.BRIEF, "year_later"}
        return self.with_context(**{BRIEF: fits})

    # === COMPUTING === #

    def _rebuild(self, buckets):
        """Compute whole days anew, with the shorter table and that of customers.

        The payments are read once for all three.

        :param buckets: payment.rollup.day
        :return: number of rows of customers
        """
        brief = self.env["payment.rollup.brief"]
        customers = self.env["payment.customer.report"]
        tables = (self, brief, customers)
        for table in tables:
            table._clear(buckets)
        each_one = SQL.identifier("each_one")
        inserts = (
            table._insert(rollup_facts.summed(table._stored, each_one))
            for table in tables
        )
        self.env.cr.execute(
            SQL(
                "WITH each_one AS MATERIALIZED (%s), whole AS (%s), brief AS (%s) %s",
                rollup_facts.select_each(buckets._spans()),
                *inserts,
            )
        )
        return self.env.cr.rowcount
