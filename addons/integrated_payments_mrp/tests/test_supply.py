from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.integrated_payments.tests.orders import OrdersCommon


@tagged("-at_install", "post_install")
class TestManufacturingSupply(OrdersCommon):
    """Kits leave by their components; what is made for an order is named."""

    def setUp(self):
        super().setUp()
        self.company.payment_stock_policy = "deliver"
        self.board = self.make_product("Board", 10.0)
        self.leg = self.make_product("Leg", 5.0)

    def make_bom(self, kind):
        return self.env["mrp.bom"].create(
            {
                "product_tmpl_id": self.desk.product_tmpl_id.id,
                "type": kind,
                "bom_line_ids": [
                    Command.create({"product_id": self.board.id, "product_qty": 1}),
                    Command.create({"product_id": self.leg.id, "product_qty": 4}),
                ],
            }
        )

    def test_a_kit_leaves_by_its_components(self):
        self.make_bom("phantom")
        self.stock(self.board, 2)
        self.stock(self.leg, 8)
        order = self.make_order((self.desk, 2))
        transaction = self.pay(order)
        self.assertEqual(self.effect(transaction, "stock").state, "done")
        self.assertEqual(order.order_line.qty_delivered, 2)
        self.assertEqual(self.leg.qty_available, 0)

    def test_a_kit_that_lacks_a_component(self):
        self.make_bom("phantom")
        self.stock(self.board, 2)
        transaction = self.pay(self.make_order((self.desk, 2)))
        effect = self.effect(transaction, "stock")
        self.assertEqual(effect.state, "held")
        self.assertIn("Leg (0 of 8)", effect.reason)

    def test_what_is_made_to_order_is_named(self):
        self.make_bom("normal")
        mto = self.env.ref("stock.route_warehouse0_mto")
        mto.active = True
        make = self.warehouse.manufacture_pull_id.route_id
        self.desk.route_ids = [Command.set((mto + make).ids)]
        transaction = self.pay(self.make_order((self.desk, 1)))
        production = self.env["mrp.production"].search(
            [("product_id", "=", self.desk.id)]
        )
        effect = self.effect(transaction, "stock")
        self.assertEqual(effect.state, "held")
        self.assertIn(production.name, effect.reason)
