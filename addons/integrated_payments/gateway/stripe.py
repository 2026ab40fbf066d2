"""Stripe's objects as facts, and which object an event is about.

Shapes: API version 2026-10-28.endive, as annotated in ``stripe==16.1.0``. An event is
only a hint: the job fetches the object it names and translates what is true now, so
that order, repetition and age of events do not matter.
"""

from datetime import datetime, timezone
from typing import NamedTuple

from .errors import NeedsPerson
from .stripe_origin import customer, payer_of
from .types import (
    BalanceTransaction,
    Charge,
    Dispute,
    FraudWarning,
    Intent,
    Payout,
    Refund,
)

API_VERSION = "2026-10-28.endive"
METADATA_REFERENCE = "odoo_reference"


class Subject(NamedTuple):
    """The object to fetch: its kind (a key of TRANSLATORS) and gateway id.

    The balance is one of a kind: it has no id, and is proven instead of stored.
    """

    kind: str
    ref: str


# Event prefix to the kind of object in ``data.object``. The longest prefix wins. None:
# known, and without effect here.
EVENT_KINDS = {
    "payment_intent.": "intent",
    "charge.": "charge",
    "charge.dispute.": "dispute",
    "charge.refund.": "refund",
    "refund.": "refund",
    "payout.": "payout",
    "balance.": "balance",
    "customer.": None,
    "setup_intent.": None,
    "payment_method.": None,
    "mandate.": None,
    "checkout.session.": None,
    "checkout.session.completed": "checkout",
    "checkout.session.async_payment_": "checkout",
    "invoice.": None,
    "invoice.paid": "invoice",
    "invoice_payment.": None,
    "invoiceitem.": None,
    "credit_note.": None,
    "subscription_schedule.": None,
    "radar.": None,
    "radar.early_fraud_warning.": "fraud_warning",
    "review.": "review",
    "terminal.": None,
    "account.": None,
    "capability.": None,
    "product.": None,
    "price.": None,
    "plan.": None,
    "payment_link.": None,
    "reporting.": None,
    "topup.": None,
    "reserve.": None,
}

# What the own endpoint subscribes to: everything that EVENT_KINDS gives an effect.
WEBHOOK_EVENTS = (
    "payment_intent.processing",
    "payment_intent.requires_action",
    "payment_intent.amount_capturable_updated",
    "payment_intent.succeeded",
    "payment_intent.payment_failed",
    "payment_intent.canceled",
    "charge.succeeded",
    "charge.failed",
    "charge.pending",
    "charge.captured",
    "charge.updated",
    "charge.expired",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "radar.early_fraud_warning.created",
    "radar.early_fraud_warning.updated",
    "review.opened",
    "review.closed",
    "payout.created",
    "payout.updated",
    "payout.paid",
    "payout.failed",
    "payout.canceled",
    "payout.reconciliation_completed",
    "balance.available",
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "invoice.paid",
)


def subject_of(event_type, ref):
    """Return the :class:`Subject` of an event, None if it has no effect on us.

    :raise NeedsPerson: if the type is unknown: it is kept for a person to see
    """
    prefixes = [prefix for prefix in EVENT_KINDS if event_type.startswith(prefix)]
    if not prefixes:
        raise NeedsPerson(f"The event type {event_type} is unknown to this version.")
    kind = EVENT_KINDS[max(prefixes, key=len)]
    return Subject(kind, ref) if kind else None


def translate(kind, payload):
    """Return the fact of ``kind`` that ``payload`` (a dict as the API sends) states.

    :raise NeedsPerson: if the payload lacks what a fact of this kind must have
    """
    try:
        return TRANSLATORS[kind](payload)
    except (KeyError, TypeError, ValueError) as error:
        raise NeedsPerson(
            f"The gateway's {kind} {payload.get('id', '?')} cannot be read:"
            f" {type(error).__name__} {error}."
        ) from error


# === Small readers === #


def _ref(value):
    """Id of an expandable field, which holds an id or the object itself."""
    return value["id"] if isinstance(value, dict) else value


def _time(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc) if seconds else None


def _reference(payload):
    """Our transaction's reference: metadata first, then Odoo core's description."""
    metadata = payload.get("metadata") or {}
    return metadata.get(METADATA_REFERENCE) or payload.get("description")


# === One translator per kind === #


def _intent(payload):
    error = payload.get("last_payment_error") or {}
    return Intent(
        ref=payload["id"],
        status=payload["status"],
        amount=payload["amount"],
        amount_received=payload.get("amount_received", 0),
        capturable=payload.get("amount_capturable", 0),
        cancel_reason=payload.get("cancellation_reason"),
        currency=payload["currency"].upper(),
        created=_time(payload["created"]),
        reference=_reference(payload),
        ours=METADATA_REFERENCE in (payload.get("metadata") or {}),
        livemode=payload["livemode"],
        charge_ref=_ref(payload.get("latest_charge")),
        method=next(iter(payload.get("payment_method_types") or ()), None),
        error_message=error.get("message") or error.get("code"),
        customer_ref=_ref(payload.get("customer")),
    )


def _charge(payload):
    details = payload.get("payment_method_details") or {}
    method = details.get("type")
    instrument = (details.get(method) or {}) if method else {}
    billing = payload.get("billing_details") or {}
    outcome = payload.get("outcome") or {}
    return Charge(
        ref=payload["id"],
        status=payload["status"],
        amount=payload["amount"],
        captured=payload.get("amount_captured", 0),
        refunded=payload.get("amount_refunded", 0),
        currency=payload["currency"].upper(),
        created=_time(payload["created"]),
        intent_ref=_ref(payload.get("payment_intent")),
        reference=_reference(payload),
        livemode=payload["livemode"],
        method=method,
        brand=instrument.get("brand"),
        last4=instrument.get("last4"),
        country=instrument.get("country"),
        funding=instrument.get("funding"),
        fingerprint=instrument.get("fingerprint"),
        failure_code=payload.get("failure_code"),
        failure_message=payload.get("failure_message"),
        outcome=outcome.get("type"),
        decline_reason=outcome.get("reason"),
        balance_transaction_ref=_ref(payload.get("balance_transaction")),
        failure_balance_transaction_ref=_ref(
            payload.get("failure_balance_transaction")
        ),
        capture_before=_time(instrument.get("capture_before")),
        customer_ref=_ref(payload.get("customer")),
        email=billing.get("email") or payload.get("receipt_email"),
        payer=payer_of(
            billing, _ref(payload.get("customer")), payload.get("receipt_email")
        ),
        description=payload.get("description"),
        metadata=dict(payload.get("metadata") or {}),
    )


def _refund(payload):
    return Refund(
        ref=payload["id"],
        status=payload["status"] or "pending",
        amount=payload["amount"],
        currency=payload["currency"].upper(),
        created=_time(payload["created"]),
        charge_ref=_ref(payload.get("charge")),
        intent_ref=_ref(payload.get("payment_intent")),
        reference=(payload.get("metadata") or {}).get(METADATA_REFERENCE),
        reason=payload.get("reason"),
        failure_reason=payload.get("failure_reason"),
        balance_transaction_ref=_ref(payload.get("balance_transaction")),
        failure_balance_transaction_ref=_ref(
            payload.get("failure_balance_transaction")
        ),
    )


def _dispute(payload):
    details = payload.get("evidence_details") or {}
    return Dispute(
        ref=payload["id"],
        status=payload["status"],
        amount=payload["amount"],
        currency=payload["currency"].upper(),
        created=_time(payload["created"]),
        charge_ref=_ref(payload.get("charge")),
        intent_ref=_ref(payload.get("payment_intent")),
        reason=payload.get("reason"),
        due_by=_time(details.get("due_by")),
        livemode=payload["livemode"],
        balance_transaction_refs=tuple(
            _ref(item) for item in payload.get("balance_transactions") or ()
        ),
        network_code=payload.get("network_reason_code"),
        has_evidence=bool(details.get("has_evidence")),
        submissions=details.get("submission_count") or 0,
        past_due=bool(details.get("past_due")),
    )


def _fraud_warning(payload):
    return FraudWarning(
        ref=payload["id"],
        kind="early_warning",
        open=payload["actionable"],
        created=_time(payload["created"]),
        charge_ref=_ref(payload["charge"]),
        intent_ref=_ref(payload.get("payment_intent")),
        reason=payload["fraud_type"],
        livemode=payload["livemode"],
    )


def _review(payload):
    return FraudWarning(
        ref=payload["id"],
        kind="review",
        open=payload["open"],
        created=_time(payload["created"]),
        charge_ref=_ref(payload.get("charge")),
        intent_ref=_ref(payload.get("payment_intent")),
        reason=payload.get("closed_reason") or payload["reason"],
        livemode=payload["livemode"],
        ip_address=payload.get("ip_address"),
    )


def _payout(payload):
    trace = payload.get("trace_id") or {}
    return Payout(
        ref=payload["id"],
        status=payload["status"],
        amount=payload["amount"],
        currency=payload["currency"].upper(),
        created=_time(payload["created"]),
        arrival_date=_time(payload["arrival_date"]).date(),
        automatic=payload["automatic"],
        method=payload.get("method"),
        reconciliation=payload.get("reconciliation_status") or "not_applicable",
        descriptor=payload.get("statement_descriptor"),
        trace_ref=trace.get("value"),
        livemode=payload["livemode"],
        failure_code=payload.get("failure_code"),
        failure_message=payload.get("failure_message"),
        balance_transaction_ref=_ref(payload.get("balance_transaction")),
        failure_balance_transaction_ref=_ref(
            payload.get("failure_balance_transaction")
        ),
    )


def _balance_transaction(payload):
    details = payload.get("fee_details") or ()
    return BalanceTransaction(
        ref=payload["id"],
        category=payload.get("reporting_category") or "",
        type=payload["type"],
        amount=payload["amount"],
        fee=payload["fee"],
        tax=sum(item["amount"] for item in details if "tax" in item["type"]),
        net=payload["net"],
        currency=payload["currency"].upper(),
        created=_time(payload["created"]),
        available_on=_time(payload.get("available_on")),
        source_ref=_ref(payload.get("source")),
        exchange_rate=payload.get("exchange_rate"),
        description=payload.get("description"),
        fee_details=tuple(
            (item["type"], item["amount"], item.get("description")) for item in details
        ),
        balance_type=payload.get("balance_type") or "payments",
    )


TRANSLATORS = {
    "intent": _intent,
    "charge": _charge,
    "refund": _refund,
    "dispute": _dispute,
    "fraud_warning": _fraud_warning,
    "review": _review,
    "payout": _payout,
    "balance_transaction": _balance_transaction,
    "customer": customer,
}
