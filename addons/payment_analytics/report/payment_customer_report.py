from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..metrics import definitions
from . import rollup_facts
from .payment_measures import HELP

# In the context: how many customers are asked for, and by which rows they are ranked.
TOP, AMONG = "payment_top", "payment_among"


class PaymentCustomerReport(models.Model):
    """What each customer paid, by day: who pays most, whose payments fail."""

    _name = "payment.customer.report"
    _inherit = ["payment.dimensions", "payment.measured", "payment.rollup.table"]
    _description = "Payments by Customer"
    _auto = False
    _order = "day desc, id"
    _stored = tuple(rollup_facts.OF_CUSTOMERS)
    _references = {"partner_id": "res_partner"}

    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    currency_id = fields.Many2one("res.currency", "Report Currency", readonly=True)
    gross = fields.Monetary(readonly=True, help=HELP["gross"])
    refunded = fields.Monetary(readonly=True, help=HELP["refunded"])
    disputed = fields.Monetary(readonly=True, help=HELP["disputed"])
    fees = fields.Monetary(readonly=True, help=HELP["fees"])
    net = fields.Monetary(readonly=True, help=HELP["net"])
    successful_payments = fields.Integer(
        readonly=True, help=HELP["successful_payments"]
    )
    failed_payments = fields.Integer(readonly=True, help=HELP["failed_payments"])
    success_rate = fields.Float(
        readonly=True, aggregator="avg", help=HELP["success_rate"]
    )
    failed_attempts = fields.Integer(readonly=True, help=HELP["failed_attempts"])
    blocked_attempts = fields.Integer(readonly=True, help=HELP["blocked_attempts"])
    disputed_payments = fields.Integer(readonly=True, help=HELP["disputed_payments"])
    dispute_activity = fields.Integer(
        "Disputes Opened", readonly=True, help=HELP["dispute_activity"]
    )
    fraud_reports = fields.Integer(readonly=True, help=HELP["fraud_reports"])

    @property
    def _table_query(self):
        """The stored facts, in the currency of the company at hand."""
        others = [name for name in self._stored if name not in definitions.FACTS]
        return self._measured(SQL.identifier(self._table), ["id", *others])

    # === THE FIRST CUSTOMERS === #

    def _read_grouping_sets(self, domain, grouping_sets, aggregates=(), order=None):
        """With ``payment_top`` in the context give the first customers alone.

        A dashboard shows ten of what may be a hundred thousand; its total stays that
        of all.
        """
        top = self.env.context.get(TOP)
        if not top or ["partner_id"] not in [list(each) for each in grouping_sets]:
            return super()._read_grouping_sets(domain, grouping_sets, aggregates, order)
        leaders = self._leaders(domain, aggregates, top)
        of_leaders = Domain(domain) & Domain("partner_id", "in", leaders.ids)
        everybody = self._everybody(domain)
        return [
            super(PaymentCustomerReport, self)._read_grouping_sets(
                of_leaders, [each], aggregates, order
            )[0]
            if "partner_id" in each
            else everybody._read_grouping_sets(domain, [each], aggregates)[0]
            for each in grouping_sets
        ]

    def _leaders(self, domain, aggregates, top):
        """Return the customers with most of the first measure.

        Only that one is summed up for all customers, and only over the rows that
        ``payment_among`` in the context tells (by default those that add to it): a
        year has some hundred thousand rows. All other figures are those of the leaders'
        own rows, be they among these or not.
        """
        first = next(each for each in aggregates if each != "__count")
        adding = [(first.partition(":")[0], "!=", 0)]
        among = Domain(domain) & Domain(self.env.context.get(AMONG) or adding)
        ranked = self._read_group(
            among, ["partner_id"], [first], order=f"{first} DESC", limit=top
        )
        return self.env["res.partner"].union(*(partner for partner, _value in ranked))

    def _everybody(self, domain):
        """Return the model to read totals of: the rollup, where it can tell them.

        Customers add up to it, for every reader (their rules are the same), and it
        has a shorter table.
        """
        rollup = self.env["payment.rollup"]
        asked = {
            leaf.field_expr.partition(".")[0]
            for leaf in Domain(domain).iter_conditions()
        }
        return rollup if asked <= set(rollup._fields) else self.with_context(**{TOP: 0})
