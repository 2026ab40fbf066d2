"""Payouts: automatic ones that sweep what is available, manual and instant ones.

Source: https://docs.stripe.com/payouts and
https://docs.stripe.com/reports/payout-reconciliation
"""

from . import money, paging
from .balance_transactions import post
from .clock import date_of, midnight
from .customers import merge_metadata
from .errors import invalid
from .events import emit
from .rendering import rendered
from .routing import job, route

HOUR = 3600
SUBMITTED_AFTER, RECONCILED_AFTER = 2 * HOUR, 6 * HOUR
WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
DUE = {
    "daily": lambda date, anchor: True,
    "weekly": lambda date, anchor: WEEKDAYS[date.weekday()] == (anchor or "monday"),
    "monthly": lambda date, anchor: date.day == (anchor or 1),
    "manual": lambda date, anchor: False,
}


def sweep_if_scheduled(world):
    """Make the automatic payouts if the account's schedule names this day."""
    schedule = world.account["payout_schedule"]
    today = date_of(world.clock.now())
    if DUE[schedule["interval"]](today, schedule["anchor"]):
        sweep(world)


def sweep(world):
    """Pay out what is available, one automatic payout per currency.

    :return: the payouts; each one's amount is the sum of the nets it takes along
    """
    made = []
    for currency in sorted(world.ledgers):
        taken = [t for t in world.all("balance_transaction") if _open(t, currency)]
        amount = sum(t["net"] for t in taken)
        if amount <= 0:
            continue
        payout = _make(world, amount, currency, automatic=True)
        for posted in taken:
            posted["_payout"] = payout["id"]
        _take(world, payout)["_payout"] = payout["id"]
        _announce(world, payout)
        world.after(RECONCILED_AFTER, "payout_reconciled", payout=payout["id"])
        made.append(payout)
    return made


def _open(posted, currency):
    return (
        posted["currency"] == currency
        and posted["status"] == "available"
        and posted["balance_type"] == "payments"
        and "_payout" not in posted
    )


def _make(world, amount, currency, automatic, params=None):
    params = params or {}
    method = params.get("method") or "standard"
    days = world.account["payout_arrival_days"]
    now = world.clock.now()
    arrival = now if method == "instant" else midnight(now, days)
    return world.add(
        {
            "id": world.new_id("po"),
            "object": "payout",
            "amount": amount,
            "application_fee": None,
            "application_fee_amount": None,
            "arrival_date": arrival,
            "automatic": automatic,
            "balance_transaction": None,
            "created": now,
            "currency": currency,
            "description": params.get("description")
            or ("STRIPE PAYOUT" * automatic)
            or None,
            "destination": params.get("destination")
            or f"ba_1Sandbox{currency.upper()}",
            "failure_balance_transaction": None,
            "failure_code": None,
            "failure_message": None,
            "livemode": False,
            "metadata": params.get("metadata") or {},
            "method": method,
            "original_payout": None,
            "reconciliation_status": "in_progress" if automatic else "not_applicable",
            "reversed_by": None,
            "source_type": params.get("source_type") or "card",
            "statement_descriptor": params.get("statement_descriptor")
            or world.account["statement_descriptor"],
            "status": "pending",
            "trace_id": {"status": "pending", "value": None},
            "type": "bank_account",
        }
    )


def _take(world, payout, fees=()):
    """Post a payout to the balance."""
    posted = post(
        world,
        "payout",
        "payout",
        -payout["amount"],
        payout["currency"],
        payout["id"],
        fees=fees,
        description=payout["description"] or "STRIPE PAYOUT",
    )
    payout["balance_transaction"] = posted["id"]
    return posted


def _announce(world, payout):
    emit(world, "payout.created", payout)
    instant = payout["method"] == "instant"
    submitted = 60 if instant else SUBMITTED_AFTER
    world.after(submitted, "payout_submitted", payout=payout["id"])
    arrives = world.clock.now() + HOUR // 2
    if not instant:
        arrives = payout["arrival_date"] + 8 * HOUR
    world.at(arrives, "payout_arrives", payout=payout["id"])


@job("payout_submitted")
def submit(world, payout):
    """A payout is given to the bank: it can no longer be canceled."""
    payout = world.get("payout", payout)
    if payout["status"] == "pending":
        payout["status"] = "in_transit"
        emit(world, "payout.updated", payout, {"status": "pending"})
    return payout


@job("payout_arrives")
def arrive(world, payout):
    """A payout reaches the merchant's bank."""
    payout = world.get("payout", payout)
    if payout["status"] not in ("pending", "in_transit"):
        return payout
    trace = world.new_id("t")[2:16].upper()
    payout.update(status="paid", trace_id={"status": "supported", "value": trace})
    emit(world, "payout.paid", payout)
    return payout


@job("payout_reconciled")
def reconcile(world, payout):
    """Stripe has assigned all balance transactions of an automatic payout."""
    payout = world.get("payout", payout)
    if payout["reconciliation_status"] != "in_progress":
        return payout
    payout["reconciliation_status"] = "completed"
    emit(world, "payout.updated", payout, {"reconciliation_status": "in_progress"})
    emit(world, "payout.reconciliation_completed", payout)
    return payout


def fail(world, payout, code="account_closed"):
    """The bank sends a payout back, even days after it was ``paid``.

    :raise ApiError: it is failed or canceled already
    """
    if payout["status"] in ("failed", "canceled"):
        raise invalid(f"Payout {payout['id']} is {payout['status']} already.")
    posted = _give_back(world, payout, "payout_failure")
    payout.update(
        status="failed",
        failure_code=code,
        failure_message=f"The bank refused the payout: {code.replace('_', ' ')}.",
        failure_balance_transaction=posted["id"],
    )
    emit(world, "payout.failed", payout)
    return payout


def _give_back(world, payout, kind):
    taken = world.get("balance_transaction", payout["balance_transaction"])
    return post(
        world,
        kind,
        "payout_reversal",
        -taken["amount"],
        payout["currency"],
        payout["id"],
        description="STRIPE PAYOUT REVERSAL",
    )


@route("POST /v1/payouts")
def create(world, params):
    """Pay out by hand; ``method=instant`` costs a fee and arrives in half an hour.

    :raise ApiError: more than is available
    """
    amount, currency = params["amount"], params["currency"].lower()
    if currency in money.WHOLE_PAYOUTS and amount % 100:
        raise invalid(
            f"Payouts in {currency} must be divisible by 100.", None, "amount"
        )
    fees = []
    if params.get("method") == "instant":
        percent = world.account["instant_payout_percent"]
        price = {"percent": percent, "fixed": 0}
        prices = {**world.account, "fees": {"default": price}}
        fees = money.fee_details(prices, "payout", amount, currency)
    available = world.ledgers.get(currency, {}).get("available", 0)
    if amount < 1 or amount + sum(fee["amount"] for fee in fees) > available:
        raise invalid(
            "You have insufficient funds in your Stripe account for this transfer.",
            "balance_insufficient",
            "amount",
        )
    payout = _make(world, amount, currency, False, params)
    _take(world, payout, fees)
    _announce(world, payout)
    return payout


@route("POST /v1/payouts/{payout}/cancel")
def cancel(world, params, ref):
    """Cancel a payout that the bank does not have yet."""
    payout = world.get("payout", ref)
    if payout["status"] != "pending":
        raise invalid(f"Payouts with status {payout['status']} cannot be canceled.")
    posted = _give_back(world, payout, "payout_cancel")
    payout.update(status="canceled", failure_balance_transaction=posted["id"])
    emit(world, "payout.canceled", payout)
    return payout


@route("POST /v1/payouts/{payout}")
def update(world, params, ref):
    """Change metadata."""
    payout = world.get("payout", ref)
    before = rendered(payout)
    merge_metadata(payout, params)
    changed = {k: v for k, v in before.items() if v != payout[k]}
    emit(world, "payout.updated", payout, changed)
    return payout


@route("GET /v1/payouts")
def list_all(world, params):
    """List, newest first."""
    wanted = params.get("arrival_date")
    return paging.page(
        world,
        "payout",
        params,
        "/v1/payouts",
        where=lambda payout: paging.within(payout["arrival_date"], wanted),
        equal=("destination", "status"),
    )


@route("GET /v1/payouts/{payout}")
def retrieve(world, params, ref):
    """Serve one payout."""
    return world.get("payout", ref)
