"""A refund's life: requested, pending, done, failed after all; and its own effects.

A refund is a child transaction with a negative amount. Its payment is booked once the
gateway has taken the money: when it is done, or when it failed after the money had left
(then the gateway has given it back: see ``payment_transaction_refund_owed``). So the
books are the same in whichever order Odoo hears of it.
"""

from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.payment import utils as payment_utils

from ..domain import minor_units
from ..domain.refunds import REASONS, failure_text
from ..gateway.errors import NeedsPerson
from ..gateway.stripe import METADATA_REFERENCE
from .payment_transaction_effects import Outcome

FAILED = ("error", "cancel")


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    refund_ids = fields.One2many(
        "payment.transaction",
        "source_transaction_id",
        "Refunds of this Payment",
        domain=[("operation", "=", "refund")],
        readonly=True,
    )
    refund_reason = fields.Selection(list(REASONS.items()), readonly=True)
    sale_stands = fields.Boolean(
        readonly=True,
        copy=False,
        help="The refund failed and is not made again: the customer's payment stands.",
    )
    refunded_amount = fields.Monetary(
        "Refunded", compute="_compute_refunded_amount", help="Refunds that are done."
    )
    has_other_children = fields.Boolean(compute="_compute_refunded_amount")

    _refund_reference_uniq = models.UniqueIndex(
        "(provider_id, provider_reference) WHERE operation = 'refund'"
        " AND provider_reference IS NOT NULL",
        "This refund of the gateway is already in Odoo.",
    )

    @api.depends("child_transaction_ids.state", "child_transaction_ids.amount")
    def _compute_refunded_amount(self):
        for transaction in self:
            children = transaction.child_transaction_ids
            refunds = children.filtered(lambda each: each.operation == "refund")
            done = refunds.filtered(lambda each: each.state == "done")
            transaction.refunded_amount = -sum(done.mapped("amount"))
            transaction.has_other_children = bool(children - refunds)

    def _is_refunded_in_full(self):
        """Whether all that was paid has gone back to the customer."""
        self.ensure_one()
        return self.refunded_amount > 0 and (
            self.currency_id.compare_amounts(self.refunded_amount, self.amount) >= 0
        )

    def _refundable(self):
        """Return what can still be refunded: refunds under way count, failed do not."""
        self.ensure_one()
        refunds = self.child_transaction_ids.filtered(
            lambda each: each.operation == "refund" and each.state not in FAILED
        )
        return self.currency_id.round(self.amount + sum(refunds.mapped("amount")))

    # === REQUESTING === #

    def action_refund(self, amount_to_refund=None):
        """Refund, but never more than is left, also when pressed twice at once.

        :raise ValidationError: if more is asked for than can be refunded
        """
        payment_utils.check_rights_on_recordset(self)
        self._lock_rows()
        for transaction in self.sudo():
            asked = amount_to_refund or transaction.amount
            left = transaction._refundable()
            if transaction.currency_id.compare_amounts(asked, left) > 0:
                raise ValidationError(
                    self.env._(
                        "%(asked)s cannot be refunded: %(left)s of payment %(name)s are"
                        " left. Refunds that are under way count as refunded.",
                        asked=transaction.currency_id.format(asked),
                        left=transaction.currency_id.format(left),
                        name=transaction.reference,
                    )
                )
        return super().action_refund(amount_to_refund=amount_to_refund)

    def _create_child_transaction(
        self, amount, is_refund=False, **custom_create_values
    ):
        """Keep the reason that a person chose in the refund's window."""
        reason = self.env.context.get("refund_reason")
        if is_refund and reason:
            custom_create_values.setdefault("refund_reason", reason)
        return super()._create_child_transaction(
            amount, is_refund=is_refund, **custom_create_values
        )

    def _refund_request_extras(self):
        """Return what we add to core's request: our reference, and the reason."""
        extras = {f"metadata[{METADATA_REFERENCE}]": self.reference}
        if self.refund_reason:
            extras["reason"] = self.refund_reason
        return extras

    # === HEARING OF IT === #

    def _check_refund_fits(self, refund):
        """Refuse a refund over more than was paid.

        :raise NeedsPerson: if it does not fit this payment and its other refunds
        """
        left = minor_units.to_minor(self._refundable(), refund.currency)
        if refund.amount > left and refund.status not in ("failed", "canceled"):
            raise NeedsPerson(
                self.env._(
                    "The gateway reports refund %(ref)s over %(amount)s, but only"
                    " %(left)s of payment %(name)s are left to refund. Nothing was"
                    " changed: compare both in the gateway's dashboard.",
                    ref=refund.ref,
                    amount=minor_units.display(refund.amount, refund.currency),
                    left=minor_units.display(left, refund.currency),
                    name=self.reference,
                )
            )

    def _apply_updates(self, payment_data):
        """Take the gateway's time from the answer to our request, before any event.

        By it a refund is dated, and known to repeat one that failed earlier.
        """
        result = super()._apply_updates(payment_data)
        made = (payment_data.get("refund") or {}).get("created")
        if self.operation == "refund" and made and not self.paid_at:
            moment = datetime.fromtimestamp(made, timezone.utc)
            self.paid_at = self.env["payment.fact"]._naive(moment)
        return result

    def _refund_state_message(self, refund):
        """Return why a refund is where it is, None if nothing is to be said."""
        if refund.status == "requires_action":
            return self.env._("The customer was asked for bank details.")
        if refund.status == "canceled":
            return self.env._("The refund was cancelled at the gateway.")
        if refund.status == "failed":
            return self.env._(
                "The refund failed: %s.", failure_text(refund.failure_reason)
            )
        return None

    # === BOOKING === #

    def _money_came_back(self):
        """Whether this refund failed after the gateway had taken its money."""
        return (
            self.operation == "refund"
            and self.state in FAILED
            and self.provider_id.sudo().books_mode == "post"
            and bool(self._refund_movements("refund"))
        )

    def _refund_movements(self, category):
        """Return the gateway's movements of ``category`` that this refund caused."""
        return self.sudo().balance_transaction_ids.filtered(
            lambda each: each.category == category
        )

    def _needs_payment(self):
        """A refund's money left also if the refund failed afterwards."""
        if self.operation != "refund":
            return super()._needs_payment()
        return not self.payment_id and (self.state == "done" or self._money_came_back())

    def _create_payment(self, **extra_create_values):
        """Book a refund against the account that the payment itself was booked on."""
        if self.operation == "refund":
            paid_from = self.source_transaction_id.payment_id.destination_account_id
            if paid_from:
                extra_create_values.setdefault("destination_account_id", paid_from.id)
            taken = self._refund_movements("refund")[:1]
            if not self.paid_at and taken:
                day = self.company_id._payment_date(
                    taken.created_at, self.provider_id.journal_id
                )
                extra_create_values.setdefault("date", day)
        return super()._create_payment(**extra_create_values)

    # === EFFECTS === #

    def _post_process(self):
        """Keep core's hands off a refund that failed: it would cancel its payment."""
        ours = self.filtered(
            lambda each: (
                each.operation == "refund" and each.provider_id.sudo().gateway_supported
            )
        )
        failed = ours.filtered(lambda each: each.state in FAILED)
        result = super(PaymentTransaction, self - failed)._post_process()
        failed._settle_failed_refunds()
        for pending in ours.filtered(lambda each: each.state == "pending"):
            pending._run_effects(("books", "order", "invoice", "stock", "bank"))
        return result

    def _try_effect(self, kind):
        """A refund's effects wait until the gateway has made it."""
        if self.operation == "refund" and self.state in ("draft", "pending"):
            return Outcome(
                "waiting",
                self.state_message or self.env._("The gateway is making the refund."),
            )
        if self.operation == "refund" and self.state in FAILED and not self.payment_id:
            if kind != "books":
                return Outcome("none", self.env._("No money was refunded."))
        return super()._try_effect(kind)

    def _effect_books(self):
        """As of any payment; what a failed refund gave back is owed until settled."""
        if self.operation != "refund":
            return super()._effect_books()
        if self.state == "done":
            self._repay_what_is_owed()
            return super()._effect_books()
        if self.state in FAILED and not self._money_came_back():
            return Outcome("none", self.state_message or None)
        outcome = super()._effect_books()
        return self._owed_outcome() if outcome.state == "done" else outcome

    def _effect_order(self):
        """A refund lowers what is paid of its order; nothing else is changed there."""
        if self.operation != "refund":
            return super()._effect_order()
        if self.state == "done" and not self.is_post_processed:
            self._post_process_refund()
        order = self.source_transaction_id.sale_order_ids[:1]
        if not order:
            return Outcome("none")
        return Outcome(
            "done",
            self.env._(
                "%(paid)s of %(total)s are paid now.",
                paid=order.currency_id.format(order.amount_paid),
                total=order.currency_id.format(order.amount_total),
            ),
            order,
        )

    def _post_process_refund(self):
        """Run core's steps, unless they would post a credit note that is a draft."""
        if self.invoice_ids.filtered(lambda move: move.state == "draft"):
            self.is_post_processed = True
        else:
            self._core_post_process()

    def _effect_stock(self):
        """Goods of a refunded payment come back; none go out for it any more."""
        if self.operation == "refund":
            return self._refund_return_outcome()
        if self._is_refunded_in_full():
            return Outcome("none", self.env._("The payment was refunded in full."))
        return super()._effect_stock()

    def _effect_invoice(self):
        """A refund is credited; a refunded order is not invoiced any more."""
        if self.operation == "refund":
            return self._refund_credit_outcome()
        if self._is_refunded_in_full() and not self.invoice_ids:
            return Outcome("none", self.env._("The payment was refunded in full."))
        return super()._effect_invoice()

    def _effect_crm(self):
        """A refund that failed is no news for the customer's record."""
        if self.operation == "refund" and self.state in FAILED:
            return Outcome("none", self.state_message or None)
        return super()._effect_crm()

    def _effect_receipt(self):
        """No receipt of a refund that failed."""
        if self.operation == "refund" and self.state in FAILED:
            return Outcome("none", self.state_message or None)
        return super()._effect_receipt()
