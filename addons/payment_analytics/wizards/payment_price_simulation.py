from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..metrics import price_list

KEYS = ("method_id", "brand_id", "funding", "region", "country_id", "currency_id")


class PaymentPriceSimulation(models.TransientModel):
    """One's own payments of a period, priced with another list: what if."""

    _name = "payment.price.simulation"
    _description = "What If"

    list_id = fields.Many2one("payment.price.list", "Price List", required=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    provider_id = fields.Many2one(
        "payment.provider", help="Only payments of this provider. Empty: of all."
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: fields.Date.start_of(
            fields.Date.subtract(fields.Date.context_today(self), years=1), "month"
        ),
    )
    date_to = fields.Date(
        "To",
        required=True,
        default=lambda self: fields.Date.subtract(
            fields.Date.start_of(fields.Date.context_today(self), "month"), days=1
        ),
    )
    line_ids = fields.One2many("payment.price.simulation.line", "simulation_id")
    covered_line_ids = fields.One2many(
        "payment.price.simulation.line",
        "simulation_id",
        "Priced",
        domain=[("price_line_id", "!=", False)],
    )
    open_line_ids = fields.One2many(
        "payment.price.simulation.line",
        "simulation_id",
        "Not Covered",
        domain=[("price_line_id", "=", False)],
    )
    payments = fields.Integer(compute="_compute_totals")
    gross = fields.Monetary(
        compute="_compute_totals", currency_field="company_currency_id"
    )
    actual = fields.Monetary(
        "Fees Paid", compute="_compute_totals", currency_field="company_currency_id"
    )
    simulated = fields.Monetary(
        "Fees with This List",
        compute="_compute_totals",
        currency_field="company_currency_id",
    )
    difference = fields.Monetary(
        compute="_compute_totals", currency_field="company_currency_id"
    )
    actual_rate = fields.Float("Effective Fee Paid", compute="_compute_totals")
    simulated_rate = fields.Float(
        "Effective Fee with This List", compute="_compute_totals"
    )
    open_payments = fields.Integer(
        "Payments without a Price", compute="_compute_totals"
    )
    open_gross = fields.Monetary(
        compute="_compute_totals", currency_field="company_currency_id"
    )
    unsettled = fields.Integer(
        "Payments without a Known Fee",
        readonly=True,
        help="Not settled yet, or of a provider that states no fees: left out.",
    )

    _period = models.Constraint(
        "CHECK (date_to >= date_from)", "The period ends before it begins."
    )

    @api.depends("line_ids")
    def _compute_totals(self):
        for each in self:
            priced = each.line_ids.filtered("price_line_id")
            rest = each.line_ids - priced
            gross = sum(priced.mapped("gross"))
            actual = sum(priced.mapped("actual"))
            simulated = sum(priced.mapped("simulated"))
            each.payments = sum(priced.mapped("payments"))
            each.gross, each.actual, each.simulated = gross, actual, simulated
            each.difference = simulated - actual
            each.actual_rate = actual / gross if gross else 0
            each.simulated_rate = simulated / gross if gross else 0
            each.open_payments = sum(rest.mapped("payments"))
            each.open_gross = sum(rest.mapped("gross"))

    # === PRICING === #

    def action_simulate(self):
        """Price the payments and show what it comes to."""
        self.ensure_one()
        lines = self.list_id._pure()
        if not lines:
            raise UserError(self.env._("The list %s has no prices.", self.list_id.name))
        self.line_ids.unlink()
        rows = self._rows()
        self.unsettled = sum(row[-1] for row in rows if not row[-2])
        self.env["payment.price.simulation.line"].create(
            self._line_values(lines, [row[:-2] for row in rows if row[-2]])
        )
        return {
            **self._get_records_action(
                name=self.env._("What If: %s", self.list_id.name)
            ),
            "target": "current",
        }

    def _rows(self):
        """Return payments alike in all that decides a price, amount included.

        :return: rows of KEYS, amount, gross, fees, number, if settled, number
        """
        report = (
            self.env["payment.fee.report"]
            .with_company(self.company_id)
            .with_context(allowed_company_ids=self.company_id.ids)
        )
        report.check_access("read")
        self.env.flush_all()
        of_provider = (
            SQL("AND fee.provider_id = %s", self.provider_id.id)
            if self.provider_id
            else SQL()
        )
        return self.env.execute_query(
            SQL(
                """
                SELECT fee.payment_method_id, fee.brand_id, fee.funding, fee.region,
                       COALESCE(fee.card_country_id, fee.country_id),
                       fee.payment_currency_id,
                       CASE WHEN fee.payment_currency_id = %(currency)s THEN fee.gross
                            ELSE fee.amount END AS paid,
                       SUM(fee.gross), SUM(fee.charge_fees), COUNT(*),
                       fee.settled, COUNT(*)
                  FROM (%(report)s) AS fee
                 WHERE fee.company_id = %(company)s AND fee.gross > 0
                   AND fee.day >= %(first)s AND fee.day <= %(last)s %(provider)s
              GROUP BY 1, 2, 3, 4, 5, 6, 7, fee.settled
                """,
                currency=self.company_id.currency_id.id,
                report=report._table_query,
                company=self.company_id.id,
                first=self.date_from,
                last=self.date_to,
                provider=of_provider,
            )
        )

    def _line_values(self, lines, rows):
        """Price each row's payments; sum them by what a reader looks at.

        Each payment is priced and rounded by itself; payments alike in all and of the
        same amount cost the same.
        """
        Currency = self.env["res.currency"]
        ids = {row[5] for row in rows}
        currencies = {each.id: each for each in Currency.browse(ids)}
        sums = defaultdict(lambda: [0, 0, 0.0, 0.0, 0])
        for *key, paid, gross, fees, number in rows:
            minor = currencies[key[5]]._to_minor(float(paid))
            payment = price_list.Payment(
                minor, key[0], key[1], key[2] or "unknown", key[3], key[5]
            )
            line, fee = price_list.price(lines, payment)
            total = sums[(*key, line and line.id)]
            total[0] += number
            total[1] += minor * number
            total[2] += float(gross)
            total[3] += float(fees)
            total[4] += (fee or 0) * number
        return [
            self._values(dict(zip(KEYS, key[:-1], strict=True)), key[-1], total)
            for key, total in sums.items()
        ]

    def _values(self, values, line, total):
        """Return the values of a result; fees in the company's currency."""
        payments, minor, gross, fees, fee_minor = total
        currency = self.env["res.currency"].browse(values["currency_id"])
        simulated = currency._from_minor(fee_minor)
        if currency != self.company_id.currency_id:  # at the rates of these payments
            simulated *= gross / currency._from_minor(minor) if minor else 0
        return {
            "simulation_id": self.id,
            **values,
            "price_line_id": line,
            "payments": payments,
            "gross": gross,
            "actual": fees,
            "simulated": self.company_id.currency_id.round(simulated),
        }

    def action_view_lines(self):
        """Open the result as pivot, graph and list."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What If: %s", self.list_id.name),
            "res_model": "payment.price.simulation.line",
            "views": [(False, "pivot"), (False, "graph"), (False, "list")],
            "domain": [("simulation_id", "=", self.id)],
        }
