"""What the till asks the gateway for: each request is a payment in Odoo at once."""

from odoo import models
from odoo.exceptions import AccessError, UserError

from odoo.addons.integrated_payments.gateway.stripe import METADATA_REFERENCE


class PosPaymentMethod(models.Model):
    _inherit = "pos.payment.method"

    def _is_gateway_terminal(self):
        """Whether the payments of this method are taken by a terminal of Stripe."""
        return self.use_payment_terminal == "stripe"

    def stripe_payment_intent(self, amount):
        """Keep a payment for each request, before the customer's card is read.

        So whatever the gateway tells of it finds home, also when it tells of it before
        the till has sent the order, or when the till never sends it.
        """
        self._check_till()
        transaction = self._register_terminal_payment(amount)
        till = self.with_context(terminal_reference=transaction.reference)
        intent = super(PosPaymentMethod, till).stripe_payment_intent(amount)
        if intent.get("id"):
            transaction.provider_reference = intent["id"]
        return intent

    def _register_terminal_payment(self, amount, **values):
        """Return a new draft payment over ``amount``, in major units.

        :param values: more of its values, by default nothing is known but the amount
        """
        self.ensure_one()
        method = self.sudo()
        provider = method._get_stripe_payment_provider()
        currency = method.journal_id.currency_id or method.company_id.currency_id
        return (
            self.env["payment.transaction"]
            .sudo()
            .create(
                {
                    "provider_id": provider.id,
                    "payment_method_id": self.env.ref("payment.payment_method_card").id,
                    "reference": self.env["ir.sequence"]
                    .sudo()
                    .with_company(method.company_id)
                    .next_by_code("payment.terminal"),
                    "amount": currency.round(amount),
                    "currency_id": currency.id,
                    "partner_id": method._anonymous_customer().id,
                    "operation": "online_direct",
                    "terminal_method_id": self.id,
                    **values,
                }
            )
        )

    def _anonymous_customer(self):
        """Return who stands for a customer whom the till does not know."""
        chosen = self.company_id.payment_outside_partner_id
        return chosen or self.env.ref("base.public_partner")

    def stripe_refund_payment(self, amount, refunded_order_id):
        """Refund a card that paid at the terminal; no card has to be read for it.

        :param float amount: what is given back, positive, in major units
        :param int refunded_order_id: the pos.order whose goods come back
        :return: {"id": gateway id of the refund, "state": of the payment.transaction}
        :raise UserError: if the order was not paid by card, or less is left to refund
        """
        self._check_till()
        order = self.env["pos.order"].browse(refunded_order_id).exists().sudo()
        paid = order.payment_ids.gateway_transaction_id.filtered(
            lambda each: each.state == "done" and each.operation != "refund"
        )
        left = paid.filtered(
            lambda each: (
                each.currency_id.compare_amounts(each._refundable(), amount) >= 0
            )
        )
        if not left:
            raise UserError(self._why_not_refundable(paid, amount))
        refund = left[0]._refund_at_gateway(amount)
        return {"id": refund.provider_reference, "state": refund.state}

    def _why_not_refundable(self, paid, amount):
        """Return what the cashier can do instead."""
        if not paid:
            return self.env._(
                "This order was not paid by card at a terminal, or the gateway has not"
                " confirmed the payment yet. Choose another payment method."
            )
        currency = paid.currency_id[:1]
        return self.env._(
            "%(asked)s cannot be refunded to one card: %(left)s are left. Split the"
            " refund, or choose another payment method.",
            asked=currency.format(amount),
            left=", ".join(currency.format(each._refundable()) for each in paid),
        )

    def _check_till(self):
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only users of Point of Sale may do this."))


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _send_api_request(self, method, endpoint, *, data=None, **kwargs):
        """Let the intent of a terminal carry our reference, so that it finds home."""
        reference = self.env.context.get("terminal_reference")
        if reference and endpoint == "payment_intents" and isinstance(data, list):
            data = [*data, (f"metadata[{METADATA_REFERENCE}]", reference)]
        return super()._send_api_request(method, endpoint, data=data, **kwargs)
