"""Authorised now, captured later: in full, in part, or never."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..domain import captures, minor_units
from ..gateway.errors import GatewayError, NeedsPerson
from ..gateway.registry import GATEWAYS
from ..gateway.stripe import API_VERSION

EXPIRED = ("expired", "automatic")  # Stripe's cancellation reasons without a person
OF_A_CHARGE = ("partial_capture_reversal", "charge_failure")  # not named by any event


class PaymentTransaction(models.Model):
    """One transaction per authorisation: what is captured is its amount.

    Core makes a child transaction per capture, for gateways that capture several times.
    Stripe captures once and releases the rest, so the transaction itself becomes the
    capture: order, invoice, refunds and books read the captured amount from the field
    that they always read, and the released part is nobody's payment.
    """

    _inherit = "payment.transaction"

    authorized_amount = fields.Monetary(
        "Authorised",
        readonly=True,
        copy=False,
        help="What the customer's bank allowed; the amount is what was captured of it.",
    )
    capture_before = fields.Datetime(
        readonly=True,
        copy=False,
        help="The authorisation expires then, and the money is released.",
    )
    capture_activity_id = fields.Many2one(
        "mail.activity", readonly=True, copy=False, ondelete="set null"
    )

    # === REQUESTS TO THE GATEWAY === #

    def _capture(self, amount_to_capture=None):
        """Capture an authorisation once; what is left of it is released.

        Needs no idempotency key: the gateway captures an intent once, whatever is
        asked, and a request whose answer was lost is settled by asking for the truth.

        :param float amount_to_capture: by default all
        :return: this transaction, confirmed over the captured amount
        :raise UserError: if it is not authorised, or the gateway refuses
        """
        if self.provider_code not in GATEWAYS:
            return super()._capture(amount_to_capture)
        if not self._may_end_authorisation("done"):
            return self
        minor = minor_units.to_minor(
            amount_to_capture or self.amount, self.currency_id.name
        )
        answer = self._end_authorisation("capture", {"amount_to_capture": minor})
        if answer.get("status") == "succeeded":
            self._adopt_captured(answer.get("amount_received") or minor)
            self._set_done(state_message=self._released_message())
        self.env["payment.event"]._wake()
        return self

    def _void(self, amount_to_void=None):
        """Cancel an authorisation; nothing is left to void after a partial capture.

        :return: this transaction
        :raise UserError: if it is not authorised, or the gateway refuses
        """
        if self.provider_code not in GATEWAYS:
            return super()._void(amount_to_void)
        if not self._may_end_authorisation("done", "cancel"):
            return self
        answer = self._end_authorisation("cancel", {})
        if answer.get("status") == "canceled":
            self._set_canceled()
        self.env["payment.event"]._wake()
        return self

    def _may_end_authorisation(self, *ended):
        """Whether it is still to be captured or voided, with nobody else at it.

        :param ended: the states in which the wish is fulfilled already
        """
        self.ensure_one()
        self._ensure_provider_is_not_disabled()
        self._lock_rows()
        if self.state != "authorized" and self.state not in ended:
            raise UserError(
                self.env._("The payment %s is not authorised any more.", self.reference)
            )
        return self.state == "authorized"

    def _end_authorisation(self, verb, values):
        """Ask the gateway to capture or cancel; a refusal may mean it is done already.

        :return: the gateway's answer, empty if the truth was learnt otherwise
        :raise UserError: what the gateway said, nothing having changed
        """
        endpoint = f"payment_intents/{self.provider_reference}/{verb}"
        try:
            return self._send_api_request("POST", endpoint, data=values)
        except ValidationError as error:
            self._learn_truth()
            if self.state == "authorized":
                raise UserError(str(error)) from error
            return {}

    def _learn_truth(self):
        """Bring the state up to date from the gateway, if it can be reached."""
        try:
            provider = self.provider_id
            provider._refresh("intent", self.provider_reference)
        except GatewayError:
            return  # the first refusal is told; the gateway's event will come

    # === WHAT WAS CAPTURED === #

    def _requested_amount(self):
        """Return the amount that the gateway was asked for."""
        return self.authorized_amount or abs(self.amount)

    def _take_captured(self, intent):
        """Take over what the gateway really took, from its dashboard too.

        :raise NeedsPerson: see :meth:`_adopt_captured`
        """
        if intent.status == "succeeded" and intent.amount_received:
            self._adopt_captured(intent.amount_received)

    def _adopt_captured(self, minor):
        """Let the captured amount be the amount of this transaction.

        :param int minor: what was captured
        :raise NeedsPerson: if a payment over another amount is in the books already
        """
        amount = self.currency_id._from_minor(minor)
        if not self.currency_id.compare_amounts(amount, self.amount):
            return
        if self.payment_id:
            raise NeedsPerson(
                self.env._(
                    "%(captured)s were captured of payment %(name)s, but %(booked)s are"
                    " booked. Nothing was changed.",
                    captured=self.currency_id.format(amount),
                    name=self.reference,
                    booked=self.currency_id.format(self.payment_id.amount),
                )
            )
        asked = self.authorized_amount or self.amount
        self.write({"authorized_amount": asked, "amount": amount})

    def _charged_at(self, charge):
        """Return when the money was taken: for a capture, not when it was authorised.

        The gateway does not state the moment of a capture; its balance moves at once.
        """
        naive = self.env["payment.fact"]._naive
        if not self.authorized_amount:
            return naive(charge.created)
        if self.paid_at:
            return self.paid_at
        moved = self.balance_transaction_ids.filtered(
            lambda movement: movement.category == "charge"
        )
        heard_at = self.env.context.get("payment_event_received_at")
        return moved[:1].created_at or heard_at or fields.Datetime.now()

    def _apply_charge(self, charge):
        """Also watch until when an authorisation can be captured."""
        result = super()._apply_charge(charge)
        if self.state == "authorized" and charge.capture_before:
            self._watch_expiry(self.env["payment.fact"]._naive(charge.capture_before))
        return result

    # === CORE'S OWN WAYS TO THE SAME STATES === #

    def _set_authorized(self, **kwargs):
        """Keep what was authorised, before a capture takes less."""
        authorized = super()._set_authorized(**kwargs)
        for transaction in authorized:
            transaction.authorized_amount = transaction.amount
        return authorized

    def _extract_amount_data(self, payment_data):
        """Compare the gateway's amount with what was asked for, not with the part."""
        found = super()._extract_amount_data(payment_data)
        asked = self.authorized_amount
        if found and asked and self.provider_code in GATEWAYS:
            if not self.currency_id.compare_amounts(found["amount"], asked):
                found["amount"] = self.amount
        return found

    def _apply_updates(self, payment_data):
        """Let core's own webhook and return page see a partial capture too."""
        intent = payment_data.get("payment_intent") or {}
        taken = intent.get("amount_received") or 0
        if (
            self.provider_code in GATEWAYS
            and self.operation not in ("refund", "validation")
            and intent.get("status") == "succeeded"
            and 0 < taken < intent.get("amount", 0)
        ):
            self._adopt_captured(taken)
        return super()._apply_updates(payment_data)

    def _update_state(self, allowed_states, target_state, state_message):
        """End the watch over an authorisation when it ends."""
        authorized = self.filtered(lambda each: each.state == "authorized")
        changed = super()._update_state(allowed_states, target_state, state_message)
        (changed & authorized)._end_capture_watch(target_state, state_message)
        # Core computes what was paid from states and amounts, but watches neither.
        changed.sale_order_ids.invalidate_recordset(["amount_paid"])
        changed.invoice_ids.invalidate_recordset(["amount_paid"])
        return changed

    # === EXPIRY === #

    def _watch_expiry(self, capture_before):
        """Ask for the capture in time: an activity, due the day before it expires."""
        if self.capture_before == capture_before:
            return
        self.capture_before = capture_before
        self.capture_activity_id.sudo().unlink()
        self.capture_activity_id = self._ask_person(
            "integrated_payments.activity_capture",
            self.env._(
                "Capture %(amount)s or void it: the authorisation expires on %(date)s",
                amount=self.currency_id.format(self.amount),
                date=fields.Date.to_string(capture_before.date()),
            ),
            fields.Datetime.subtract(capture_before, days=1).date(),
        )

    def _end_capture_watch(self, state, message):
        """Close the reminders; tell of orders whose money was released unasked."""
        self.capture_activity_id.sudo().action_feedback(feedback=message or None)
        if state == "cancel" and message:  # only an expiry gives a reason
            for transaction in self:
                transaction._ask_person(
                    "integrated_payments.activity_payment_failed", message
                )

    def _state_message(self, intent, state):
        """Return what the customer's documents tell about a new state, if anything."""
        if state == "error":
            return intent.error_message
        if state == "done":
            return self._released_message()
        expired = state == "cancel" and intent.cancel_reason in EXPIRED
        if not expired or self.state != "authorized":
            return None
        return self.env._(
            "The authorisation of %s expired before it was captured. Nothing was paid;"
            " the money was released to the customer.",
            self.currency_id.format(self.amount),
        )

    def _released_message(self):
        """Return how much of an authorisation was not captured, if any."""
        released = self.authorized_amount - self.amount
        if not self.authorized_amount or self.currency_id.is_zero(released):
            return None
        return self.env._(
            "%(captured)s of %(authorized)s were captured; the rest was released to the"
            " customer.",
            captured=self.currency_id.format(self.amount),
            authorized=self.currency_id.format(self.authorized_amount),
        )

    # === THE ORDER === #

    def _effect_order(self):
        """Confirm what was authorised in full, also if a part was captured at once.

        Core confirms on the authorisation; whether Odoo hears of it before the capture
        must make no difference.
        """
        if self.authorized_amount > self.amount > 0:
            self._confirm_order_for(self.authorized_amount)
        return super()._effect_order()

    def _confirm_order_for(self, amount):
        """Confirm the only order of this payment if ``amount`` of it would do.

        :return: the order that was confirmed, empty if none
        """
        order = self.sale_order_ids
        if len(order) != 1 or order.state not in ("draft", "sent"):
            return order.browse()
        counted = self.amount if self.state in ("authorized", "done") else 0.0
        needed = order._get_prepayment_required_amount() - order.amount_paid + counted
        if order.currency_id.compare_amounts(amount, needed) < 0:
            return order.browse()
        order.with_context(send_email=True).action_confirm()
        return order

    # === WHOM TO ASK === #

    def _ask_person(self, activity_type, summary, deadline=None):
        """Schedule an activity where the salesperson looks: order, invoice, customer.

        :return: mail.activity
        """
        self.ensure_one()
        documents = self.sudo()
        document = (
            documents.sale_order_ids[:1]
            or documents.invoice_ids[:1]
            or documents.partner_id
        )
        person = (
            documents.sale_order_ids[:1].user_id
            or documents.invoice_ids[:1].invoice_user_id
        )
        asked = person.filtered(lambda user: user.active and not user.share)
        return document.activity_schedule(
            activity_type,
            date_deadline=deadline or fields.Date.context_today(self),
            summary=summary,
            user_id=(asked or self.company_id._payment_responsible()).id,
        )


class PaymentProvider(models.Model):
    _inherit = "payment.provider"

    def _compute_feature_support_fields(self):
        """Capture in part, which core leaves out for Stripe."""
        result = super()._compute_feature_support_fields()
        ours = self.filtered(lambda provider: provider.code in GATEWAYS)
        ours.support_manual_capture = "partial"
        return result

    def _build_request_headers(self, method, endpoint, *args, **kwargs):
        """End authorisations by a version that does not state releases as refunds."""
        headers = super()._build_request_headers(method, endpoint, *args, **kwargs)
        if self.code in GATEWAYS and endpoint.endswith(("/capture", "/cancel")):
            headers["Stripe-Version"] = API_VERSION
        return headers

    def _store_charges(self, gateway, charges):
        """Also find the released part of a charge that is booked as a whole."""
        result = super()._store_charges(gateway, charges)
        for charge in charges:
            if charge.balance_transaction_ref and 0 < charge.captured < charge.amount:
                self.env["payment.balance.transaction"]._store(
                    self,
                    [
                        fact
                        for fact in gateway.movements_of(charge.ref)
                        if fact.category == "partial_capture_reversal"
                    ],
                )
        return result

    def _store_refund(self, gateway, refund):
        """Leave out what older versions call a refund, but only releases money."""
        charge = self.env["payment.charge"].search(
            [("provider_id", "=", self.id), ("gateway_ref", "=", refund.charge_ref)]
        )
        released = charge and captures.is_release(
            refund.amount, charge.amount_minor, charge.captured_minor
        )
        if released and charge.state == "succeeded" and refund.status == "succeeded":
            ref = refund.balance_transaction_ref
            moved = gateway.fetch("balance_transaction", ref) if ref else None
            if not moved or moved.category == "partial_capture_reversal":
                self._store_movement(gateway, ref, charge_id=charge)
                return charge.transaction_id
        return super()._store_refund(gateway, refund)


class PaymentBalanceTransaction(models.Model):
    _inherit = "payment.balance.transaction"

    @api.model
    def _store(self, provider, facts, **links):
        """Find the charge of movements that no event names."""
        stored = super()._store(provider, facts, **links)
        orphans = self.union(*stored.values()).filtered(
            lambda each: each.category in OF_A_CHARGE and not each.transaction_id
        )
        refs = [ref for ref in orphans.mapped("source_ref") if ref]
        charges = (
            self.env["payment.charge"]
            .search([("provider_id", "=", provider.id), ("gateway_ref", "in", refs)])
            .grouped("gateway_ref")
        )
        for movement in orphans:
            charge = movement.charge_id or charges.get(movement.source_ref)
            if charge:
                movement.write(
                    {"charge_id": charge.id, "transaction_id": charge.transaction_id.id}
                )
                movement._reopen_if_claimed()
        return stored

    def _presentment(self, item):
        """Return the part of the payment that this movement stands for."""
        values = super()._presentment(item)
        minor = self._paid_minor() if values else None
        if minor:
            sign = 1 if item["amount_currency"] > 0 else -1
            paid_in = self.transaction_id.currency_id
            values["amount_currency"] = sign * paid_in._from_minor(minor)
        return values

    def _paid_minor(self):
        """Return the part of its charge that this movement is, None for all of it."""
        charge = self.charge_id
        if self.category == "charge" and charge.captured_minor < charge.amount_minor:
            if not charge.captured_minor or not self.exchange_rate:
                return None
            return captures.booked_gross(
                self.amount_minor,
                charge.captured_minor,
                charge.amount_minor,
                self.exchange_rate,
            )
        if self.category == "partial_capture_reversal":
            return charge.amount_minor - charge.captured_minor
        if self.category == "charge_failure":
            return self._returned_minor()
        return None
