"""Payments that settle or fail after days: bank debits, and debits that come back."""

from odoo import fields, models

from ..gateway.registry import GATEWAYS
from .payment_effect import KINDS
from .payment_transaction_effects import Outcome

FAILED = ("error", "cancel")
# What a failure after success undoes, or leaves for a person to decide.
UNDONE = ("books", "order", "invoice", "stock", "bank")


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    processing_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="The bank was asked for the money then and has not failed to pay since.",
    )
    order_confirmed_pending = fields.Boolean(
        "Order Confirmed while Processing", readonly=True, copy=False
    )

    # === FACTS === #

    def _set_pending(self, **kwargs):
        """Keep since when the bank has the payment."""
        pending = super()._set_pending(**kwargs)
        pending.processing_since = fields.Datetime.now()
        return pending

    def _apply_charge(self, charge):
        """Also take back a payment whose charge failed after it had succeeded."""
        result = super()._apply_charge(charge)
        if self and charge.failure_balance_transaction_ref:
            self._apply_late_failure(charge)
        return result

    def _apply_late_failure(self, charge):
        """Give back the payment that this charge brought, once.

        The state turns to error unless another charge of the same intent paid since.
        """
        record = self.charge_ids.filtered(lambda each: each.gateway_ref == charge.ref)
        if not record or record.failed_late:
            return
        record.failed_late = True
        if self.state != "done":
            return  # it never counted as paid
        movements = record.balance_transaction_ids
        failure = movements.filtered(lambda each: each.category == "charge_failure")
        failure.returned_payment_id = self.payment_id
        self.payment_id = False
        if not self.charge_ids.filtered(lambda each: each.state == "succeeded"):
            self._move_late(charge.failure_message)

    def _move_late(self, reason):
        reason = reason or self.env._("The customer's bank gave no reason.")
        message = self.env._("The bank took the money back: %s", reason)
        self._set_error(message, extra_allowed_states=("done",))

    # === BOOKS === #

    def _book_money(self):
        """Reverse what came back before anything else is booked."""
        returned = self.sudo().balance_transaction_ids.filtered(
            lambda each: each.returned_payment_id and not each.reversal_move_id
        )
        for movement in returned:
            movement._reverse_payment()
        return super()._book_money()

    def _match_outstanding(self):
        """Also match what came back, whether or not it ever was a payment in Odoo."""
        result = super()._match_outstanding()
        plan = []
        for transaction in self.sudo():
            movements = transaction.balance_transaction_ids
            if "charge_failure" in movements.mapped("category"):
                plan.append(transaction._open_outstanding(movements))
        plan = [lines for lines in plan if len(lines.move_id) > 1]
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)
        return result

    def _open_outstanding(self, movements):
        """Return all open items of this payment on the account between both sides."""
        payments = self.payment_id | movements.returned_payment_id
        account = payments.outstanding_account_id[
            :1
        ] or self.provider_id._accounts_by_role().get("outstanding")
        moves = payments.move_id | movements.reversal_move_id
        lines = moves.line_ids | movements.statement_line_id.line_ids
        return lines.filtered(
            lambda line: (
                line.account_id == account and account.reconcile and not line.reconciled
            )
        )

    # === EFFECTS === #

    def _post_process(self):
        """Hold or confirm the order while the bank is asked; tell when it refused."""
        result = super()._post_process()
        for transaction in self._of_customers():
            if transaction.state in FAILED and transaction._was_counted_on():
                transaction._answer_failure()
            elif transaction.state in ("pending", "authorized"):
                transaction._run_effects([kind for kind, _label in KINDS])
        return result

    def _of_customers(self):
        """Return the payments of customers through gateways that can be read."""
        return self.filtered(
            lambda each: (
                each.provider_code in GATEWAYS
                and each.operation not in ("refund", "validation")
                and not each.source_transaction_id
            )
        )

    def _was_counted_on(self):
        """Whether somebody was told that the money would come, or had come."""
        return bool(self.processing_since or self._late_failures())

    def _late_failures(self):
        return self.sudo().charge_ids.filtered("failed_late")

    def _confirm_while_pending(self):
        """Confirm the order before the bank answers, where the company says so.

        Goods may be reserved by it; what a payment delivers waits for the money.
        """
        if self.company_id.payment_pending_policy == "confirm":
            if self._confirm_order_for(self.amount):
                self.order_confirmed_pending = True

    def _answer_failure(self):
        """Reverse, tell the salesperson and leave the order as the policy says."""
        self._book_money_safely()
        self._match_outstanding()
        order = self.sale_order_ids.filtered(lambda each: each._is_without_payment())
        cancel = self.company_id.payment_failure_policy == "cancel"
        if cancel and order and (self.order_confirmed_pending or self._late_failures()):
            order._action_cancel()
        self._ask_person(
            "integrated_payments.activity_payment_failed", self._failure_summary()
        )
        self.processing_since = False
        if self.effect_ids:
            self._run_effects(UNDONE, force=True)

    def _failure_summary(self):
        words = {
            "amount": self.currency_id.format(self.amount),
            "reason": self.state_message or "",
        }
        if self._late_failures():
            return self.env._("%(amount)s were paid and came back. %(reason)s", **words)
        return self.env._("%(amount)s were not paid. %(reason)s", **words)

    def _outcome_of(self, kind):
        """What no money stands behind waits, and says for what."""
        unpaid = self.state in ("pending", "authorized", *FAILED)
        if unpaid and self._of_customers():
            return self._unpaid_outcome(kind)
        return super()._outcome_of(kind)

    def _unpaid_outcome(self, kind):
        """Return the Outcome of an effect that waits for money, or has lost it."""
        if self.state in FAILED:
            return self._failed_outcome(kind)
        if kind == "order" and self.state == "pending":
            self._confirm_while_pending()
        documents = {"order": self.sale_order_ids[:1], "invoice": self.invoice_ids[:1]}
        if self.state == "authorized":
            reason = self.env._("The payment is authorised, but not captured yet.")
        elif kind == "order" and self.order_confirmed_pending:
            reason = self.env._("Confirmed while the bank processes the payment.")
        else:
            reason = self.env._("The bank is processing the payment.")
        return Outcome("waiting", reason, documents.get(kind))

    def _failed_outcome(self, kind):
        """Return where a document stands whose payment failed."""
        movements = self.sudo().balance_transaction_ids
        reversal = movements.reversal_move_id[:1]
        if kind == "books" and reversal:
            parked = movements.filtered(lambda each: each.state == "parked")
            state = "held" if parked else "done"
            reason = parked[:1].reason or self.env._("Reversed: the money came back.")
            return Outcome(state, reason, reversal)
        document = self._left_unpaid(kind)
        if document:
            return Outcome("held", self.state_message, document[:1])
        return Outcome("none", self.state_message)

    def _left_unpaid(self, kind):
        """Return the documents that somebody counts on although nobody paid them."""
        orders = self.sale_order_ids.filtered(
            lambda order: order.state == "sale" and not order._is_paid()
        )
        if kind == "order":
            return orders
        if kind == "invoice":
            return self.invoice_ids.filtered(
                lambda move: move.state == "posted" and move.amount_residual
            )
        delivered = orders.picking_ids.filtered(lambda each: each.state == "done")
        return delivered if kind == "stock" else self.browse()
