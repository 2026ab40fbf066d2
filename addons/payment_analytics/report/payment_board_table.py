from odoo import api, fields, models
from odoo.tools import SQL

# The company's clock; alias ``company`` with ``tz`` and ``today``.
COMPANY = """JOIN LATERAL (
    SELECT zone.tz, (now() AT TIME ZONE zone.tz)::date AS today
    FROM res_company c JOIN res_partner p ON p.id = c.partner_id
    CROSS JOIN LATERAL (SELECT COALESCE(NULLIF(p.tz, ''), 'UTC') AS tz) zone
    WHERE c.id = {company}
) company ON TRUE"""

# Test payments never count, except in a database that is marked as a sandbox.
COUNTED = "({live} OR provider.post_test_payments)"


class PaymentBoardTable(models.AbstractModel):
    """What the boards' SQL views share: ratios, percentiles, and today's rates.

    A percentile is taken over the rows, and answers to ``avg`` as ratios do.
    """

    _name = "payment.board.table"
    _inherit = "payment.ratios"
    _description = "Table of a Payment Board"
    _auto = False

    # {field: (field of the rows, fraction)}
    _percentiles = {}

    def _read_group_select(self, aggregate_spec, query):
        name, _, function = aggregate_spec.partition(":")
        if function != "avg" or name not in self._percentiles:
            return super()._read_group_select(aggregate_spec, query)
        self._check_field_access(self._fields[name], "read")
        field, fraction = self._percentiles[name]
        return SQL(
            "percentile_cont(%s) WITHIN GROUP (ORDER BY %s)",
            fraction,
            self._field_to_sql(self._table, field, query),
        )

    @api.model
    def _rates(self):
        """Return the table of today's rates to the currency of the company at hand."""
        return self.env["res.currency"]._get_simple_currency_table(self.env.companies)

    @api.model
    def _todays_rates(self):
        """Return rows (currency, factor to ours today), as a table to join."""
        company = self.env.company
        currencies = self.env["res.currency"].with_context(active_test=False).search([])
        today = fields.Date.context_today(self)
        convert = self.env["res.currency"]._get_conversion_rate
        return SQL(
            "(VALUES %s)",
            SQL(", ").join(
                SQL(
                    "(%s, %s::numeric)",
                    each.id,
                    convert(each, company.currency_id, company, today),
                )
                for each in currencies
            ),
        )
