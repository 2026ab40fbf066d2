from odoo import api, models
from odoo.tools import SQL


class PaymentRollupDocument(models.AbstractModel):
    """An order or invoice: its payments are of its salesperson and category.

    Payments that leave it are marked too, so what was paid before is asked as well.
    """

    _name = "payment.rollup.document"
    _description = "Document of Payment Figures"

    _rollup_salesperson = None  # the field's name

    def _mark_payments(self):
        relation = self._fields["transaction_ids"]
        # A refund counts by what its payment paid.
        condition = SQL(
            "COALESCE(tx.source_transaction_id, tx.id) IN ("
            "SELECT %s FROM %s WHERE %s = ANY(%s))",
            SQL.identifier(relation.column2),
            SQL.identifier(relation.relation),
            SQL.identifier(relation.column1),
            self.ids,
        )
        self.env["payment.rollup.dirty"].sudo()._mark_where(condition)

    @api.model_create_multi
    def create(self, vals_list):
        documents = super().create(vals_list)
        if any(vals.get("transaction_ids") for vals in vals_list):
            documents._mark_payments()
        return documents

    def write(self, vals):
        if "transaction_ids" in vals:
            self._mark_payments()
        result = super().write(vals)
        if not {"transaction_ids", self._rollup_salesperson}.isdisjoint(vals):
            self._mark_payments()
        return result

    def unlink(self):
        self._mark_payments()
        return super().unlink()
