from odoo import fields, models
from odoo.tools import SQL

from ..metrics import definitions
from . import rollup_facts
from .payment_measures import HELP


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
