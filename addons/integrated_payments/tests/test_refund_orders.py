from odoo.fields import Command
from odoo.tests import tagged

from .refunds import RefundsCommon


@tagged("-at_install", "post_install")
class TestRefundOrders(RefundsCommon):
    """A refunded order: what is paid of it, and what becomes of its goods."""

    def setUp(self):
        super().setUp()
        self.env.user.group_ids += (
            self.env.ref("sales_team.group_sale_manager")
            + self.env.ref("stock.group_stock_manager")
            + self.env.ref("base.group_system")
        )
        self.company.write(
            {
                "payment_invoice_policy": "posted",
                "payment_stock_policy": "deliver",
                "payment_refund_return_policy": "return",
                "payment_send_receipt": False,
            }
        )
        self.product = self.env["product.product"].create(
            {
                "name": "Desk",
                "is_storable": True,
                "list_price": 100.0,
                "taxes_id": False,
                "invoice_policy": "order",
            }
        )
        self.order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "require_payment": True,
                "order_line": [
                    Command.create(
                        {"product_id": self.product.id, "product_uom_qty": 2}
                    )
                ],
            }
        )

    def pay(self, stock=5):
        """The order is paid; ``stock`` pieces are there to deliver."""
        where = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        if stock:
            self.env["stock.quant"]._update_available_quantity(
                self.product, where.lot_stock_id, stock
            )
        self.order_tx = self.paid(
            number=2,
            amount=200.0,
            invoice_ids=False,
            sale_order_ids=[self.order.id],
        )

    def questions(self):
        kind = self.env.ref("integrated_payments.activity_refund_return")
        return self.order.activity_ids.filtered(
            lambda each: each.activity_type_id == kind
        )

    def test_full_refund_lowers_what_is_paid_and_proposes_the_return(self):
        self.pay()
        self.assertEqual((self.order.state, self.order.amount_paid), ("sale", 200.0))
        delivery = self.order.picking_ids
        self.assertEqual(delivery.state, "done")
        refund = self.refund(20000, payment=2)
        self.assertEqual((self.order.state, self.order.amount_paid), ("sale", 0.0))
        self.assertIn("0.00 of", self.effect(refund, "order").reason)
        back = delivery.return_ids
        self.assertEqual((back.state, back.move_ids.product_uom_qty), ("draft", 2.0))
        self.assertEqual(self.effect(refund, "stock").document, back)
        self.assertEqual(refund.credit_note_ids.amount_total, 200.0)
        self.assertEqual(self.receivable(), 0.0)
        refund._run_effects(["stock"], force=True)
        self.assertEqual(delivery.return_ids, back)
        back.action_confirm()
        back.move_ids.write({"quantity": 2.0, "picked": True})
        back.button_validate()
        self.assertEqual(back.state, "done")
        self.assertEqual(self.order.order_line.qty_delivered, 0.0)
        self.assertEqual(self.order.refund_count, 1)
        self.assertEqual(self.order.action_view_refunds()["res_id"], refund.id)

    def test_parts_ask_a_person_until_all_is_refunded(self):
        self.pay()
        first = self.refund(5000, payment=2)
        self.assertEqual(self.order.amount_paid, 150.0)
        self.assertFalse(self.order.picking_ids.return_ids)
        self.assertIn("50.00", self.questions().summary)
        first._run_effects(["stock"], force=True)
        self.assertEqual(len(self.questions()), 1)
        self.refund(15000, 2, payment=2)
        self.assertEqual(self.order.amount_paid, 0.0)
        self.assertEqual(self.order.picking_ids.return_ids.state, "draft")
        self.assertEqual(sorted(self.notes().mapped("amount_total")), [50.0, 150.0])
        self.assertEqual(self.receivable(), 0.0)

    def test_a_failed_refund_is_paid_again_and_needs_no_return(self):
        self.company.payment_refund_failure_policy = "reverse"
        self.pay()
        refund = self.refund(20000, payment=2)
        back = self.order.picking_ids.return_ids
        self.fail()
        self.assertEqual(self.order.amount_paid, 200.0)
        self.assertEqual(back.state, "cancel")
        self.assertIn("cancelled", self.effect(refund, "stock").reason)
        self.assertEqual(self.receivable(), 0.0)

    def test_what_is_refunded_before_delivery_does_not_go_out(self):
        self.pay(stock=0)
        stock = self.effect(self.order_tx, "stock")
        self.assertEqual(stock.state, "held")
        refund = self.refund(20000, payment=2)
        self.assertIn("cancel the order", self.effect(refund, "stock").reason)
        self.assertIn("cancel the order", self.questions().summary)
        self.env["stock.quant"]._update_available_quantity(
            self.product, self.order.warehouse_id.lot_stock_id, 5
        )
        stock.action_run()
        self.assertEqual(
            (stock.state, self.order.picking_ids.state), ("none", "confirmed")
        )

    def test_a_refunded_quotation_is_to_be_paid_again(self):
        self.order.prepayment_percent = 1.0
        self.paid(
            number=2, amount=50.0, invoice_ids=False, sale_order_ids=[self.order.id]
        )
        self.assertEqual((self.order.state, self.order.amount_paid), ("draft", 50.0))
        refund = self.refund(5000, payment=2)
        self.assertEqual(self.order.amount_paid, 0.0)
        self.assertEqual(self.effect(refund, "invoice").state, "none")
        self.assertEqual(self.receivable(), 0.0)
        self.assertFalse(self.order._is_confirmation_amount_reached())

    def test_goods_are_left_alone_by_policy(self):
        self.company.payment_refund_return_policy = "none"
        self.pay()
        refund = self.refund(20000, payment=2)
        self.assertFalse(self.order.picking_ids.return_ids)
        self.assertEqual(self.effect(refund, "stock").state, "none")
