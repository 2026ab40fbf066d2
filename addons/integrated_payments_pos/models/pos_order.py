from odoo import api, fields, models


class PosOrder(models.Model):
    _inherit = "pos.order"

    gateway_transaction_count = fields.Integer(
        compute="_compute_gateway_transaction_count", compute_sudo=True
    )

    @api.depends("payment_ids.gateway_transaction_id")
    def _compute_gateway_transaction_count(self):
        for order in self:
            payments = order.payment_ids.gateway_transaction_id
            order.gateway_transaction_count = len(payments)

    def _process_saved_order(self, draft):
        """Tie refunds once the order's lines say what they take back."""
        result = super()._process_saved_order(draft)
        self.payment_ids._link_gateway()
        return result

    def action_view_gateway_transactions(self):
        """Open the gateway's payments of this order, each with its trail."""
        return self.payment_ids.gateway_transaction_id._get_records_action(
            name=self.env._("Gateway Payments")
        )
