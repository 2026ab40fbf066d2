from odoo import fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # Payments outside Odoo look for their customer by phone in E.164.
    _gateway_phone_idx = models.Index(
        "(phone_sanitized) WHERE phone_sanitized IS NOT NULL"
    )

    gateway_transaction_count = fields.Integer(
        compute="_compute_gateway_transaction_count", compute_sudo=True
    )

    def _compute_gateway_transaction_count(self):
        """Count the payments of a customer and of its contacts."""
        Transaction = self.env["payment.transaction"]
        for partner in self:
            partner.gateway_transaction_count = Transaction.search_count(
                partner._transaction_domain()
            )

    def _transaction_domain(self):
        return [("partner_id", "child_of", self.ids)]

    def action_view_gateway_transactions(self):
        """Open the customer's payments."""
        self.ensure_one()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "integrated_payments.action_payment_trail"
        )
        return {**action, "domain": self._transaction_domain(), "context": {}}
