"""Goods of a refunded order: a return to be checked, or a question to a person."""

from odoo import models

from .payment_transaction_effects import Outcome
from .payment_transaction_refund import FAILED

RETURN_ACTIVITY = "integrated_payments.activity_refund_return"


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _refund_return_outcome(self):
        """Return what became of the goods of a refunded order."""
        orders = self.source_transaction_id.sale_order_ids
        wanted = self.company_id.payment_refund_return_policy == "return"
        history = self.env.context.get("payment_history")  # the goods are back, or not
        if history or not wanted or not orders:
            return Outcome("none")
        if self.state in FAILED:
            return self._withdraw_returns(orders)
        outgoing = orders.picking_ids.filtered(
            lambda picking: picking.picking_type_code == "outgoing"
        )
        delivered = outgoing.filtered(lambda picking: picking.state == "done")
        if not delivered:
            return self._undelivered_outcome(orders, outgoing)
        if not self.source_transaction_id._is_refunded_in_full():
            return self._part_outcome(orders)
        returns = delivered._proposed_returns()
        reason = self.env._("Check the return and validate it when the goods are here.")
        return Outcome("done", reason, returns[:1])

    def _undelivered_outcome(self, orders, outgoing):
        """Nothing to bring back; what still waits to go out is a person's to stop."""
        waiting = outgoing.filtered(lambda picking: picking.state != "cancel")
        if not waiting or not self.source_transaction_id._is_refunded_in_full():
            return Outcome("none", self.env._("Nothing was delivered."))
        self._ask_about_goods(
            orders[:1],
            self.env._("Refunded in full before delivery: cancel the order?"),
        )
        reason = self.env._(
            "Refunded in full, not delivered yet: cancel the order to stop it."
        )
        return Outcome("done", reason, waiting[:1])

    def _part_outcome(self, orders):
        """Which goods come back of a part only a person knows."""
        amount = self.currency_id.format(abs(self.amount))
        self._ask_about_goods(
            orders[:1],
            self.env._("%s were refunded: which goods come back?", amount),
        )
        reason = self.env._("A part was refunded: choose the goods that come back.")
        return Outcome("done", reason, orders[:1])

    def _ask_about_goods(self, order, question):
        """Ask the salesperson of an order once about each refund."""
        kind = self.env.ref(RETURN_ACTIVITY)
        asked = order.activity_ids.filtered(
            lambda each: each.activity_type_id == kind and self.reference in each.note
        )
        if not asked:
            order.activity_schedule(
                RETURN_ACTIVITY,
                user_id=(order.user_id or self.company_id._payment_responsible()).id,
                summary=question,
                note=self.env._("Refund %s", self.reference),
            )

    def _withdraw_returns(self, orders):
        """Cancel proposals of a refund that failed, as long as nobody took them up."""
        drafts = orders.picking_ids.filtered(
            lambda picking: picking.return_id and picking.state == "draft"
        )
        if not drafts or not self._is_withdrawn():
            return Outcome("none")
        drafts.action_cancel()
        reason = self.env._("The refund failed: the proposed return was cancelled.")
        return Outcome("done", reason, drafts[:1])


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _proposed_returns(self):
        """Return the returns of these deliveries, proposed where there is none yet."""
        returns = self.return_ids.filtered(lambda each: each.state != "cancel")
        without = self - returns.return_id
        return returns.concat(*(each._propose_return() for each in without)) | returns

    def _propose_return(self):
        """Return a draft return of all that was delivered and is not back yet."""
        self.ensure_one()
        wizard = self.env["stock.return.picking"].create({"picking_id": self.id})
        keep = wizard.with_context(keep_return_draft=True)
        action = keep.action_create_returns_all()
        return self.browse(action["res_id"])

    def action_confirm(self):
        """Leave a proposed return a draft: a person confirms it."""
        if self.env.context.get("keep_return_draft"):
            return True
        return super().action_confirm()

    def action_assign(self):
        """See :meth:`action_confirm`."""
        if self.env.context.get("keep_return_draft"):
            return True
        return super().action_assign()
