from odoo import fields, models
from odoo.tools import SQL

from ..metrics import declines
from . import rollup_facts


class PaymentDeclineReport(models.Model):
    """Failed attempts by the reason that was given, by the payment's day.

    They add up to the failed attempts of payment.rollup.
    """

    _name = "payment.decline.report"
    _inherit = ["payment.dimensions", "payment.rollup.table"]
    _description = "Declined Attempts"
    _auto = False
    _order = "day desc, id"
    _stored = (*rollup_facts.DAILY, "reason", "reason_code", "attempts")

    _behind = [("failed_attempts", ">", 0)]

    reason = fields.Selection(
        [(name, label) for name, (label, _codes) in declines.REASONS.items()],
        readonly=True,
    )
    reason_code = fields.Char(readonly=True, help="In the gateway's word.")
    attempts = fields.Integer("Failed Attempts", readonly=True)

    @property
    def _table_query(self):
        return SQL("SELECT * FROM %s", SQL.identifier(self._table))

    def _rebuild(self, buckets):
        """Compute whole days anew.

        :param buckets: payment.rollup.day
        :return: number of rows
        """
        return self._replace(buckets, rollup_facts.select_declines(buckets._spans()))
