from odoo import models


class PaymentDimensions(models.AbstractModel):
    _inherit = "payment.dimensions"

    # Beside its dimensions, what a payment behind a row fulfils.
    _behind = ()

    def action_open_payments(self):
        """Open the payments behind a row: those of its day with its dimensions."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "payment_analytics.action_payment_report"
        )
        names = ("company_id", "provider_id", "payment_method_id", "brand_id")
        names += ("channel", "country_id", "payment_currency_id")
        if "partner_id" in self._fields:
            names += ("partner_id",)
        values = {name: self[name] for name in names}
        domain = [
            (name, "=", value.id if isinstance(value, models.BaseModel) else value)
            for name, value in values.items()
        ]
        return action | {
            "domain": [("day", "=", self.day), *domain, *self._behind],
            "context": {},
            "view_mode": "list,pivot,graph",
            "views": [(False, "list"), (False, "pivot"), (False, "graph")],
        }
