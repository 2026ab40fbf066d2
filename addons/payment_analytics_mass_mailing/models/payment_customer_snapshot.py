from odoo import models


class PaymentCustomerSnapshot(models.Model):
    _inherit = "payment.customer.snapshot"

    def action_write_mailing(self):
        """Open a new mailing to these customers and their contacts.

        Who is written to is looked up when it is sent: blocked and deleted contacts are
        left out then.
        """
        partners = self.partner_id.ids
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mailing"),
            "res_model": "mailing.mailing",
            "view_mode": "form",
            "context": {
                "default_mailing_type": "mail",
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr(
                    [("commercial_partner_id", "in", partners), ("email", "!=", False)]
                ),
            },
        }
