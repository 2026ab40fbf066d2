from odoo import models

from odoo.addons.payment_reconciliation.models.account_match_posting import (
    SETTLED_BY_MORE,
)

BOOKS_MORE = (*SETTLED_BY_MORE, "return")


class AccountMatch(models.Model):
    _inherit = "account.match"

    def _widget_items(self):
        """Return the open items that OCA's screen can show as counterparts.

        None where more than the items is booked: our own screen accepts those.
        """
        if not self or self.how in BOOKS_MORE:
            return self.env["account.move.line"]
        items = self._members()
        if self.payout_id:
            items = self.payout_id._transit_item()
        return items.filtered(lambda item: not item.reconciled)

    def _is_laid(self, data):
        """Return whether the screen's lines are exactly what this proposes."""
        self.ensure_one()
        if self.state != "proposed":
            return False
        counterparts = {
            number for line in data for number in line.get("counterpart_line_ids") or ()
        }
        if self.reconcile_model_id:
            others = [line for line in data if line["kind"] == "other"]
            return bool(others) and all(
                line.get("reconcile_model_id") == self.reconcile_model_id.id
                for line in others
            )
        items = set(self.sudo()._widget_items().ids)
        return bool(items) and counterparts == items
