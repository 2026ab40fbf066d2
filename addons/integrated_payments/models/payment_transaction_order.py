"""Orders and invoices of a payment: confirmed, made, posted, paid, sent by policy."""

from datetime import timedelta

from odoo import fields, models

from ..gateway.registry import GATEWAYS
from .payment_effect import KINDS
from .payment_transaction_effects import Outcome

UNCONFIRMED = ("draft", "sent")
LOOK_AGAIN = timedelta(hours=6)  # at a bank that does not say when the money comes


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    # === WHEN AN ORDER IS CONFIRMED === #

    def _check_amount_and_confirm_order(self):
        """Confirm by policy; also several orders, if the payment is enough for all."""
        ready = self.filtered(lambda each: each._may_confirm())
        confirmed = super(PaymentTransaction, ready)._check_amount_and_confirm_order()
        for transaction in ready:
            confirmed |= transaction._confirm_several()
        return confirmed

    def _confirm_several(self):
        """Confirm the orders of a payment for several, if it is enough for all."""
        orders = self.sale_order_ids
        open_orders = orders.filtered(lambda order: order.state in UNCONFIRMED)
        reached = all(order._is_confirmation_amount_reached() for order in open_orders)
        if len(orders) < 2 or not reached:
            return orders.browse()
        open_orders.with_context(send_email=True).action_confirm()
        return open_orders

    def _may_confirm(self):
        """Whether the policy lets the payment, as it stands, confirm its orders."""
        policy = self._policy("payment_confirm_policy")
        if policy == "authorized" or self.operation == "validation":
            return True
        return self.state == "done" and (policy == "paid" or self._is_available())

    def _is_available(self):
        """Whether the money can be disposed of: at the gateway, or at the bank."""
        if self.provider_code not in GATEWAYS:
            return self.payment_id.is_matched
        available_on = self._available_on()
        return bool(available_on) and available_on <= fields.Datetime.now()

    def _available_on(self):
        """Return when the gateway makes the money available, False if not known."""
        movements = self.sudo().balance_transaction_ids
        return max(movements.filtered("available_on").mapped("available_on"), default=0)

    def _share_of(self, order):
        """Return what an order gets of this payment, in the payment's currency.

        Of several orders the oldest comes first, each with its total; what is over is
        the last one's.
        """
        orders = self.sale_order_ids.sorted(lambda each: (each.date_order, each.id))
        left = self.amount
        for each in orders:
            share = left if each == orders[-1] else min(left, each.amount_total)
            if each == order:
                return share
            left -= share
        return 0.0

    # === ORDER === #

    def _effect_order(self):
        """Core's post-processing: order confirmed, e-mails, other modules' steps."""
        paid = self.with_context(order_mails_later=True)
        if not self.is_post_processed:
            paid._core_post_process()
        elif self.state == "done":
            paid._check_amount_and_confirm_order()
        orders = self.sale_order_ids
        if not orders:
            return Outcome("none")
        unconfirmed = orders.filtered(lambda order: order.state != "sale")
        if not unconfirmed:
            return Outcome("done", document=orders[:1])
        if self._waits_for_money(unconfirmed):
            return self._waiting_for_money(unconfirmed)
        return Outcome("held", self._why_unconfirmed(unconfirmed), unconfirmed[:1])

    def _waits_for_money(self, orders):
        return not self._may_confirm() and set(orders.mapped("state")) <= {*UNCONFIRMED}

    def _waiting_for_money(self, orders):
        """Return the Outcome of orders that the policy confirms later."""
        available_on = self._available_on()
        if not available_on:
            again = fields.Datetime.now() + LOOK_AGAIN
            reason = self.env._("Confirmed when the money has arrived.")
            return Outcome("waiting", reason, orders[:1], again)
        day = fields.Date.to_string(available_on.date())
        reason = self.env._("Confirmed when the money is available, on %s.", day)
        return Outcome("waiting", reason, orders[:1], available_on)

    def _why_unconfirmed(self, orders):
        """Return why a payment did not confirm its orders, for the salesperson."""
        cancelled = orders.filtered(lambda order: order.state == "cancel")
        if cancelled:
            return self.env._(
                "The order is cancelled. The money is the customer's credit."
            )
        currency = orders.currency_id[:1]
        needed = sum(each._get_prepayment_required_amount() for each in orders)
        return self.env._(
            "%(paid)s are paid of the %(total)s that the order needs.",
            paid=currency.format(sum(orders.mapped("amount_paid"))),
            total=currency.format(needed),
        )

    def _kinds_to_retry(self, due):
        """Return the effects to try again: those due, and what follows an order."""
        kinds = (due & self.effect_ids).mapped("kind")
        if "order" in kinds:
            return [kind for kind, _label in KINDS if kind != "books"]
        return kinds

    # === INVOICE === #

    def _effect_invoice(self):
        """The invoice exists, is posted, paid by this payment, and sent."""
        policy = self._policy("payment_invoice_policy")
        confirmed = self.sale_order_ids.filtered(lambda order: order.state == "sale")
        if not self.invoice_ids:
            if not confirmed or policy == "odoo":
                return self._no_invoice(policy)
            self._invoice_orders(confirmed)
        invoices = self.invoice_ids.filtered(lambda move: move.state != "cancel")
        if not invoices and self.invoice_ids:
            return Outcome("held", self._cancelled_reason())
        if not invoices:
            return Outcome("held", self._nothing_to_invoice(confirmed), confirmed[:1])
        if policy == "draft" and confirmed:
            return Outcome("done", document=invoices[:1])
        self._settle_invoices(invoices)
        if policy == "sent" and confirmed:
            self._send_invoice()
        return self._invoice_outcome(invoices)

    def _invoice_orders(self, orders):
        """Invoice what is paid; where all is invoiced already, take those invoices."""
        self._invoice_sale_orders()
        if not self.invoice_ids:
            self.invoice_ids = orders.invoice_ids.filtered(
                lambda move: move.state == "posted" and move.amount_residual
            )

    def _nothing_to_invoice(self, orders):
        """Return why a payment of confirmed orders made and paid no invoice."""
        if orders.invoice_ids.filtered(lambda move: move.state == "posted"):
            return self.env._(
                "The order is invoiced and paid already: %s are the customer's credit."
                " Pay it back, or match it with another invoice.",
                self.currency_id.format(self.amount),
            )
        return self.env._("The order has nothing to invoice.")

    def _no_invoice(self, policy):
        if self.sale_order_ids and policy != "odoo":
            if self._waits_for_money(self.sale_order_ids):
                return self._waiting_for_money(self.sale_order_ids)
            return Outcome("held", self.env._("The order is not confirmed."))
        if self.sale_order_ids or not self.payment_id or self.operation == "refund":
            return Outcome("none")
        return Outcome(
            "none",
            self.env._(
                "No invoice or order is linked with this payment (any more): it stays"
                " open on the customer, to be matched with what it pays."
            ),
        )

    def _cancelled_reason(self):
        return self.env._(
            "Cancelled after check-out: %s. The payment stays open on the customer: pay"
            " it back, or match it with another invoice.",
            ", ".join(self.invoice_ids.mapped("display_name")),
        )

    def _settle_invoices(self, invoices):
        """Post draft invoices and let the payment pay them."""
        invoices.filtered(lambda move: move.state == "draft").action_post()
        account = self.payment_id.destination_account_id
        open_lines = (self.payment_id.move_id | invoices).line_ids.filtered(
            lambda line: line.account_id == account and not line.reconciled
        )
        if len(open_lines.move_id) > 1:
            open_lines.reconcile()

    def _invoice_outcome(self, invoices):
        """Return the Outcome, saying what is left open on either side."""
        unpaid = invoices.filtered(
            lambda move: not move.currency_id.is_zero(move.amount_residual)
        )
        if unpaid:
            reason = self.env._(
                "%s remain open.",
                unpaid[0].currency_id.format(unpaid[0].amount_residual),
            )
            return Outcome("done", reason, unpaid[:1])
        over = self._overpaid()
        if over:
            reason = self.env._(
                "%s more than invoiced: the customer's credit.",
                self.currency_id.format(over),
            )
            return Outcome("done", reason, invoices[:1])
        return Outcome("done", document=invoices[:1])

    def _overpaid(self):
        """Return what no invoice took of this payment, in its currency."""
        payment = self.payment_id
        lines = payment.move_id.line_ids.filtered(
            lambda line: line.account_id == payment.destination_account_id
        )
        return abs(sum(lines.mapped("amount_residual_currency")))


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _compute_amount_paid(self):
        """Of a payment for several orders, count this order's share alone.

        Core counts the whole payment for each of them.
        """
        result = super()._compute_amount_paid()
        for order in self:
            for transaction in order.transaction_ids:
                several = len(transaction.sale_order_ids) > 1
                if several and transaction.state in ("authorized", "done"):
                    excess = transaction.amount - transaction._share_of(order)
                    order.amount_paid -= excess
        return result

    def _generate_downpayment_invoices(self):
        """Invoice what was paid and is not invoiced yet.

        Core invoices all that was paid, again with each further payment.
        """
        made = self.env["account.move"]
        for order in self:
            open_amount = order.amount_paid - order._amount_invoiced_in_advance()
            if order.currency_id.compare_amounts(open_amount, 0.0) > 0:
                wizard = self.env["sale.advance.payment.inv"].create(
                    {
                        "sale_order_ids": order.ids,
                        "advance_payment_method": "fixed",
                        "fixed_amount": open_amount,
                    }
                )
                made |= wizard._create_invoices(order)
        return made

    def _amount_invoiced_in_advance(self):
        """Return the total of the order's invoices that are not cancelled."""
        moves = self.invoice_ids.filtered(lambda move: move.state != "cancel")
        return sum(move.direction_sign * -move.amount_total for move in moves)
