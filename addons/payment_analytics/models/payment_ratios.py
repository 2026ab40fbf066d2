from odoo import models
from odoo.tools import SQL


class PaymentRatios(models.AbstractModel):
    """Ratios of several rows are sum over sum, never an average of ratios.

    They answer to the aggregator ``avg``, which pivots, graphs and spreadsheets know.
    """

    _name = "payment.ratios"
    _description = "Ratios Summed Up Rightly"

    # {field: (numerator's field, denominator's field, factor)}
    _ratios = {}

    def _read_group_select(self, aggregate_spec, query):
        name, _, function = aggregate_spec.partition(":")
        if function != "avg" or name not in self._ratios:
            return super()._read_group_select(aggregate_spec, query)
        self._check_field_access(self._fields[name], "read")
        top, bottom, factor = self._ratios[name]
        return SQL(
            "SUM(%s)::float * %s / NULLIF(SUM(%s), 0)::float",
            self._field_to_sql(self._table, top, query),
            factor,
            self._field_to_sql(self._table, bottom, query),
        )
