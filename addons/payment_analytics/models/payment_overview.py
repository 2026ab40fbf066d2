from odoo import api, models

ACTION = "payment_analytics.action_payment_alert"


class PaymentOverview(models.AbstractModel):
    _inherit = "payment.overview"

    @api.model
    def _tasks(self):
        """Alerts come first: what they say may explain the rest."""
        domain = [("state", "=", "open"), ("company_id", "in", self.env.companies.ids)]
        action = self.env["ir.actions.act_window"]._for_xml_id(ACTION)
        return [
            {
                "label": self.env._("Payment alerts"),
                "count": self.env["payment.alert"].search_count(domain),
                "urgent": True,
                "note": False,
                "action": {**action, "domain": domain, "context": {}},
            },
            *super()._tasks(),
        ]
