from odoo import api, fields, models

from ..metrics import definitions

REPORT = "payment.report"
# The figures by day, where they are; the payments themselves for what they lack.
SOURCES = ("payment.rollup", REPORT)


class PaymentFigures(models.AbstractModel):
    """Where targets, alerts and mails read their figures: one place, one company each.

    Facts come from the first source that knows every field that is asked for; metrics
    are formed of them by the registry (``metrics/definitions.py``).
    """

    _name = "payment.figures"
    _description = "Payment Figures"

    @api.model
    def _facts(self, company, domain, groupby=(), names=tuple(definitions.FACTS)):
        """Sum facts of one company, in its currency.

        :param groupby: specifications as of ``_read_group``
        :return: [(group values, {fact: sum})]; without ``groupby`` exactly one
        """
        asked = {spec.partition(":")[0] for spec in groupby} | {
            leaf[0].partition(".")[0] for leaf in domain if not isinstance(leaf, str)
        }
        source = self._source(asked | set(names), company)
        specs = [f"{name}:sum" for name in names]
        rows = source._read_group(
            [("company_id", "=", company.id), *domain], list(groupby), specs
        )
        split = len(groupby)
        return [
            (
                row[:split],
                {
                    name: total or 0
                    for name, total in zip(names, row[split:], strict=True)
                },
            )
            for row in rows
        ]

    @api.model
    def _source(self, asked, company):
        """Return the model that knows all fields ``asked`` for, for one company."""
        name = next(
            each
            for each in SOURCES
            if each in self.env and asked <= set(self.env[each]._fields)
        )
        return (
            self.env[name]
            .with_company(company)
            .with_context(allowed_company_ids=company.ids)
        )

    @api.model
    def _today(self, company):
        """Return the day it is at a company, by the clock that its payments go by."""
        return self._now(company).date()

    @api.model
    def _now(self, company):
        """Return the moment (naive) by a company's clock."""
        clock = self.with_context(tz=company.partner_id.tz or "UTC")
        moment = fields.Datetime.context_timestamp(clock, fields.Datetime.now())
        return moment.replace(tzinfo=None)

    @api.model
    def _format(self, metric, value, company):
        """Return a metric's value as a reader sees it; a dash where there is none."""
        if value is None or value is False:
            return "–"
        if metric.unit == definitions.AMOUNT:
            return company.currency_id.format(value)
        if metric.unit == definitions.SHARE:
            return f"{value:.2%}"
        return f"{value:,.0f}"
