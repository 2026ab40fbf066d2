from odoo import models

OPEN = ("draft", "sent", "to approve")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _supply(self):
        """Put first the purchase orders that supply these orders."""
        lines = self._supplying_purchase_lines().order_id
        return lines.filtered(lambda each: each.state != "cancel") or super()._supply()

    def _supplying_purchase_lines(self):
        """Return the purchase lines made for these orders or by a reorder rule.

        Of the rules' lines those that are not ordered yet: what was ordered before is
        on its way for others.
        """
        lines = self.env["purchase.order.line"].sudo()
        moves = self.sudo()._moves_with_origins()
        found = moves.purchase_line_id | moves.created_purchase_line_ids
        found |= lines.search(
            [
                ("order_id.state", "in", OPEN),
                ("orderpoint_id", "in", self._reorder_rules().ids),
            ]
        )
        if "sale_line_id" in lines._fields:  # of sale_purchase: services, dropship
            found |= lines.search([("sale_line_id", "in", self.order_line.ids)])
        return found
