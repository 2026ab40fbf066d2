from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    gateway_transaction_count = fields.Integer(
        compute="_compute_gateway_transaction_count", compute_sudo=True
    )

    def _compute_gateway_transaction_count(self):
        for order in self:
            order.gateway_transaction_count = len(order.transaction_ids)

    def action_view_gateway_transactions(self):
        """Open the payments of this order, with their trails.

        Core shows an order's transactions to billing alone; a salesperson may see them.
        """
        payments = self.sudo().transaction_ids.with_env(self.env)
        return payments._get_records_action(name=self.env._("Payments"))
