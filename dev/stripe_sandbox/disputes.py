"""Disputes: the bank takes a payment back, the merchant answers, somebody wins.

Source: https://docs.stripe.com/disputes/how-disputes-work
"""

from . import charges, files, money, paging, radar
from .balance_transactions import post
from .clock import DAY
from .customers import merge_metadata
from .errors import invalid
from .events import emit
from .rendering import rendered
from .routing import job, route

ANSWER_DAYS = 14
OPEN = ("needs_response", "under_review")
INQUIRY = ("warning_needs_response", "warning_under_review")
DONE = ("won", "lost", "warning_closed")
TEXT_TOTAL = 150_000  # characters. Source: https://docs.stripe.com/disputes/api
EVIDENCE_FILES = frozenset(
    "cancellation_policy customer_communication customer_signature "
    "duplicate_charge_documentation receipt refund_policy service_documentation "
    "shipping_documentation uncategorized_file".split()
)
NETWORK_CODES = {"fraudulent": "10.4", "product_not_received": "13.1"}


def open_dispute(world, charge, amount=None, reason="fraudulent", inquiry=False):
    """The customer's bank disputes a charge (or only inquires about it).

    A dispute takes the amount and the dispute fee from the balance, in one balance
    transaction; an inquiry takes nothing.

    Once a dispute is closed, what it left may be disputed again.

    :raise ApiError: the charge is not paid, in dispute now, or less is left of it
    """
    left = _disputable(world, charge)
    amount = left if amount is None else amount
    if not 0 < amount <= left:
        raise invalid(f"Charge {charge['id']} cannot be disputed.", None, "charge")
    charges.attach(world, charge["id"])
    dispute = world.add(_blank(world, charge, amount, reason, inquiry))
    charge["disputed"] = True
    if not inquiry:
        _withdraw(world, charge, dispute)
    emit(world, "charge.dispute.created", dispute)
    radar.settle_doubts(world, charge, "disputed")
    if not inquiry:
        emit(world, "charge.dispute.funds_withdrawn", dispute)
    world.at(
        dispute["evidence_details"]["due_by"], "dispute_lapses", dispute=dispute["id"]
    )
    return dispute


def _disputable(world, charge):
    """Return how much of a charge a bank may dispute now."""
    earlier = [each for each in world.all("dispute") if each["charge"] == charge["id"]]
    if charge["status"] != "succeeded" or not charge["captured"]:
        return 0
    if any(each["status"] not in DONE for each in earlier):
        return 0
    gone = sum(each["amount"] for each in earlier if each["status"] == "lost")
    return charge["amount_captured"] - charge["amount_refunded"] - gone


def _blank(world, charge, amount, reason, inquiry):
    details = charge["payment_method_details"]
    card = details.get("card")
    code = NETWORK_CODES.get(reason, "10.4")
    return {
        "id": world.new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": world.clock.now(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": world.clock.now() + ANSWER_DAYS * DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "manual",
        },
        "is_charge_refundable": inquiry,
        "livemode": False,
        "metadata": {},
        "network_reason_code": code,
        "payment_intent": charge["payment_intent"],
        "payment_method_details": {
            "card": {
                "brand": card["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network": card["network"],
                "network_reason_code": code,
            },
            "type": "card",
        }
        if card
        else {"type": details["type"]},
        "reason": reason,
        "status": "warning_needs_response" if inquiry else "needs_response",
    }


def _move(world, charge, dispute, sign, fee):
    """Post the amount (and the fee) of a dispute; keep it on the dispute."""
    currency = charge["_settlement"]
    text = "Dispute fee"
    posted = post(
        world,
        "adjustment",
        "dispute" if sign < 0 else "dispute_reversal",
        sign * money.exchanged(dispute["amount"], charge["_rate"]),
        currency,
        dispute["id"],
        fees=money.detailed(world.account, fee, currency, text),
        available_on=charges.same_day(world, charge),
        rate=charge["_rate"],
        description=("Chargeback withdrawal" if sign < 0 else "Chargeback reversal")
        + f" for {charge['id']}",
    )
    dispute["balance_transactions"].append(rendered(posted))


def _withdraw(world, charge, dispute):
    _move(world, charge, dispute, -1, world.account["dispute_fee"])


def escalate(world, dispute):
    """An inquiry becomes a dispute.

    :raise ApiError: it is none
    """
    if dispute["status"] not in INQUIRY:
        raise invalid(f"Dispute {dispute['id']} is no inquiry.")
    charge, before = world.get("charge", dispute["charge"]), rendered(dispute)
    dispute.update(status="needs_response", is_charge_refundable=False)
    _withdraw(world, charge, dispute)
    emit(world, "charge.dispute.updated", dispute, {"status": before["status"]})
    emit(world, "charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(world, dispute, outcome):
    """The bank decides: ``won``, ``lost`` or, for an inquiry, ``warning_closed``.

    :raise ApiError: it is closed, or the outcome does not fit
    """
    inquiry = dispute["status"] in INQUIRY
    fits = outcome == "warning_closed" if inquiry else outcome in ("won", "lost")
    if dispute["status"] not in OPEN + INQUIRY or not fits:
        raise invalid(
            f"Dispute {dispute['id']} is {dispute['status']}: cannot become {outcome}."
        )
    charge = world.get("charge", dispute["charge"])
    dispute["status"] = outcome
    if outcome == "won":
        returned = world.account["dispute_fee_returned"]
        fee = -world.account["dispute_fee"] if returned else 0
        _move(world, charge, dispute, 1, fee)
        emit(world, "charge.dispute.funds_reinstated", dispute)
    if outcome != "lost":
        charge["disputed"] = outcome == "won"
    emit(world, "charge.dispute.closed", dispute)
    return dispute


def reinstate(world, dispute):
    """The bank gives the money of a lost dispute back after all.

    :raise ApiError: it is not lost
    """
    if dispute["status"] != "lost":
        raise invalid(f"Dispute {dispute['id']} is not lost.")
    dispute["status"] = "won"
    _move(world, world.get("charge", dispute["charge"]), dispute, 1, 0)
    emit(world, "charge.dispute.funds_reinstated", dispute)
    emit(world, "charge.dispute.updated", dispute, {"status": "lost"})
    return dispute


@job("dispute_lapses")
def lapse(world, dispute):
    """Nobody answered in time: the dispute is lost."""
    dispute = world.get("dispute", dispute)
    dispute["evidence_details"]["past_due"] = True
    if dispute["status"] == "needs_response":
        close_dispute(world, dispute, "lost")
    elif dispute["status"] == "warning_needs_response":
        close_dispute(world, dispute, "warning_closed")


@route("POST /v1/disputes/{dispute}")
def update(world, params, ref):
    """Stage evidence, and submit it unless ``submit`` is false."""
    dispute = world.get("dispute", ref)
    before = rendered(dispute)
    if params.get("evidence") or params.get("submit"):
        if dispute["status"] not in OPEN[:1] + INQUIRY[:1]:
            raise invalid("This dispute is already closed or under review.")
        _stage(world, dispute, params.get("evidence") or {})
        if params.get("submit", True):
            _submit(dispute)
    merge_metadata(dispute, params)
    changed = {k: v for k, v in before.items() if v != dispute[k]}
    emit(world, "charge.dispute.updated", dispute, changed)
    return dispute


def _stage(world, dispute, given):
    """Keep what was sent; an empty value unsets a field.

    :raise ApiError: an unknown file, or too much text
    """
    for name in EVIDENCE_FILES & given.keys():
        if given[name]:
            files.check_evidence(world, given[name], f"evidence[{name}]")
    evidence = dispute["evidence"] | given
    texts = [
        value
        for name, value in evidence.items()
        if isinstance(value, str) and name not in EVIDENCE_FILES
    ]
    if sum(map(len, texts)) > TEXT_TOTAL:
        raise invalid(
            f"The evidence is longer than {TEXT_TOTAL} characters.", None, "evidence"
        )
    dispute["evidence"] = evidence
    details = dispute["evidence_details"]
    details["has_evidence"] = any(
        value for name, value in evidence.items() if name != "enhanced_evidence"
    )


def _submit(dispute):
    """Hand the evidence to the bank; once.

    :raise ApiError: there is none
    """
    details = dispute["evidence_details"]
    if not details["has_evidence"]:
        raise invalid("There is no evidence to submit.", None, "submit")
    details["submission_count"] += 1
    review = "warning_under_review" if _is_inquiry(dispute) else "under_review"
    dispute["status"] = review


def _is_inquiry(dispute):
    return dispute["status"] in INQUIRY


@route("POST /v1/disputes/{dispute}/close")
def concede(world, params, ref):
    """Give the dispute up: it is lost."""
    return close_dispute(world, world.get("dispute", ref), "lost")


@route("GET /v1/disputes")
def list_all(world, params):
    """List, newest first."""
    equal = ("charge", "payment_intent")
    return paging.page(world, "dispute", params, "/v1/disputes", None, equal)


@route("GET /v1/disputes/{dispute}")
def retrieve(world, params, ref):
    """Serve one dispute."""
    return world.get("dispute", ref)
