from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    gateway_transaction_count = fields.Integer(
        compute="_compute_gateway_transaction_count", compute_sudo=True
    )

    def _compute_gateway_transaction_count(self):
        for move in self:
            move.gateway_transaction_count = len(move._gateway_transactions())

    def _gateway_transactions(self):
        """Return the payments behind an invoice, a payment's or a gateway's entry."""
        self.ensure_one()
        line = self.statement_line_id
        return (
            self.transaction_ids
            | self.origin_payment_id.payment_transaction_id
            | line.payment_balance_transaction_ids.transaction_id
        )

    def action_view_gateway_transactions(self):
        """Open the payments behind this entry, with their trails."""
        return self._gateway_transactions()._get_records_action(
            name=self.env._("Payments")
        )

    def _tell_paid(self, message):
        """Tell the followers of paid invoices once, as Odoo does one by one."""
        paid = self.filtered(lambda move: move.payment_state in ("paid", "in_payment"))
        subtype = self.env.ref("account.mt_invoice_paid")
        told = self.env["mail.message"].search_fetch(
            [
                ("model", "=", "account.move"),
                ("res_id", "in", paid.ids),
                ("subtype_id", "=", subtype.id),
            ],
            ["res_id"],
        )
        for invoice in paid - self.browse(told.mapped("res_id")):
            invoice.message_post(body=message, subtype_id=subtype.id)
