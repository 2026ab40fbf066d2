from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.payment.utils import generate_idempotency_key

from ..domain import minor_units, transitions
from ..gateway.errors import NeedsPerson, RetryLater
from ..gateway.stripe import METADATA_REFERENCE

# How long an object with our reference may be unknown because the request that made it
# has not committed yet.
COMMIT_GRACE = timedelta(minutes=10)


class PaymentTransaction(models.Model):
    _inherit = "payment.transaction"

    charge_ids = fields.One2many("payment.charge", "transaction_id", "Attempts")
    balance_transaction_ids = fields.One2many(
        "payment.balance.transaction", "transaction_id", "Gateway Movements"
    )
    dispute_ids = fields.One2many("payment.dispute", "transaction_id", "Disputes")
    event_ids = fields.One2many("payment.event", "transaction_id", "Events")
    paid_at = fields.Datetime(
        readonly=True, index="btree_not_null", help="When the gateway took the money."
    )
    gateway_fee = fields.Monetary(
        compute="_compute_gateway_amounts",
        help="Fees of the gateway on this payment, tax included, in the settlement"
        " currency.",
    )
    gateway_net = fields.Monetary(compute="_compute_gateway_amounts")
    channel = fields.Selection(
        [
            ("online", "Online"),
            ("saved", "Saved Method"),
            ("transfer", "Bank Transfer"),
            ("refund", "Refund"),
        ],
        compute="_compute_channel",
        store=True,
    )

    _provider_reference_idx = models.Index(
        "(provider_id, provider_reference) WHERE provider_reference IS NOT NULL"
    )

    @api.depends("balance_transaction_ids.fee", "balance_transaction_ids.net")
    def _compute_gateway_amounts(self):
        for transaction in self:
            movements = transaction.sudo().balance_transaction_ids
            transaction.gateway_fee = sum(movements.mapped("fee"))
            transaction.gateway_net = sum(movements.mapped("net"))

    @api.depends("operation", "provider_code")
    def _compute_channel(self):
        for transaction in self:
            if transaction.operation == "refund":
                transaction.channel = "refund"
            elif transaction.operation in ("online_token", "offline"):
                transaction.channel = "saved"
            elif transaction.provider_code == "custom":
                transaction.channel = "transfer"
            else:
                transaction.channel = "online"

    # === REQUESTS TO THE GATEWAY === #

    def _stripe_prepare_payment_intent_payload(self):
        """Let the gateway's objects carry our reference, so that they find home."""
        payload = super()._stripe_prepare_payment_intent_payload()
        payload[f"metadata[{METADATA_REFERENCE}]"] = self.reference
        return payload

    def _send_api_request(self, method, endpoint, *, data=None, **kwargs):
        """Mark refunds with our reference: their events may outrun our commit."""
        if (
            self.provider_code == "stripe"
            and method == "POST"
            and endpoint == "refunds"
            and isinstance(data, dict)
        ):
            data = {**data, **self._refund_request_extras()}
            # A request that Odoo starts over after a conflict must not refund twice.
            kwargs.setdefault("idempotency_key", generate_idempotency_key(self))
        return super()._send_api_request(method, endpoint, data=data, **kwargs)

    # === FINDING === #

    @api.model
    def _by_intent(self, provider, refs):
        """Return {gateway id of the intent: transaction} of payments (not refunds)."""
        found = self.search(
            [
                ("provider_id", "=", provider.id),
                ("provider_reference", "in", list(refs)),
                ("operation", "!=", "refund"),
                ("source_transaction_id", "=", False),
            ]
        )
        return {transaction.provider_reference: transaction for transaction in found}

    @api.model
    def _of_intent(self, provider, intent):
        """Return the transaction of an intent, empty for a payment outside Odoo.

        :raise RetryLater: if it is ours but its request has not committed yet
        """
        found = self._by_intent(provider, [intent.ref]).get(intent.ref)
        if not found and intent.reference:
            found = self.search(
                [
                    ("provider_id", "=", provider.id),
                    ("reference", "=", intent.reference),
                ]
            )
            if not intent.ours and not found._may_be(intent):
                found = found.browse()  # another payment that only quotes this one
        if not found and intent.ours:
            self._allow_for_commit(intent)
        return found or self.browse()

    def _may_be(self, intent):
        """Whether a payment that only quotes our reference can be this transaction."""
        minor = self and minor_units.to_minor(abs(self.amount), self.currency_id.name)
        return (
            not self.provider_reference
            and self.currency_id.name == intent.currency
            and minor == intent.amount
        )

    @api.model
    def _of_refund(self, provider, refund):
        """Return the transaction of a refund, made if it was started at the gateway."""
        domain = [("provider_id", "=", provider.id), ("operation", "=", "refund")]
        found = self.search([*domain, ("provider_reference", "=", refund.ref)])
        if not found and refund.reference:
            found = self.search([*domain, ("reference", "=", refund.reference)])
            if not found:
                self._allow_for_commit(refund)
        if found:
            return found
        paid_by = refund.intent_ref or refund.charge_ref
        source = self._by_intent(provider, [paid_by]).get(paid_by)
        if not source:
            return self.browse()
        source._check_currency(refund)
        source._check_refund_fits(refund)
        return source._create_child_transaction(
            source.currency_id._from_minor(refund.amount),
            is_refund=True,
            provider_reference=refund.ref,
        )

    @api.model
    def _allow_for_commit(self, fact):
        """Let the event that names ``fact`` wait while it is young.

        :raise RetryLater: if Odoo heard of it less than COMMIT_GRACE ago
        """
        now = fields.Datetime.now()
        heard_at = self.env.context.get("payment_event_received_at", now)
        if now - heard_at < COMMIT_GRACE:
            raise RetryLater(
                self.env._("%s is not in Odoo yet; it is looked for again.", fact.ref)
            )

    # === APPLYING FACTS === #

    def _apply_intent(self, intent):
        """Bring the state up to date with the gateway's intent.

        :raise NeedsPerson: if amount or currency are not those of this transaction, or
            the gateway's status is unknown
        """
        if not self:
            return
        self._check_currency(intent)
        self._check_amount(intent, self._requested_amount())
        self._take_captured(intent)
        if self.provider_reference != intent.ref:
            self.provider_reference = intent.ref
        target = self._target_state(
            transitions.intent_state, intent, bool(intent.error_message)
        )
        state = transitions.next_state(self.state, target)
        if state:
            self._move_to(state, self._state_message(intent, state))
        if self.tokenize and self.state in ("authorized", "done"):
            self._tokenize_from_gateway()

    def _apply_refund(self, refund):
        """Bring the state of a refund's transaction up to date.

        :raise NeedsPerson: see :meth:`_apply_intent`
        """
        if not self:
            return
        self._check_currency(refund)
        self._check_amount(refund, abs(self.amount))
        if self.provider_reference != refund.ref:
            self.provider_reference = refund.ref
        if refund.status == "succeeded" and not self.paid_at:
            self.paid_at = self.env["payment.fact"]._naive(refund.created)
        if refund.reason and self.refund_reason != refund.reason:
            self.refund_reason = refund.reason
        target = self._target_state(transitions.refund_state, refund)
        state = transitions.next_refund_state(self.state, target)
        if state:
            self._move_to(state, self._refund_state_message(refund))

    def _apply_charge(self, charge):
        """Keep when the money was taken, and by which card brand."""
        if not self or charge.status != "succeeded" or not charge.captured:
            return
        paid_at = self._charged_at(charge)
        if self.paid_at != paid_at:
            self.paid_at = paid_at
        if self.payment_method_id.code == "card" and charge.brand:
            methods = self.env["payment.method"].with_context(active_test=False)
            brand = methods._get_from_code(charge.brand)  # few brands are active
            if brand and brand != self.payment_method_id:
                self.payment_method_id = brand

    def _target_state(self, table, fact, *args):
        try:
            return table(fact.status, *args)
        except KeyError as error:
            raise NeedsPerson(
                self.env._(
                    "The gateway reports the unknown status %(status)s for %(ref)s.",
                    status=fact.status,
                    ref=fact.ref,
                )
            ) from error

    def _check_currency(self, fact):
        if fact.currency != self.currency_id.name:
            raise NeedsPerson(
                self.env._(
                    "The gateway reports %(theirs)s for %(ref)s, but payment %(name)s"
                    " is in %(ours)s. Nothing was changed.",
                    theirs=minor_units.display(fact.amount, fact.currency),
                    ref=fact.ref,
                    name=self.reference,
                    ours=self.currency_id.name,
                )
            )

    def _check_amount(self, fact, amount):
        if fact.amount != minor_units.to_minor(amount, fact.currency):
            raise NeedsPerson(
                self.env._(
                    "The gateway reports %(theirs)s for %(ref)s, but payment %(name)s"
                    " is over %(ours)s. Nothing was changed.",
                    theirs=minor_units.display(fact.amount, fact.currency),
                    ref=fact.ref,
                    name=self.reference,
                    ours=self.currency_id.format(amount),
                )
            )

    def _move_to(self, state, message):
        """Set the state through core's own methods, which log and notify."""
        allowed = transitions.ALLOWED_FROM[state]
        if self.operation == "refund":
            allowed += ("done",)
        if state == "error":
            message = message or self.env._("The payment was declined.")
            return self._set_error(message, extra_allowed_states=allowed)
        setter = {
            "pending": self._set_pending,
            "authorized": self._set_authorized,
            "done": self._set_done,
            "cancel": self._set_canceled,
        }[state]
        return setter(state_message=message, extra_allowed_states=allowed)

    def _tokenize_from_gateway(self):
        """Let core save the payment method, for a customer who did not come back."""
        try:
            intent = self._send_api_request(
                "GET",
                f"payment_intents/{self.provider_reference}",
                data={"expand[]": "payment_method"},
            )
        except ValidationError as error:
            raise RetryLater(str(error)) from error
        self._process(
            self.provider_code,
            {
                "reference": self.reference,
                "payment_intent": intent,
                "payment_method": intent.get("payment_method"),
            },
        )

    # === BOOKING === #

    def _create_payment(self, **extra_create_values):
        """Date the payment as the charge, not as the day on which Odoo heard of it."""
        if self.paid_at and "date" not in extra_create_values:
            extra_create_values["date"] = self.company_id._payment_date(
                self.paid_at, self.provider_id.journal_id
            )
        payment = super()._create_payment(**extra_create_values)
        self._say_if_late(payment)
        self._match_outstanding()
        return payment

    def _book_money(self):
        """Create the missing payments of confirmed transactions.

        As core's post-processing does, but before anything else can fail, and without
        core's trap: a refund that is already done must not hide the payment itself.
        """
        unbooked = self.filtered(lambda each: each._needs_payment())
        for company, transactions in unbooked.grouped("company_id").items():
            books = transactions.with_company(company)
            plain = books.filtered(lambda each: each._is_plain())
            plain._book_in_one_go()
            for transaction in books - plain:
                transaction._create_payment()

    def _needs_payment(self):
        """Whether money came or went that no payment records yet."""
        self.ensure_one()
        split = self.child_transaction_ids.filtered(
            lambda child: (
                child.operation == self.operation and child.state in ("done", "cancel")
            )
        )
        return (
            self.state == "done"
            and self.operation != "validation"
            and not self.payment_id
            and not split
        )

    def _match_outstanding(self):
        """Reconcile payments with the gateway's statement lines that carry them."""
        plan = []
        for transaction in self.sudo():
            account = transaction.payment_id.outstanding_account_id
            lines = (
                transaction.payment_id.move_id.line_ids
                | transaction.balance_transaction_ids.statement_line_id.line_ids
            ).filtered(
                lambda line, account=account: (
                    line.account_id == account
                    and account.reconcile
                    and not line.reconciled
                )
            )
            if len(lines.move_id) > 1:
                plan.append(lines)
        if plan:
            self.env["account.move.line"]._reconcile_plan(plan)
