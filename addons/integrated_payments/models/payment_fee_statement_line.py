from datetime import timedelta

from odoo import api, fields, models

from ..domain import fees
from .fields import MinorUnits


class PaymentFeeStatementLine(models.Model):
    """One type of fee within a month."""

    _name = "payment.fee.statement.line"
    _description = "Type of fee within a month"
    _order = "statement_id, role, kind, id"
    _rec_name = "name"

    statement_id = fields.Many2one(
        "payment.fee.statement",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="statement_id.company_id", store=True, index=True
    )
    currency_id = fields.Many2one(related="statement_id.currency_id")
    role = fields.Char(required=True, readonly=True)
    kind = fields.Char("Type", required=True, readonly=True)
    name = fields.Char("Fee", compute="_compute_name")
    description = fields.Char(readonly=True)
    count = fields.Integer("Movements", readonly=True)
    amount_minor = MinorUnits(readonly=True)
    tax_minor = MinorUnits(readonly=True)
    amount = fields.Monetary("Before Tax", compute="_compute_amounts")
    tax = fields.Monetary(compute="_compute_amounts")
    on_invoice = fields.Boolean(compute="_compute_on_invoice", store=True)

    @api.depends("role", "kind")
    def _compute_name(self):
        for line in self:
            line.name = fees.label_of(line.role, line.kind)

    @api.depends("kind")
    def _compute_on_invoice(self):
        for line in self:
            line.on_invoice = fees.is_invoiced(line.kind)

    @api.depends("amount_minor", "tax_minor", "currency_id")
    def _compute_amounts(self):
        for line in self:
            line.amount = line.currency_id._from_minor(line.amount_minor)
            line.tax = line.currency_id._from_minor(line.tax_minor)

    def action_open_movements(self):
        """Open the movements of the month that bore a fee of this type."""
        self.ensure_one()
        statement = self.statement_id
        first, after = statement.provider_id.sudo()._month_bounds(
            statement.month, statement._last_day() + timedelta(days=1)
        )
        domain = [
            ("provider_id", "=", statement.provider_id.id),
            ("currency_id", "=", statement.currency_id.id),
            ("created_at", ">=", first),
            ("created_at", "<", after),
        ]
        if self.kind in fees.OWN_CATEGORIES and self.role != "dispute_fee":
            domain += ["|", ("category", "=", self.kind), ("fee_minor", "!=", 0)]
        else:
            domain.append(("fee_minor", "!=", 0))
        return {
            "type": "ir.actions.act_window",
            "name": self.name,
            "res_model": "payment.balance.transaction",
            "view_mode": "list,form",
            "domain": domain,
        }
