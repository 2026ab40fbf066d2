"""Between disputes and what they are about: order, invoice, customer, payment."""

from odoo import api, fields, models


class PaymentDispute(models.Model):
    _inherit = "payment.dispute"

    invoice_count = fields.Integer(compute="_compute_link_counts", compute_sudo=True)
    order_count = fields.Integer(compute="_compute_link_counts", compute_sudo=True)
    entry_count = fields.Integer(compute="_compute_link_counts", compute_sudo=True)

    @api.depends("transaction_id", "balance_transaction_ids", "outcome_move_ids")
    def _compute_link_counts(self):
        for dispute in self:
            dispute.invoice_count = len(dispute._gateway_invoices())
            dispute.order_count = len(dispute.transaction_id.sale_order_ids)
            dispute.entry_count = len(dispute._entries())

    def _gateway_invoices(self):
        """Return the invoices that the disputed payment has paid, or should have."""
        transaction = self.transaction_id
        return (
            transaction.invoice_ids | transaction.sale_order_ids.invoice_ids
        ).filtered(lambda move: move.state != "cancel")

    def _entries(self):
        """Return the journal entries of a dispute: the gateway's and the outcome."""
        movements = self.balance_transaction_ids.statement_line_id.move_id
        return movements | self.outcome_move_ids

    def action_view_transaction(self):
        """Open the disputed payment, with its trail."""
        return self.transaction_id._get_records_action(name=self.env._("Payment"))

    def action_view_invoices(self):
        """Open the invoices behind the disputed payment."""
        return self._gateway_invoices()._get_records_action(name=self.env._("Invoices"))

    def action_view_orders(self):
        """Open the orders behind the disputed payment."""
        return self.transaction_id.sale_order_ids._get_records_action(
            name=self.env._("Orders")
        )

    def action_view_entries(self):
        """Open the journal entries of the dispute."""
        return self._entries()._get_records_action(name=self.env._("Journal Entries"))


class DisputeLinks(models.AbstractModel):
    """What has disputes behind it: a count and their list."""

    _name = "payment.dispute.links"
    _description = "Has disputes"

    dispute_count = fields.Integer(compute="_compute_dispute_count", compute_sudo=True)

    def _compute_dispute_count(self):
        for record in self:
            record.dispute_count = len(record._disputes())

    def _disputes(self):
        """Return the disputes behind one record."""
        return self._gateway_transactions().dispute_ids

    def action_view_disputes(self):
        """Open the disputes behind this record."""
        self.ensure_one()
        disputes = self.sudo()._disputes().with_env(self.env)
        return disputes._get_records_action(name=self.env._("Disputes"))


class PaymentTransaction(models.Model):
    _name = "payment.transaction"
    _inherit = ["payment.transaction", "payment.dispute.links"]

    def _disputes(self):
        return self.dispute_ids


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "payment.dispute.links"]

    def _disputes(self):
        return self.transaction_ids.dispute_ids


class AccountMove(models.Model):
    _name = "account.move"
    _inherit = ["account.move", "payment.dispute.links"]

    def _disputes(self):
        """Find them by the payments of the invoice, or as the entry of a dispute."""
        movements = self.statement_line_id.payment_balance_transaction_ids
        orders = self.invoice_line_ids.sale_line_ids.order_id
        transactions = self._gateway_transactions() | orders.transaction_ids
        return transactions.dispute_ids | movements.dispute_id | self.payment_dispute_id


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "payment.dispute.links"]

    def _compute_dispute_count(self):
        """Count the disputes of a customer and of its contacts, in one query each."""
        for partner in self:
            partner.dispute_count = self.env["payment.dispute"].search_count(
                partner._dispute_domain()
            )

    def _dispute_domain(self):
        return [("partner_id", "child_of", self.ids)]

    def _disputes(self):
        return self.env["payment.dispute"].search(self._dispute_domain())


class PaymentCharge(models.Model):
    _inherit = "payment.charge"

    def write(self, vals):
        """A payment that is found later is also what the dispute is about."""
        result = super().write(vals)
        if "transaction_id" in vals:
            disputes = self.env["payment.dispute"].search(
                [("charge_id", "in", self.ids)]
            )
            for dispute in disputes:
                dispute._write_changes(
                    {"transaction_id": dispute.charge_id.transaction_id.id}
                )
        return result
