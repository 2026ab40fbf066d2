"""From any record of a payment's life to the others: counts and their lists."""

from odoo import api, fields, models


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    gateway_movement_count = fields.Integer(compute="_compute_gateway_link_counts")
    gateway_payout_count = fields.Integer(compute="_compute_gateway_link_counts")

    @api.depends("balance_transaction_ids.payout_id")
    def _compute_gateway_link_counts(self):
        for transaction in self.sudo():
            movements = transaction.balance_transaction_ids
            transaction.gateway_movement_count = len(movements)
            transaction.gateway_payout_count = len(transaction._payouts())

    def action_view_gateway_movements(self):
        """Open the movements of the gateway's balance that this payment caused."""
        return self.balance_transaction_ids._get_records_action(
            name=self.env._("Balance Transactions")
        )

    def action_view_gateway_payouts(self):
        """Open the payouts that carry this payment to the bank."""
        return self._payouts()._get_records_action(name=self.env._("Payouts"))


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    def action_view_transaction(self):
        """Open the customer's payment that this movement belongs to."""
        return self.transaction_id._get_records_action(name=self.env._("Payment"))


class AccountPayment(models.Model):
    _inherit = "account.payment"

    returned_movement_ids = fields.One2many(
        "payment.balance.transaction",
        "returned_payment_id",
        "Came Back by",
        readonly=True,
    )
    gateway_movement_count = fields.Integer(
        compute="_compute_gateway_movement_count", compute_sudo=True
    )

    @api.depends("payment_transaction_id.balance_transaction_ids")
    def _compute_gateway_movement_count(self):
        for payment in self:
            payment.gateway_movement_count = len(payment._gateway_movements())

    def _gateway_movements(self):
        """Return the movements of the gateway's balance behind these payments."""
        movements = self.payment_transaction_id.balance_transaction_ids
        return movements | self.returned_movement_ids

    def action_view_gateway_transaction(self):
        """Open the trail of the online payment that made this one."""
        transaction = self.payment_transaction_id
        return transaction._get_records_action(name=self.env._("Payment Trail"))

    def action_view_gateway_movements(self):
        """Open the movements of the gateway's balance behind this payment."""
        return self._gateway_movements()._get_records_action(
            name=self.env._("Balance Transactions")
        )


class AccountMove(models.Model):
    _inherit = "account.move"

    reversed_movement_ids = fields.One2many(
        "payment.balance.transaction", "reversal_move_id", "Reverses", readonly=True
    )
    gateway_movement_count = fields.Integer(
        compute="_compute_gateway_movement_count", compute_sudo=True
    )

    def _compute_gateway_movement_count(self):
        for move in self:
            move.gateway_movement_count = len(move._gateway_movements())

    def _gateway_movements(self):
        """Return the movements that an entry books, reverses or is paid by."""
        self.ensure_one()
        return (
            self.statement_line_id.payment_balance_transaction_ids
            | self.reversed_movement_ids
            | self.origin_payment_id._gateway_movements()
            | self.transaction_ids.balance_transaction_ids
        )

    def _gateway_transactions(self):
        """Also find the payment whose return an entry books."""
        return super()._gateway_transactions() | (
            self.reversed_movement_ids.transaction_id
        )

    def action_view_gateway_movements(self):
        """Open the movements of the gateway's balance behind this entry."""
        return self._gateway_movements()._get_records_action(
            name=self.env._("Balance Transactions")
        )


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _compute_gateway_transaction_count(self):
        """Count the payments of a customer and of its contacts."""
        family = self.with_context(active_test=False).search_fetch(
            [("id", "child_of", self.ids)], ["parent_id"]
        )
        rows = self.env["payment.transaction"]._read_group(
            [("partner_id", "in", family.ids)], ["partner_id"], ["__count"]
        )
        self.gateway_transaction_count = 0
        for payer, count in rows:
            partner = payer
            while partner:
                if partner in self:
                    partner.gateway_transaction_count += count
                partner = partner.parent_id

    def action_view_gateway_transactions(self):
        """Open the payments of a customer and of its contacts."""
        action = super().action_view_gateway_transactions()
        return {**action, "domain": [("partner_id", "child_of", self.id)]}
