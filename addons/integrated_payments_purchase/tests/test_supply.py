from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.integrated_payments.tests.orders import OrdersCommon


@tagged("-at_install", "post_install")
class TestPurchaseSupply(OrdersCommon):
    """The trail says which purchase order came of a payment."""

    def setUp(self):
        super().setUp()
        self.vendor = self.env["res.partner"].create({"name": "Desks & Co"})
        self.desk.seller_ids = [
            Command.create({"partner_id": self.vendor.id, "price": 40.0})
        ]
        self.buy = self.env.ref("purchase_stock.route_warehouse0_buy")

    def purchase(self):
        lines = self.env["purchase.order.line"].search(
            [("product_id", "=", self.desk.id)]
        )
        return lines.order_id

    def test_a_reorder_rule_is_triggered_and_named(self):
        self.desk.route_ids = [Command.set(self.buy.ids)]
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.desk.id,
                "product_min_qty": 2,
                "product_max_qty": 10,
                "warehouse_id": self.warehouse.id,
                "location_id": self.warehouse.lot_stock_id.id,
            }
        )
        self.stock(self.desk, 2)
        order = self.make_order((self.desk, 1))
        self.assertFalse(self.purchase())
        transaction = self.pay(order)
        bought = self.purchase()
        self.assertEqual(bought.order_line.product_qty, 9)
        effect = self.effect(transaction, "stock")
        self.assertEqual(effect.state, "done")
        self.assertEqual(effect.reason, f"Supplied by {bought.display_name}.")

    def test_missing_goods_name_what_supplies_them(self):
        self.desk.route_ids = [Command.set(self.buy.ids)]
        self.env["stock.warehouse.orderpoint"].create(
            {
                "product_id": self.desk.id,
                "product_min_qty": 0,
                "product_max_qty": 0,
                "warehouse_id": self.warehouse.id,
                "location_id": self.warehouse.lot_stock_id.id,
            }
        )
        transaction = self.pay(self.make_order((self.desk, 3)))
        effect = self.effect(transaction, "stock")
        self.assertEqual(effect.state, "held")
        self.assertIn("Desk (0 of 3)", effect.reason)
        self.assertIn(self.purchase().name, effect.reason)

    def test_made_to_order(self):
        mto = self.env.ref("stock.route_warehouse0_mto")
        mto.active = True
        self.desk.route_ids = [Command.set((self.buy + mto).ids)]
        transaction = self.pay(self.make_order((self.desk, 3)))
        self.assertIn(self.purchase().name, self.effect(transaction, "stock").reason)
