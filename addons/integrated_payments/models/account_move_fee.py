from odoo import fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    fee_statement_ids = fields.One2many(
        "payment.fee.statement",
        "bill_id",
        "Fee Statements",
        readonly=True,
        groups="integrated_payments.group_payment_manager",
    )

    def _post(self, soft=True):
        """A posted bill over gateway fees is paid by what the gateway kept."""
        posted = super()._post(soft)
        bills = posted.filtered(lambda move: move.is_purchase_document())
        bills.sudo().fee_statement_ids._settle()
        return posted

    def button_draft(self):
        """The settlement of a bill goes with it."""
        result = super().button_draft()
        bills = self.filtered(lambda move: move.is_purchase_document())
        bills.sudo().fee_statement_ids._unsettle()
        return result

    def action_open_fee_statements(self):
        """Open the gateway's month that this bill is over."""
        return self.fee_statement_ids._get_records_action(
            name=self.env._("Fee Statement")
        )
