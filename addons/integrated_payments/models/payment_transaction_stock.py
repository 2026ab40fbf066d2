"""Goods of a paid order: reserved or delivered by policy; what is bought for them."""

from odoo import models

from .payment_transaction_effects import Outcome

LOT_ACTIVITY = "integrated_payments.activity_lot_missing"
SHOWN = 3  # products named in a reason
FINAL = ("outgoing", "dropship")


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _effect_stock(self):
        """Goods reserved, or delivered where the policy says so."""
        policy = self._policy("payment_stock_policy")
        orders = self.sale_order_ids
        confirmed = orders.filtered(lambda order: order.state == "sale")
        if orders and not confirmed:
            if self._waits_for_money(orders):
                return self._waiting_for_money(orders)
            return Outcome("held", self.env._("The order is not confirmed."))
        pickings = confirmed.picking_ids.filtered(
            lambda picking: picking.state != "cancel" and not picking.return_id
        )
        if not pickings or policy == "none":
            return Outcome("none")
        pickings._reserve_for_payment()
        if policy == "deliver":
            pickings._deliver_what_is_available()
        return self._stock_outcome(confirmed, policy)

    def _stock_outcome(self, orders, policy):
        """Return where the goods are, after reserving and delivering."""
        final = orders.picking_ids.filtered(
            lambda each: (
                each.picking_type_code in FINAL
                and each.state != "cancel"
                and not each.return_id
            )
        )
        todo = final.filtered(lambda picking: picking.state != "done")
        own = todo.filtered(lambda picking: picking.picking_type_code == "outgoing")
        supply = orders._supply()
        bought = self._supply_text(supply)
        if own and policy == "deliver":
            without = own._moves_without_lot()
            if without:
                without.picking_id._ask_for_lots(orders[:1])
                return Outcome("held", self._lots_text(without), without.picking_id[:1])
        short = own._short_moves()
        if short:
            reason = self._what_is_missing(short, delivered=bool(final - todo))
            return Outcome("held", " ".join(filter(None, [reason, bought])), own[:1])
        if own and policy == "deliver":
            reason = self.env._("Validate the delivery by hand: it needs more details.")
            return Outcome("held", reason, own[:1])
        if todo - own:
            reason = bought or self.env._("The vendor delivers.")
            return Outcome("waiting", reason, supply[:1] or todo[:1])
        return Outcome("done", bought, (todo or final)[:1])

    def _what_is_missing(self, moves, delivered=False):
        """Return which products are short, at most :data:`SHOWN` of them."""
        products = ", ".join(
            self.env._(
                "%(product)s (%(available)s of %(needed)s)",
                product=move.product_id.display_name,
                available=f"{move.quantity:g}",
                needed=f"{move.product_uom_qty:g}",
            )
            for move in moves[:SHOWN]
        )
        if delivered:
            return self.env._("Delivered in part. Not enough stock: %s", products)
        return self.env._("Not enough stock: %s", products)

    def _lots_text(self, moves):
        products = ", ".join(moves.product_id.mapped("display_name")[:SHOWN])
        return self.env._("Lot or serial number needed: %s", products)

    def _supply_text(self, supply):
        if not supply:
            return None
        names = ", ".join(supply[:SHOWN].mapped("display_name"))
        return self.env._("Supplied by %s.", names)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _reserve_for_payment(self):
        """Reserve what is not reserved yet, in all steps of a delivery."""
        todo = self.filtered(
            lambda each: each.state in ("confirmed", "waiting", "assigned")
        )
        if todo:
            todo.action_assign()

    def _deliver_what_is_available(self):
        """Validate what is reserved, step by step; the rest becomes a backorder.

        Only reserved quantities leave: stock never becomes negative by this. Odoo's own
        checks apply; what they refuse stays open.
        """
        tried = self.browse()
        while ready := self._ready_steps() - tried:
            for picking in ready:
                picking._validate_reserved()
            tried |= ready

    def _ready_steps(self):
        """Return the steps of these deliveries that have something reserved."""
        pickings = self.sale_id.picking_ids
        return pickings.filtered(
            lambda each: (
                each.state == "assigned"
                and each.picking_type_code in ("outgoing", "internal")
                and not each.return_id
                and not each._moves_without_lot()
            )
        )

    def _validate_reserved(self):
        """Validate one step with the quantities that are reserved."""
        self.ensure_one()
        with self.env.cr.savepoint():
            self.with_context(skip_sms=True, skip_backorder=True).button_validate()

    def _short_moves(self):
        return self.move_ids.filtered(
            lambda move: move.state not in ("assigned", "done", "cancel")
        )

    def _moves_without_lot(self):
        """Return the moves with reserved goods that need a lot and have none."""
        lines = self.move_ids.move_line_ids.filtered(
            lambda line: (
                line.state not in ("done", "cancel")
                and line.quantity
                and line.product_id.tracking != "none"
                and not (line.lot_id or line.lot_name)
            )
        )
        types = self.picking_type_id
        wanted = types.filtered(
            lambda each: each.use_existing_lots or each.use_create_lots
        )
        return lines.filtered(
            lambda line: line.picking_id.picking_type_id in wanted
        ).move_id

    def _ask_for_lots(self, order):
        """Ask the warehouse once for each delivery."""
        for picking in self:
            if not picking.activity_search([LOT_ACTIVITY]):
                picking.activity_schedule(
                    LOT_ACTIVITY,
                    user_id=(
                        picking.user_id or picking.company_id._payment_responsible()
                    ).id,
                    summary=self.env._("%s is paid: enter the lot", order.name),
                )

    def _action_done(self):
        """What was asked about lots is answered when the goods have left."""
        result = super()._action_done()
        done = self.filtered(lambda picking: picking.state == "done")
        done.activity_feedback([LOT_ACTIVITY])
        return result


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _supply(self):
        """Return the documents that supply these orders: glue addons name them."""
        return self.browse()

    def _moves_with_origins(self):
        """Return the moves of these orders and all that feed them."""
        moves = self.picking_ids.move_ids
        return moves | moves.browse(moves._rollup_move_origs())

    def _reorder_rules(self):
        """Return the reorder rules of these orders' goods."""
        products = self.picking_ids.move_ids.product_id
        return (
            self.env["stock.warehouse.orderpoint"]
            .sudo()
            .search(
                [
                    ("product_id", "in", products.ids),
                    ("company_id", "in", self.company_id.ids),
                ]
            )
        )
