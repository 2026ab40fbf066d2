"""From the till's payment to the gateway's: found by its id, or made of the till's."""

import logging

import psycopg2

from odoo import models

_logger = logging.getLogger(__name__)


class PosPayment(models.Model):
    _inherit = "pos.payment"

    def _link_gateway(self):
        """Tie these payments with the gateway's, each on its own savepoint.

        The till's order is never refused for it: what cannot be tied says why.
        """
        for payment in self.sudo():
            if payment._is_to_link():
                payment._link_or_say_why()

    def _is_to_link(self):
        method = self.payment_method_id
        return (
            method._is_gateway_terminal()
            and not self.gateway_transaction_id
            and (self.transaction_id or self.amount < 0)
            and not self.currency_id.is_zero(self.amount)
        )

    def _link_or_say_why(self):
        try:
            with self.env.cr.savepoint():
                self._link_one()
        except psycopg2.OperationalError:
            raise
        except Exception as error:  # noqa: BLE001 - shown on the payment
            _logger.warning("Terminal payment %s: %s", self.transaction_id, error)
            self.gateway_problem = str(error)

    def _link_one(self):
        """Find the gateway's payment, make it if it was not requested by Odoo."""
        if self.amount < 0:
            transaction = self._find_refund()
        else:
            transaction = self._find_payment() or self._make_payment()
        problem = self._why_not(transaction)
        if problem or not transaction:
            self.gateway_problem = problem
            return
        self.write({"gateway_transaction_id": transaction.id, "gateway_problem": False})
        transaction._take_till_order(self)

    def _why_not(self, transaction):
        """Return why this must not be tied with ``transaction``, False if it may."""
        others = transaction.pos_payment_ids
        if others:
            return self.env._(
                "The gateway's payment %(ref)s belongs to order %(order)s already.",
                ref=self.transaction_id,
                order=others[0].pos_order_id.name,
            )
        credit = transaction.payment_id.filtered(
            lambda each: each.state not in ("draft", "canceled")
        )
        if credit:
            return self.env._(
                "The gateway's payment %(ref)s is the customer's credit already, by"
                " %(payment)s: reset that to draft and cancel it, else the money is"
                " booked twice. Then press Look Again.",
                ref=self.transaction_id,
                payment=credit.name,
            )
        if not transaction and self.amount < 0:
            return self.env._(
                "The gateway knows of no refund: give the money back to the card from"
                " the gateway payment of the refunded order, or in another way."
            )
        return False

    def _find_payment(self):
        """Return the payment by its intent, or by a charge that the till quotes."""
        provider = self.payment_method_id._gateway_provider()
        transactions = self.env["payment.transaction"].sudo()
        found = transactions._by_intent(provider, [self.transaction_id])
        if self.transaction_id in found:
            return found[self.transaction_id]
        charge = (
            self.env["payment.charge"]
            .sudo()
            .search(
                [
                    ("provider_id", "=", provider.id),
                    ("gateway_ref", "=", self.transaction_id),
                ]
            )
        )
        return charge.transaction_id

    def _make_payment(self):
        """Make the payment of a request that Odoo keeps no record of.

        It was made before this module was installed. A charge that the gateway has not
        told of yet is tied when it does: its intent is not known to the till.
        """
        ref = self._intent_ref()
        if not ref:
            return self.env["payment.transaction"]
        return self.payment_method_id._register_terminal_payment(
            self.amount, provider_reference=ref, currency_id=self.currency_id.id
        )

    def _intent_ref(self):
        if self.transaction_id.startswith("pi_"):
            return self.transaction_id
        provider = self.payment_method_id._gateway_provider()
        charge = (
            self.env["payment.charge"]
            .sudo()
            .search(
                [
                    ("provider_id", "=", provider.id),
                    ("gateway_ref", "=", self.transaction_id),
                ]
            )
        )
        return charge.intent_ref

    def _find_refund(self):
        """Return the gateway's refund of the order that this one takes back."""
        paid = self.pos_order_id.refunded_order_id.payment_ids.gateway_transaction_id
        refunds = paid.child_transaction_ids.filtered(
            lambda each: (
                each.operation == "refund"
                and not each.pos_payment_ids
                and not each.booked_without_pos
                and each.state not in ("error", "cancel")
            )
        )
        named = refunds.filtered(
            lambda each: (
                self.transaction_id and each.provider_reference == self.transaction_id
            )
        )
        same = refunds.filtered(
            lambda each: not each.currency_id.compare_amounts(each.amount, self.amount)
        )
        return (named or same)[:1]


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    def _take_till_order(self, pos_payment):
        """Learn from the till whose payment this is, and what it heard of outside."""
        self.ensure_one()
        customer = pos_payment.pos_order_id.partner_id
        if customer and self.partner_id != customer:
            self.partner_id = customer
        self.booked_without_pos = False
        if self.operation != "refund":
            self._take_over_from_outside()
        self._refresh_effects(("books", "order"))

    def _take_over_from_outside(self):
        """Take over what the gateway told before the till sent the order."""
        refs = [("provider_id", "=", self.provider_id.id)]
        outside = self.env["payment.outside"].search(
            [
                *refs,
                ("gateway_ref", "=", self.provider_reference),
                ("transaction_id", "=", False),
            ]
        )
        charges = (
            self.env["payment.charge"]
            .search([*refs, ("intent_ref", "=", self.provider_reference)])
            .filtered(lambda each: not each.transaction_id)
        )
        outside._give_to_till(self)
        if not charges:
            return
        charges.transaction_id = self
        movements = self.env["payment.balance.transaction"].search(
            [*refs, ("charge_id", "in", charges.ids)]
        )
        movements.transaction_id = self
        self._confirm_by(charges.filtered(lambda each: each.state == "succeeded"))
        movements._reopen_if_claimed()
        movements._post()

    def _confirm_by(self, charges):
        """Set done by a charge that had succeeded before the order came."""
        taken = charges.filtered("captured_minor")[:1]
        if not taken or self.state == "done":
            return
        self.amount = taken.currency_id._from_minor(taken.captured_minor)
        self.paid_at = taken.created_at
        self._set_done()
        self._settle()
