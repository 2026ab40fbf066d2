"""Payments outside Odoo among all the others: their channel, their way in."""

from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..gateway.errors import GatewayError
from .payment_outside import CHANNELS
from .payment_transaction_effects import Outcome

RECEIPT_DAYS = 7  # an older payment (back-filled, say) gets no receipt any more


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    outside_ids = fields.One2many(
        "payment.outside", "transaction_id", "Taken Outside Odoo", readonly=True
    )
    outside_channel = fields.Selection(CHANNELS, readonly=True, copy=False)
    channel = fields.Selection(selection_add=CHANNELS)

    _outside_uniq = models.UniqueIndex(
        "(provider_id, provider_reference) WHERE outside_channel IS NOT NULL",
        "This payment was taken in already.",
    )

    @api.depends("outside_channel")
    def _compute_channel(self):
        outside = self.filtered("outside_channel")
        for transaction in outside:
            transaction.channel = transaction.outside_channel
        return super(PaymentTransaction, self - outside)._compute_channel()

    def _check_amount(self, fact, amount):
        """Outside Odoo nothing was agreed on: what was received is the amount."""
        received = getattr(fact, "amount_received", 0)
        if self.outside_channel and received:
            fact = replace(fact, amount=received)
        return super()._check_amount(fact, amount)

    def _send_api_request(self, method, endpoint, *, data=None, **kwargs):
        """Refund a charge that has no payment intent by its own id."""
        ref = isinstance(data, dict) and data.get("payment_intent")
        if endpoint == "refunds" and ref and not ref.startswith("pi_"):
            data = {name: data[name] for name in data if name != "payment_intent"}
            data["charge"] = ref
        return super()._send_api_request(method, endpoint, data=data, **kwargs)

    def _effect_receipt(self):
        """No receipt years later for a payment that is only now taken over."""
        since = fields.Datetime.subtract(fields.Datetime.now(), days=RECEIPT_DAYS)
        if self.outside_channel and self.paid_at and self.paid_at < since:
            return Outcome("none")
        return super()._effect_receipt()

    def _settle_invoices(self, invoices):
        """Where the credit was moved to another customer, that credit pays."""
        result = super()._settle_invoices(invoices)
        for outside in self.outside_ids.filtered("transfer_move_id"):
            outside._settle_credit(invoices)
        return result

    def action_view_outside(self):
        """Open what the gateway said of this payment, to change the choice."""
        return self.outside_ids._get_records_action(name=self.env._("Outside Odoo"))


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    def action_find_payment(self):
        """Look for the payment of charges on suspense and open what was found out.

        :raise UserError: if the gateway cannot be asked
        """
        self.check_access("write")
        foreign = self.filtered(
            lambda record: record.category == "charge" and not record.transaction_id
        )
        try:
            for record in foreign.sudo():
                found = record.provider_id._refresh("charge", record.source_ref)
                record.provider_id._post_balance_transactions()
                found._settle()
        except GatewayError as error:
            raise UserError(str(error)) from error
        outside = self.env["payment.outside"].search(
            [("charge_ref", "in", foreign.mapped("source_ref"))]
        )
        return outside._get_records_action(name=self.env._("Outside Odoo"))


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _take_in_outside(self, gateway, charges, intent=None):
        """Take in a payment that no request of Odoo made, once its money is there.

        :param charges: facts of all its attempts
        :param intent: its intent, None for a charge without one
        :return: payment.transaction, empty if there is no money yet, or if a person has
            to decide whose it is
        """
        paid = [
            each for each in charges if each.status == "succeeded" and each.captured
        ]
        waits = intent and intent.status != "succeeded"
        if self.books_mode == "off" or waits or not paid:
            return self.env["payment.transaction"]
        if self._is_in_opening(gateway, paid[-1]):
            return self.env["payment.transaction"]
        outside = self.env["payment.outside"]._ensure(self, gateway, paid[-1])
        transaction = outside._take_in()
        if transaction and not intent:
            transaction._set_done()
        return transaction

    def _is_in_opening(self, gateway, charge):
        """Whether the opening line holds a charge: its money moved before the books.

        A bank debit or a capture may move days after its charge was made.
        """
        ref = charge.balance_transaction_ref
        if not ref or not self._is_before_books(charge):
            return self._is_before_books(charge)
        return self._is_before_books(gateway.fetch("balance_transaction", ref))

    def _refresh_origin(self, gateway, kind, ref):
        """Refresh the payments of a Checkout session or of a gateway's invoice."""
        touched = self.env["payment.transaction"]
        for intent_ref in gateway.intents_of(kind, ref):
            touched |= self._refresh("intent", intent_ref, gateway)
            self._learn_origin(gateway, intent_ref)
        return touched

    def _learn_origin(self, gateway, intent_ref):
        """Read the items of a payment that was heard of before its session was done."""
        outside = self.env["payment.outside"].search(
            [
                ("provider_id", "=", self.id),
                ("gateway_ref", "=", intent_ref),
                ("channel", "=", "dashboard"),
                ("state", "=", "review"),
            ]
        )
        if not outside:
            return
        charge = gateway.fetch("charge", outside.charge_ref)
        origin, problem = outside._read_origin(gateway, charge)
        if origin:
            values = outside._charge_values(self, charge, origin)
            outside.write({**values, "reason": problem or outside.reason})
            outside.transaction_id.outside_channel = outside.channel
            outside._reconsider()

    def _remember_customers(self, charges):
        """Learn from Odoo's own payments whose the gateway's customers are.

        :param charges: payment.charge
        """
        public = self.env.ref("base.public_partner", raise_if_not_found=False)
        known = {
            charge.customer_ref: charge.transaction_id.partner_id
            for charge in charges
            if charge.customer_ref and charge.transaction_id.partner_id not in (public,)
            if charge.transaction_id
        }
        if known:
            self.env["payment.gateway.customer"].sudo()._remember(self, known)
