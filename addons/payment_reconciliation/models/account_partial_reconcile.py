from odoo import models


class AccountPartialReconcile(models.Model):
    _inherit = "account.partial.reconcile"

    def unlink(self):
        """Note matches as undone, whichever screen takes the reconciliation back."""
        items = self.debit_move_id | self.credit_move_id
        undone = (
            self.env["account.match"]
            .sudo()
            .search(
                [
                    ("state", "=", "posted"),
                    "|",
                    ("counterpart_line_id", "in", items.ids),
                    ("item_ids", "in", items.ids),
                    ("statement_line_id.move_id", "in", items.move_id.ids),
                ]
            )
        )
        result = super().unlink()
        undone._mark_undone()
        return result
