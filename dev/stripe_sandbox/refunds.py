"""Refunds: made, pending, failed afterwards."""

from . import charges, paging, radar
from .balance_transactions import post
from .clock import DAY
from .customers import merge_metadata
from .errors import invalid
from .events import emit
from .rendering import rendered
from .routing import job, route


@route("POST /v1/refunds")
def create(world, params):
    """Refund a charge, or the charge of an intent, wholly or partly.

    :raise ApiError: nothing to refund, or more than is left
    """
    charge = _charge(world, params)
    amount = _checked_amount(charge, params.get("amount"))
    charges.attach(world, charge["id"])
    refund = world.add(_blank(world, charge, amount, params))
    _take(world, charge, refund)
    emit(world, "refund.created", refund)
    emit(world, "charge.refunded", charge)
    if charge["refunded"]:
        radar.settle_doubts(world, charge, "refunded")
    _schedule(world, charge, refund)
    return refund


def _charge(world, params):
    given = [name for name in ("charge", "payment_intent") if params.get(name)]
    if len(given) != 1:
        raise invalid(
            "One of the following params should be provided for this request: "
            "payment_intent or charge.",
            "parameter_missing",
        )
    if given == ["charge"]:
        return world.get("charge", params["charge"], "charge")
    intent = world.get("payment_intent", params["payment_intent"], "payment_intent")
    if not intent["latest_charge"]:
        raise invalid(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to "
            "refund.",
            "payment_intent_unexpected_state",
        )
    return world.get("charge", intent["latest_charge"])


def _checked_amount(charge, amount):
    left = charge["amount_captured"] - charge["amount_refunded"]
    if charge["status"] != "succeeded" or not charge["captured"]:
        raise invalid(
            f"Charge {charge['id']} cannot be refunded.", "charge_not_refundable"
        )
    if charge["disputed"]:
        raise invalid(
            f"Charge {charge['id']} has been charged back.", "charge_disputed", "charge"
        )
    if left <= 0:
        raise invalid(
            f"Charge {charge['id']} has already been refunded.",
            "charge_already_refunded",
        )
    amount = left if amount is None else amount
    if amount < 1:
        raise invalid("Invalid positive integer", "parameter_invalid_integer", "amount")
    if amount > left:
        raise invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge "
            f"({left}).",
            None,
            "amount",
        )
    return amount


def _blank(world, charge, amount, params):
    is_card = charge["payment_method_details"]["type"] == "card"
    status = _first_status(world, charge, is_card)
    refund = {
        "id": world.new_id("re" if is_card else "pyr"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": world.clock.now(),
        "currency": charge["currency"],
        "destination_details": _destination(is_card),
        "metadata": params.get("metadata") or {},
        "payment_intent": charge["payment_intent"],
        "reason": params.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
    }
    if status == "requires_action":
        refund["next_action"] = _ask_for_details(world)
    return refund


def _first_status(world, charge, is_card):
    if world.account["refunds"] == "requires_action":
        return "requires_action"
    pending = not is_card or world.account["refunds"] == "pending"
    pending = pending or charge["_behaviour"] == "refund_pending"
    return "pending" if pending else "succeeded"


def _ask_for_details(world):
    """The customer is asked by e-mail where the money shall go.

    Source: https://docs.stripe.com/refunds, refunds that require customer action
    """
    sent = {
        "email_sent_at": world.clock.now(),
        "email_sent_to": "customer@example.com",
    }
    details = {"email_sent": sent, "expires_at": world.clock.now() + 45 * DAY}
    return {"type": "display_details", "display_details": details}


def _destination(is_card):
    if not is_card:  # the SDK describes no details of refunds to a SEPA account
        return {"type": "sepa_debit"}
    card = {
        "reference_status": "pending",
        "reference_type": "acquirer_reference_number",
        "type": "refund",
    }
    return {"card": card, "type": "card"}


def _take(world, charge, refund):
    """Post a refund to the balance; the fee of the payment is not given back."""
    is_card = charge["payment_method_details"]["type"] == "card"
    before = charge["amount_refunded"]
    posted = post(
        world,
        "refund" if is_card else "payment_refund",
        "refund",
        -charges.settled_part(charge, before, refund["amount"]),
        charge["_settlement"],
        refund["id"],
        available_on=charges.same_day(world, charge),
        rate=charge["_rate"],
        description="REFUND FOR CHARGE"
        + (f" ({charge['description']})" if charge["description"] else ""),
    )
    refund["balance_transaction"] = posted["id"]
    charge["amount_refunded"] = before + refund["amount"]
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]


def _schedule(world, charge, refund):
    if charge["_behaviour"] == "refund_fails":
        world.after(5, "refund_fails", refund=refund["id"])
    elif refund["status"] == "pending" and world.account["refund_days"] is not None:
        days = world.account["refund_days"] * DAY
        world.after(days, "refund_succeeds", refund=refund["id"])


def _tell(world, refund, before):
    """Tell of a change under both of its names."""
    changed = {k: v for k, v in before.items() if v != refund[k]}
    emit(world, "refund.updated", refund, changed)
    emit(world, "charge.refund.updated", refund, changed)


@job("refund_succeeds")
def succeed(world, refund):
    """A refund under way reaches the customer, who gave bank details if asked."""
    refund = world.get("refund", refund)
    if refund["status"] not in ("pending", "requires_action"):
        return refund
    before = rendered(refund)
    refund["status"] = "succeeded"
    if refund.pop("next_action", None):
        before.pop("next_action", None)
    _tell(world, refund, before)
    return refund


@job("refund_fails")
def fail(world, refund, reason="lost_or_stolen_card"):
    """A refund does not reach the customer: the money comes back to the balance.

    Source: https://docs.stripe.com/refunds#failed-refunds
    """
    refund = world.get("refund", refund)
    if refund["status"] in ("failed", "canceled"):
        return refund
    return _give_back(world, refund, "failed", reason)


def _give_back(world, refund, status, reason):
    """End a refund without success: what was taken comes back to the balance."""
    before, taken = rendered(refund), refund["balance_transaction"]
    taken = world.get("balance_transaction", taken)
    posted = post(
        world,
        "refund_failure",
        "refund_failure",
        -taken["amount"],
        taken["currency"],
        refund["id"],
        available_on=taken["available_on"],
        rate=taken["exchange_rate"],
        description="REFUND FAILURE",
    )
    refund.update(
        status=status,
        failure_reason=reason,
        failure_balance_transaction=posted["id"],
    )
    if refund.pop("next_action", None):
        before.pop("next_action", None)
    charge = world.get("charge", refund["charge"])
    charge["amount_refunded"] -= refund["amount"]
    charge["refunded"] = False
    if status == "failed":
        emit(world, "refund.failed", refund)
    before = {"failure_reason": None, "failure_balance_transaction": None, **before}
    _tell(world, refund, before)
    return refund


@route("GET /v1/refunds")
def list_all(world, params):
    """List, newest first."""
    equal = ("charge", "payment_intent")
    return paging.page(world, "refund", params, "/v1/refunds", None, equal)


@route("GET /v1/refunds/{refund}")
def retrieve(world, params, ref):
    """Serve one refund."""
    return world.get("refund", ref)


@route("POST /v1/refunds/{refund}")
def update(world, params, ref):
    """Change metadata."""
    refund = world.get("refund", ref)
    before = rendered(refund)
    merge_metadata(refund, params)
    _tell(world, refund, before)
    return refund


@route("POST /v1/refunds/{refund}/cancel")
def cancel(world, params, ref):
    """Cancel a refund that waits for the customer's bank details.

    :raise ApiError: 400 in any other state
    """
    refund = world.get("refund", ref)
    if refund["status"] != "requires_action":
        raise invalid(f"A refund with status {refund['status']} cannot be canceled.")
    return _give_back(world, refund, "canceled", "merchant_request")
