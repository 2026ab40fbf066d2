"""Books of a terminal's payment: the session books one sum, the gateway each charge.

::

    webhook         Dr gateway 96.80, Dr fee 3.20 / Cr outstanding 100.00, per charge
    session closes  Dr outstanding 250.00 / Cr receivable of Point of Sale, one sum

All of a session's method meet on the outstanding account of the method, and are matched
there. So no account.payment is made for a single terminal payment.
"""

from odoo import fields, models

from odoo.addons.integrated_payments.models.payment_transaction_effects import Outcome

ORDER_GRACE = {"hours": 24}  # a till that is offline may send its orders later
FAILED = ("error", "cancel")
# Session and webhook may each commit without having seen the other: looked at again.
LOOK_AGAIN = {"minutes": 1}


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _needs_payment(self):
        """The session books what a terminal took."""
        return not self._is_booked_by_pos() and super()._needs_payment()

    def _terminal_account(self):
        """Return the account of a terminal's gross, empty for any other payment."""
        method = self.sudo().terminal_method_id
        return method._terminal_account() if method else self.env["account.account"]

    def _prepare_payment_values(self):
        """What is booked without the till clears where its gateway line lies."""
        values = super()._prepare_payment_values()
        if account := self._terminal_account():
            values["outstanding_account_id"] = account.id
        return values

    def _create_payment(self, **extra_create_values):
        """See :meth:`_prepare_payment_values`; refunds are booked one by one."""
        if account := self._terminal_account():
            extra_create_values.setdefault("outstanding_account_id", account.id)
        return super()._create_payment(**extra_create_values)

    # === MATCHING === #

    def _match_outstanding(self):
        """Match a session's one sum with all that its terminals took."""
        tills = self.filtered(lambda each: each._is_booked_by_pos())
        result = super(PaymentTransaction, self - tills)._match_outstanding()
        tills.sudo().pos_payment_ids.booked_payment_id._match_terminals()
        return result

    # === EFFECTS === #

    def _outcome_of(self, kind):
        """Order, goods, invoice and receipt of a terminal's payment are the till's."""
        if not self._is_booked_by_pos() or kind in ("books", "bank"):
            return super()._outcome_of(kind)
        if kind != "order":
            return Outcome("none", self.env._("Point of Sale does this."))
        self.is_post_processed = True
        order = self.sudo().terminal_order_id
        return Outcome("done", document=order) if order else Outcome("none")

    def _effect_books(self):
        """Done when the session's sum is matched with the gateway's line."""
        if not self._is_booked_by_pos():
            return super()._effect_books()
        if self.operation == "refund" and self.state in FAILED:
            return self._failed_terminal_refund()
        if self.operation == "refund" and not self.pos_payment_ids:
            self._find_pos_refund()
        till = self.sudo()
        if not till.pos_payment_ids:
            return self._without_order()
        session = till.terminal_session_id
        if not till.pos_payment_ids.booked_payment_id:
            return Outcome(
                "waiting",
                self.env._("Session %s books it when it is closed.", session.name),
                till.terminal_order_id,
                fields.Datetime.add(fields.Datetime.now(), **LOOK_AGAIN),
            )
        return till._session_outcome()

    def _session_outcome(self):
        """Return how far the session's sum and the gateway's line are matched."""
        booked = self.pos_payment_ids.booked_payment_id[:1]
        if self.provider_id.books_mode != "post":
            return Outcome("done", document=booked)
        self._match_outstanding()
        movements = self.balance_transaction_ids
        if parked := movements.filtered(lambda each: each.state == "parked"):
            return Outcome("held", parked[0].reason, booked)
        if not movements.filtered(lambda each: each.state == "posted"):
            reason = self.env._("The gateway has not settled its fee yet.")
            again = fields.Datetime.add(fields.Datetime.now(), **LOOK_AGAIN)
            return Outcome("waiting", reason, booked, again)
        account = self._terminal_account()
        lines = movements.statement_line_id.line_ids.filtered(
            lambda line: line.account_id == account
        )
        if not lines or lines.filtered(lambda line: not line.reconciled):
            return Outcome("held", self._why_unmatched(booked, account), booked)
        return Outcome("done", document=booked)

    def _why_unmatched(self, booked, account):
        method = self.terminal_method_id
        return method._gateway_books_problem() or self.env._(
            "The terminals took another sum than session %(session)s booked (%(amount)s"
            " in %(payment)s): compare the open items of %(account)s.",
            session=self.terminal_session_id.name,
            amount=booked.currency_id.format(booked.amount),
            payment=booked.name,
            account=account.display_name,
        )

    def _without_order(self):
        """Return what becomes of money that no order of the till is known for."""
        if self.operation == "refund":
            order = self.source_transaction_id.sudo().terminal_order_id
            reason = self.env._(
                "Refunded at the gateway. Refund order %(order)s in Point of Sale with"
                " method %(method)s, or press Book without Point of Sale.",
                order=order.name or "?",
                method=self.sudo().terminal_method_id.name,
            )
            return Outcome("held", reason, order)
        since = self.last_state_change or fields.Datetime.now()
        until = fields.Datetime.add(since, **ORDER_GRACE)
        if fields.Datetime.now() < until:
            reason = self.env._("The till has not sent the order yet.")
            return Outcome("waiting", reason, again=until)
        reason = self.env._(
            "The card was charged at terminal %s, but Point of Sale has no order for"
            " it. Refund it, or press Book without Point of Sale: it is then the"
            " customer's credit.",
            self.sudo().terminal_method_id.name,
        )
        return Outcome("held", reason)

    def _failed_terminal_refund(self):
        """The gateway could not give the money back; the till says that it did."""
        if not self._refund_movements("refund"):
            return Outcome("none", self.state_message or None)
        return Outcome(
            "held",
            self.env._(
                "The refund did not reach the card and the money is back at the"
                " gateway. Pay the customer in another way, against %s.",
                self.provider_id.sudo()
                ._accounts_by_role()["refund_liability"]
                .display_name,
            ),
        )

    def _find_pos_refund(self):
        """Tie a refund made at the gateway with the till's refund of the same order."""
        order = self.source_transaction_id.sudo().terminal_order_id
        found = order.lines.refund_orderline_ids.order_id.payment_ids.filtered(
            lambda each: (
                not each.gateway_transaction_id
                and each.payment_method_id._is_gateway_terminal()
                and not each.currency_id.compare_amounts(each.amount, self.amount)
            )
        )
        found[:1].gateway_transaction_id = self
