from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..metrics import price_list
from ..report.payment_report_fees import FUNDING, REGIONS

PERCENT = 10_000  # millionths of the amount in one percent


class PaymentPriceListLine(models.Model):
    """One price with its conditions; the first line that fits counts."""

    _name = "payment.price.list.line"
    _description = "Price of a Gateway"
    _order = "sequence, id"

    list_id = fields.Many2one(
        "payment.price.list", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    method_id = fields.Many2one(
        "payment.method",
        domain=[("is_primary", "=", True)],
        context={"active_test": False},
    )
    brand_id = fields.Many2one(
        "payment.method",
        domain=[("is_primary", "=", False)],
        context={"active_test": False},
    )
    funding = fields.Selection(FUNDING, "Kind of Card")
    region = fields.Selection(REGIONS, "From")
    payment_currency_id = fields.Many2one("res.currency", "Paid in")
    currency_id = fields.Many2one(related="list_id.currency_id")
    percent = fields.Float(digits=(16, 4), help="Of the amount.")
    fixed = fields.Monetary("Plus")
    minimum = fields.Monetary("At Least")
    cap = fields.Monetary("At Most", help="0: no cap.")

    _amounts = models.Constraint(
        "CHECK (percent >= 0 AND percent <= 100 AND fixed >= 0 AND minimum >= 0"
        " AND cap >= 0 AND (cap = 0 OR cap >= minimum))",
        "Prices are not negative, a percentage is at most 100, and a cap is not below"
        " the minimum.",
    )

    @api.constrains("payment_currency_id", "fixed", "minimum", "cap")
    def _check_currency(self):
        for line in self:
            other = line.payment_currency_id
            if other and other != line.currency_id and line._has_amounts():
                raise ValidationError(
                    self.env._(
                        "Amounts of the list are in %(list)s; a price for payments in"
                        " %(other)s can be a percentage only.",
                        list=line.currency_id.name,
                        other=other.name,
                    )
                )

    @api.depends(
        "method_id", "brand_id", "funding", "region", "payment_currency_id", "percent"
    )
    def _compute_display_name(self):
        labels = {
            name: dict(self._fields[name]._description_selection(self.env))
            for name in ("funding", "region")
        }
        for line in self:
            parts = (
                line.method_id.name,
                line.brand_id.name,
                labels["funding"].get(line.funding),
                labels["region"].get(line.region),
                line.payment_currency_id.name,
            )
            what = ", ".join(filter(None, parts)) or self.env._("All others")
            line.display_name = f"{what}: {line._price_in_words()}"

    def _price_in_words(self):
        words = f"{self.percent:.4f}".rstrip("0").rstrip(".") + "%"
        if self.fixed:
            words += f" + {self.currency_id.format(self.fixed)}"
        return words

    def _has_amounts(self):
        return bool(self.fixed or self.minimum or self.cap)

    def _pure(self):
        minor = self.currency_id._to_minor
        currency = self.payment_currency_id
        if not currency and self._has_amounts():
            currency = self.currency_id
        return price_list.Line(
            id=self.id,
            micro=round(self.percent * PERCENT),
            fixed=minor(self.fixed),
            minimum=minor(self.minimum),
            cap=minor(self.cap) if self.cap else None,
            method=self.method_id.id or None,
            brand=self.brand_id.id or None,
            funding=self.funding or None,
            region=self.region or None,
            currency=currency.id or None,
        )
