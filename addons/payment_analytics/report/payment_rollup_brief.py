from odoo import models
from odoo.tools import SQL

from ..metrics import definitions
from . import rollup_facts


class PaymentRollupBrief(models.Model):
    """The rollup by day, method and channel alone; payment.rollup reads it.

    A year of it is some thousand rows, where the whole rollup has as many as there are
    combinations of hours, countries, categories and salespeople.
    """

    _name = "payment.rollup.brief"
    _inherit = "payment.rollup"
    _description = "Payment Figures in Brief"
    _auto = False
    _order = "day desc, id"
    _stored = (*rollup_facts.BRIEF, *definitions.FACTS)

    @property
    def _table_query(self):
        """The stored facts; what they are not told apart by is empty."""
        stored = self._measured(
            SQL.identifier(self._table), ["id", *rollup_facts.BRIEF]
        )
        empty = (
            SQL("NULL::%s AS %s", SQL(self._fields[name].column_type[1]), column)
            for name in rollup_facts.DIMENSIONS
            if name not in rollup_facts.BRIEF
            for column in [SQL.identifier(name)]
        )
        return SQL("SELECT brief.*, %s FROM (%s) brief", SQL(", ").join(empty), stored)
