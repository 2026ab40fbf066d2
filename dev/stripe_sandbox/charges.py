"""Charges: every attempt at a payment, failed ones too, and its booking."""

from . import money, paging
from .balance_transactions import funds_day, post, settled
from .customers import merge_metadata
from .events import emit
from .payment_methods import mandate_for
from .rendering import rendered
from .routing import job, route

CARD_TYPES = ("card", "card_present")
APPROVED = {
    "advice_code": None,
    "network_advice_code": None,
    "network_decline_code": None,
    "network_status": "approved_by_network",
    "reason": None,
    "risk_level": "normal",
    "risk_score": 12,
    "seller_message": "Payment complete.",
    "type": "authorized",
}


def make(world, intent, method, status, captured):
    """Keep a new charge of an intent; tells nobody yet.

    :param str status: succeeded, pending or failed
    """
    amount = intent["amount"]
    is_card = method["type"] in CARD_TYPES
    charge = world.add(
        {
            "id": world.new_id("ch" if is_card else "py"),
            "object": "charge",
            "amount": amount,
            "amount_captured": amount if captured and status != "failed" else 0,
            "amount_refunded": 0,
            "application": None,
            "application_fee": None,
            "application_fee_amount": None,
            "balance_transaction": None,
            "billing_details": rendered(method["billing_details"]),
            "calculated_statement_descriptor": world.account["statement_descriptor"],
            "captured": captured and status != "failed",
            "created": world.clock.now(),
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "fraud_details": {},
            "livemode": False,
            "metadata": dict(intent["metadata"]),
            "on_behalf_of": None,
            "outcome": dict(APPROVED) if status != "failed" else None,
            "paid": status != "failed",
            "payment_intent": None if intent.get("_hidden") else intent["id"],
            "payment_method": method["id"],
            "payment_method_details": _details(world, method, intent),
            "receipt_email": intent["receipt_email"],
            "receipt_number": None,
            "receipt_url": None,
            "refunded": False,
            "review": None,
            "shipping": rendered(intent["shipping"]),
            "source_transfer": None,
            "statement_descriptor": intent["statement_descriptor"],
            "statement_descriptor_suffix": intent["statement_descriptor_suffix"],
            "status": status,
            "transfer_data": None,
            "transfer_group": None,
            "_behaviour": method["_behaviour"],
            "_intent": intent["id"],
        }
    )
    intent["latest_charge"] = charge["id"]
    return charge


def _details(world, method, intent):
    """Return ``payment_method_details`` of a charge."""
    kind, own = method["type"], method[method["type"]]
    if kind == "sepa_debit":
        names = ("bank_code", "branch_code", "country", "fingerprint", "last4")
        mandate = {"expected_debit_date": None, "mandate": mandate_for(world, method)}
        return {"type": kind, kind: {**{n: own[n] for n in names}, **mandate}}
    if kind == "card_present":
        return {"type": kind, kind: _at_a_reader(own, intent)}
    names = ("brand", "checks", "country", "exp_month", "exp_year", "fingerprint")
    details = {name: own[name] for name in (*names, "funding", "last4", "wallet")}
    details |= {
        "amount_authorized": intent["amount"],
        "authorization_code": "123456",
        "installments": None,
        "mandate": None,
        "network": own["brand"],
        "three_d_secure": intent.get("_three_d_secure"),
    }
    return {"type": kind, kind: details}


def _at_a_reader(own, intent):
    """Return the ``card_present`` hash of a charge."""
    names = ("brand", "cardholder_name", "country", "exp_month", "exp_year")
    names += ("fingerprint", "funding", "last4", "read_method")
    return {name: own[name] for name in names} | {
        "amount_authorized": intent["amount"],
        "incremental_authorization_supported": False,
        "network": own["brand"],
        "overcapture_supported": False,
    }


def fail(world, charge, code, decline_code, message):
    """Turn a charge into a failed attempt and tell about it."""
    charge.update(
        status="failed",
        paid=False,
        captured=False,
        amount_captured=0,
        failure_code=code,
        failure_message=message,
        outcome={
            **APPROVED,
            "network_status": "declined_by_network",
            "reason": decline_code or code,
            "seller_message": "The bank did not return any further details.",
            "type": "issuer_declined",
        },
    )
    emit(world, "charge.failed", charge)


def is_late(world, intent):
    """Return whether the balance transaction comes after the success.

    Source: https://docs.stripe.com/payments/payment-intents/asynchronous-capture
    """
    by_setting = {"always": True, "never": False}
    default = intent["capture_method"] == "automatic_async"
    return by_setting.get(world.account["async_capture"], default)


def book_or_wait(world, charge, intent):
    """Book a captured payment now, or later where capture is asynchronous."""
    if not is_late(world, intent):
        book(world, charge)
    elif world.account["async_capture_delay"] is not None:
        delay = world.account["async_capture_delay"]
        world.after(delay, "attach_balance_transaction", charge=charge["id"])


def book(world, charge):
    """Post a payment to the balance: gross, fee and tax on the fee, net."""
    reversal = world.account["partial_capture"] == "reversal"
    gross = charge["amount"] if reversal else charge["amount_captured"]
    amount, currency, rate = settled(world, gross, charge["currency"])
    kept = money.exchanged(charge["amount_captured"], rate)
    method = charge["payment_method_details"]["type"]
    instant = charge["_behaviour"] == "bypass_pending"
    posted = post(
        world,
        "charge" if method in CARD_TYPES else "payment",
        "charge",
        amount,
        currency,
        charge["id"],
        fees=money.fee_details(world.account, method, kept, currency),
        available_on=None if instant else funds_day(world),
        rate=rate,
        description=charge["description"],
    )
    charge["balance_transaction"] = posted["id"]
    charge["_rate"], charge["_settlement"] = rate, currency
    if amount != kept:
        _reverse_uncaptured(world, charge, kept - amount, posted)


def _reverse_uncaptured(world, charge, amount, booked):
    post(
        world,
        "refund",
        "partial_capture_reversal",
        amount,
        booked["currency"],
        charge["id"],
        available_on=booked["available_on"],
        rate=booked["exchange_rate"],
        description="PARTIAL CAPTURE REVERSAL",
    )


@job("attach_balance_transaction")
def attach(world, charge):
    """Book a payment that waits for it and say so with ``charge.updated``."""
    charge = world.get("charge", charge)
    waits = charge["captured"] and charge["status"] == "succeeded"
    if charge["balance_transaction"] or not waits:
        return charge
    book(world, charge)
    emit(world, "charge.updated", charge, {"balance_transaction": None})
    return charge


def settled_part(charge, before, amount):
    """Return ``amount`` at the charge's own rate; parts add up to the whole."""
    rate = charge["_rate"]
    return money.exchanged(before + amount, rate) - money.exchanged(before, rate)


def same_day(world, charge):
    """Return when a movement against a charge counts: with it, at the earliest now."""
    booked = world.get("balance_transaction", charge["balance_transaction"])
    return max(booked["available_on"], world.clock.now())


@route("GET /v1/charges")
def list_all(world, params):
    """List, newest first."""
    equal = ("customer", "payment_intent")
    return paging.page(world, "charge", params, "/v1/charges", None, equal)


@route("GET /v1/charges/{charge}")
def retrieve(world, params, ref):
    """Serve one charge."""
    return world.get("charge", ref)


@route("POST /v1/charges/{charge}")
def update(world, params, ref):
    """Change description, receipt e-mail, shipping, metadata."""
    charge = world.get("charge", ref)
    before = rendered(charge)
    for name in ("description", "receipt_email", "shipping"):
        if name in params:
            charge[name] = params[name]
    merge_metadata(charge, params)
    changed = {k: v for k, v in before.items() if v != charge[k]}
    emit(world, "charge.updated", charge, changed)
    return charge
