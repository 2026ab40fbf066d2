"""Policies of what a payment sets in motion: the order's, else its provider's, else
the company's.
"""

from odoo import fields, models

# Each from the most cautious to the most far-reaching: of several orders in one payment
# the most cautious counts.
CONFIRM = [
    ("settled", "When the money is available"),
    ("paid", "When it is paid"),
    ("authorized", "When it is authorised"),
]
INVOICE = [
    ("odoo", "As set in Sales (Automatic Invoice)"),
    ("draft", "Draft invoice"),
    ("posted", "Posted invoice"),
    ("sent", "Posted invoice, sent to the customer"),
]
STOCK = [
    ("none", "Do nothing"),
    ("reserve", "Reserve"),
    ("deliver", "Deliver what is available"),
]
POLICIES = {
    "payment_confirm_policy": CONFIRM,
    "payment_invoice_policy": INVOICE,
    "payment_stock_policy": STOCK,
}


class PaymentPolicy(models.AbstractModel):
    """Policies that may be left open, for the next in the line to decide."""

    _name = "payment.policy"
    _description = "Policies of payments that go before the company's"

    payment_confirm_policy = fields.Selection(CONFIRM, "Order on Payment")
    payment_invoice_policy = fields.Selection(INVOICE, "Invoice on Payment")
    payment_stock_policy = fields.Selection(STOCK, "Stock on Payment")


class PaymentProvider(models.Model):
    _name = "payment.provider"
    _inherit = ["payment.provider", "payment.policy"]


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "payment.policy"]


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _policy(self, name):
        """Return the policy that counts for this payment.

        :param str name: a key of :data:`POLICIES`
        """
        self.ensure_one()
        common = self.provider_id.sudo()[name] or self.company_id[name]
        decided = {order[name] or common for order in self.sudo().sale_order_ids}
        ranks = [value for value, _label in POLICIES[name]]
        return min(decided or {common}, key=ranks.index)
