from odoo import api, models
from odoo.tools import SQL

from ..metrics import definitions

RATIOS = definitions.ratios()


class PaymentMeasured(models.AbstractModel):
    """Facts and metrics of the registry as columns of a query.

    A model that inherits this is a query (``_table_query``) with a column for each of
    its fields that the registry names; ratios are aggregated as sum over sum.
    """

    _name = "payment.measured"
    _description = "Query of Payment Figures"

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

        Amounts are those of ``fact`` at ``account_currency_table.rate``; where all
        companies have one currency they are taken as they are, since a factor of 1
        costs a year as much time as its sum.
        """
        is_converted = len(self.env.companies.currency_id) > 1
        columns = {
            name: SQL(
                "fact.%s * account_currency_table.rate"
                if is_converted and fact.unit == definitions.AMOUNT
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
