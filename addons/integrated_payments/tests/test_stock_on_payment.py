from odoo.fields import Command
from odoo.tests import tagged

from .orders import OrdersCommon


@tagged("-at_install", "post_install")
class TestStockOnPayment(OrdersCommon):
    """What is available leaves; what is not is said, and never goes below zero."""

    def setUp(self):
        super().setUp()
        self.company.payment_stock_policy = "deliver"

    def on_hand(self, product):
        return product.with_context(warehouse_id=self.warehouse.id).qty_available

    def test_what_is_available_leaves_and_the_rest_follows(self):
        self.stock(self.desk, 3)
        order = self.make_order((self.desk, 5))
        transaction = self.pay(order)
        effect = self.effect(transaction, "stock")
        self.assertEqual(effect.state, "held")
        self.assertIn("Delivered in part", effect.reason)
        self.assertIn("Desk (0 of 2)", effect.reason)
        self.assertEqual(order.order_line.qty_delivered, 3)
        self.assertEqual(self.on_hand(self.desk), 0)
        self.stock(self.desk, 10)
        effect.action_run()
        self.assertEqual(order.order_line.qty_delivered, 5)
        self.assertEqual((effect.state, effect.reason), ("done", False))
        self.assertEqual(self.on_hand(self.desk), 8)

    def test_never_below_zero(self):
        order = self.make_order((self.desk, 2))
        transaction = self.pay(order)
        self.assertEqual(self.effect(transaction, "stock").state, "held")
        self.assertEqual(self.on_hand(self.desk), 0)
        self.assertEqual(order.order_line.qty_delivered, 0)

    def test_a_missing_lot_asks_the_warehouse_until_it_left(self):
        self.desk.tracking = "lot"
        self.stock(self.desk, 5)
        order = self.make_order((self.desk, 1))
        transaction = self.pay(order)
        effect = self.effect(transaction, "stock")
        self.assertEqual(
            (effect.state, effect.reason), ("held", "Lot or serial number needed: Desk")
        )
        picking = order.picking_ids
        activity = picking.activity_ids
        self.assertIn(order.name, activity.summary)
        effect.action_run()
        self.assertEqual(picking.activity_ids, activity)
        lot = self.env["stock.lot"].create(
            {"name": "L1", "product_id": self.desk.id, "company_id": self.company.id}
        )
        picking.move_ids.move_line_ids.lot_id = lot
        effect.action_run()
        self.assertEqual((picking.state, effect.state), ("done", "done"))
        self.assertFalse(picking.activity_ids)

    def test_a_known_lot_leaves_by_itself(self):
        self.desk.tracking = "lot"
        lot = self.env["stock.lot"].create(
            {"name": "L1", "product_id": self.desk.id, "company_id": self.company.id}
        )
        self.stock(self.desk, 5, lot_id=lot)
        order = self.make_order((self.desk, 2))
        self.pay(order)
        self.assertEqual(order.picking_ids.move_line_ids.lot_id, lot)
        self.assertEqual(order.picking_ids.state, "done")

    def test_goods_in_packages(self):
        package = self.env["stock.package"].create({"name": "PACK1"})
        self.stock(self.desk, 2, package_id=package)
        order = self.make_order((self.desk, 2))
        self.pay(order)
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(order.picking_ids.move_line_ids.package_id, package)

    def test_a_service_beside_goods(self):
        service = self.make_product("Assembly", 50.0, type="service", is_storable=False)
        self.stock(self.desk, 1)
        order = self.make_order((self.desk, 1), (service, 1))
        transaction = self.pay(order)
        self.assertEqual(order.picking_ids.state, "done")
        self.assertEqual(self.effect(transaction, "stock").state, "done")
        self.assertEqual(order.invoice_ids.payment_state, "paid")

    def test_services_alone_have_no_stock(self):
        service = self.make_product("Assembly", 50.0, type="service", is_storable=False)
        transaction = self.pay(self.make_order((service, 1)))
        self.assertEqual(self.effect(transaction, "stock").state, "none")

    def test_all_steps_of_a_delivery_in_several(self):
        self.warehouse.delivery_steps = "pick_ship"
        self.stock(self.desk, 1)
        order = self.make_order((self.desk, 1))
        transaction = self.pay(order)
        self.assertEqual(set(order.picking_ids.mapped("state")), {"done"})
        self.assertEqual(order.order_line.qty_delivered, 1)
        self.assertEqual(self.effect(transaction, "stock").state, "done")

    def test_an_archived_product_still_leaves(self):
        self.stock(self.desk, 1)
        order = self.make_order((self.desk, 1))
        transaction = self.checkout(order)
        self.desk.active = False
        self.say_paid(transaction)
        self.hear_and_work("charge.updated", "ch_1")
        self.assertEqual(self.effect(transaction, "stock").state, "done")

    def test_two_orders_in_one_payment_share_what_is_there(self):
        self.stock(self.desk, 1)
        orders = self.make_order((self.desk, 1)) + self.make_order((self.desk, 1))
        transaction = self.pay(orders)
        self.assertEqual(
            sorted(orders.picking_ids.mapped("state")), ["confirmed", "done"]
        )
        self.assertEqual(self.effect(transaction, "stock").state, "held")
        self.assertEqual(self.on_hand(self.desk), 0)

    def test_a_package_of_several_products(self):
        lamp = self.make_product("Lamp", 20.0)
        self.stock(self.desk, 1)
        order = self.make_order((self.desk, 1), (lamp, 1))
        transaction = self.pay(order)
        delivered = order.order_line.mapped("qty_delivered")
        self.assertEqual(delivered, [1.0, 0.0])
        self.assertIn("Lamp (0 of 1)", self.effect(transaction, "stock").reason)
        self.assertTrue(order.picking_ids.filtered("backorder_id"))

    def test_a_salesperson_sees_why_and_runs_it(self):
        seller = self.env["res.users"].create(
            {
                "name": "Seller",
                "login": "seller-of-desks",
                "email": "seller@example.com",
                "group_ids": [
                    Command.set(
                        [
                            self.env.ref("sales_team.group_sale_salesman").id,
                            self.env.ref("integrated_payments.group_payment_user").id,
                        ]
                    )
                ],
                "company_id": self.company.id,
                "company_ids": [Command.set(self.company.ids)],
            }
        )
        order = self.make_order((self.desk, 1), user_id=seller.id)
        transaction = self.pay(order)
        effect = self.effect(transaction, "stock").with_user(seller)
        self.assertIn("Not enough stock", effect.reason)
        self.stock(self.desk, 1)
        effect.action_run()
        self.assertEqual(effect.state, "done")
