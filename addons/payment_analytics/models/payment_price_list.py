from odoo import fields, models


class PaymentPriceList(models.Model):
    """What a gateway charges, or would: held against one's own payments."""

    _name = "payment.price.list"
    _description = "Gateway's Price List"
    _inherit = ["mail.thread"]
    _order = "name, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", index=True, help="Empty: for all companies."
    )
    provider_id = fields.Many2one(
        "payment.provider",
        ondelete="cascade",
        help="Whose prices these are, if it is one of your providers.",
    )
    currency_id = fields.Many2one(
        "res.currency",
        required=True,
        default=lambda self: self.env.company.currency_id,
        help="Of fixed amounts, minimums and caps. A line with such an amount prices"
        " payments in this currency only.",
    )
    source = fields.Char(help="Where the prices are stated: a page or an offer.")
    checked_on = fields.Date("Looked Up on")
    note = fields.Text()
    line_ids = fields.One2many(
        "payment.price.list.line", "list_id", "Prices", copy=True
    )

    def _pure(self):
        """Return the lines as values of ``metrics/price_list.py``, in their order."""
        self.ensure_one()
        return [line._pure() for line in self.line_ids]

    def action_simulate(self):
        """Price one's own payments with this list."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What If"),
            "res_model": "payment.price.simulation",
            "view_mode": "form",
            "target": "new",
            "context": {"default_list_id": self.id},
        }
