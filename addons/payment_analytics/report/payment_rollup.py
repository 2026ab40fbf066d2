from odoo import fields, models
from odoo.tools import SQL

from . import rollup_facts
from .payment_measures import HELP


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
        return self._measured(
            SQL.identifier(self._table), ["id", *rollup_facts.DIMENSIONS]
        )

    def _rebuild(self, buckets):
        """Compute whole days anew, those of customers with them.

        The payments are read once for both tables.

        :param buckets: payment.rollup.day
        :return: number of rows of customers
        """
        customers = self.env["payment.customer.report"]
        self._clear(buckets)
        customers._clear(buckets)
        each_one = SQL.identifier("each_one")
        self.env.cr.execute(
            SQL(
                "WITH each_one AS MATERIALIZED (%s), stored AS (%s) %s",
                rollup_facts.select_each(buckets._spans()),
                self._insert(rollup_facts.summed(self._stored, each_one)),
                customers._insert(rollup_facts.summed(customers._stored, each_one)),
            )
        )
        return self.env.cr.rowcount
