from odoo import models

OPEN = ("draft", "confirmed", "progress")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _supply(self):
        """Name the manufacturing orders where nothing is bought."""
        return super()._supply() or self._supplying_productions()

    def _supplying_productions(self):
        """Return the productions made for these orders or by a reorder rule."""
        made = self.sudo()._moves_with_origins().production_id
        rules = self._reorder_rules()
        made |= made.search([("state", "in", OPEN), ("orderpoint_id", "in", rules.ids)])
        return made.filtered(lambda each: each.state != "cancel")
