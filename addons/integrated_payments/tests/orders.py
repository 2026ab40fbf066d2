from unittest.mock import patch

from odoo.fields import Command

from .common import IntegratedPaymentsCommon


class OrdersCommon(IntegratedPaymentsCommon):
    """Orders of goods, and payments for them."""

    def setUp(self):
        super().setUp()
        self.env.user.group_ids += (
            self.env.ref("sales_team.group_sale_manager")
            + self.env.ref("stock.group_stock_manager")
            + self.env.ref("stock.group_production_lot")
        )
        self.desk = self.make_product("Desk", 100.0)
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )

    def make_product(self, name, price, **values):
        return self.env["product.product"].create(
            {
                "name": name,
                "is_storable": True,
                "list_price": price,
                "taxes_id": False,
                "invoice_policy": "order",
                **values,
            }
        )

    def make_order(self, *items, **values):
        """Return a quotation of ``items``: (product, quantity)."""
        return self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "require_payment": True,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": quantity}
                    )
                    for product, quantity in items
                ],
                **values,
            }
        )

    def checkout(self, orders, number=1, amount=None):
        """Return the payment that a customer starts for ``orders``."""
        return self._create_transaction(
            "direct",
            amount=sum(orders.mapped("amount_total")) if amount is None else amount,
            reference=f"S-{number}",
            provider_reference=f"pi_{number}",
            sale_order_ids=orders.ids,
        )

    def pay(self, orders, number=1, amount=None, **values):
        """Return the payment of ``orders``, paid through the gateway."""
        transaction = self.checkout(orders, number, amount)
        self.say_paid(transaction, number, **values)
        self.hear_and_work("charge.updated", f"ch_{number}")
        return transaction

    def effect(self, transaction, kind):
        return transaction.effect_ids.filtered(lambda each: each.kind == kind)

    def run_retries(self):
        """Run the job that tries effects again, without its commits."""
        cron = type(self.env["ir.cron"])
        with patch.object(cron, "_commit_progress", lambda *_args, **_kwargs: 1.0):
            self.env["payment.effect"].sudo()._cron_retry()

    def stock(self, product, quantity, **values):
        self.env["stock.quant"]._update_available_quantity(
            product, self.warehouse.lot_stock_id, quantity, **values
        )
