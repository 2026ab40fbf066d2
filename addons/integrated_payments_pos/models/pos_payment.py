from odoo import api, fields, models


class PosPayment(models.Model):
    _inherit = "pos.payment"

    gateway_transaction_id = fields.Many2one(
        "payment.transaction",
        "Gateway Payment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
    booked_payment_id = fields.Many2one(
        "account.payment",
        "Booked by",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The session's payment, which books all of this method in one sum.",
    )
    gateway_problem = fields.Char(
        readonly=True, copy=False, help="Why it is not tied to the gateway's payment."
    )

    _gateway_transaction_uniq = models.UniqueIndex(
        "(gateway_transaction_id) WHERE gateway_transaction_id IS NOT NULL",
        "This payment of the gateway already belongs to a payment of Point of Sale.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Tie what a terminal took with the gateway's payment at once."""
        payments = super().create(vals_list)
        payments._link_gateway()
        return payments

    def write(self, vals):
        """See :meth:`create`; the till may send the gateway's id later."""
        result = super().write(vals)
        if "transaction_id" in vals:
            self._link_gateway()
        return result

    def action_view_gateway_transaction(self):
        """Open the trail of the gateway's payment."""
        return self.gateway_transaction_id._get_records_action(
            name=self.env._("Payment Trail")
        )

    def action_look_again(self):
        """Look for the gateway's payment again, after the cause has been removed."""
        self.check_access("write")
        self._link_gateway()
        return True
