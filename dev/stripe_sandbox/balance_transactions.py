"""Balance transactions: the one place where the merchant's balance changes.

Source: https://docs.stripe.com/reports/balance-transaction-types and
https://docs.stripe.com/reports/reporting-categories
"""

from . import account as accounts
from . import money, paging
from .clock import midnight
from .errors import invalid
from .events import emit
from .routing import job, route

URL = "/v1/balance_transactions"


def post(
    world,
    kind,
    category,
    amount,
    currency,
    source,
    fees=(),
    available_on=None,
    rate=None,
    description=None,
    balance_type="payments",
):
    """Move the balance and return the balance transaction that says so.

    :param str kind: ``type``, e.g. ``charge``; ``category``: ``reporting_category``
    :param int amount: signed gross, minor units of ``currency`` (of settlement)
    :param list fees: ``fee_details``; their sum is the fee, ``net = amount - fee``
    :param int available_on: when the net becomes available (default at once)
    """
    now = world.clock.now()
    fee = sum(detail["amount"] for detail in fees)
    available_on = max(available_on or now, now)
    posted = world.add(
        {
            "id": world.new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": available_on,
            "balance_type": balance_type,
            "created": now,
            "currency": currency,
            "description": description,
            "exchange_rate": rate,
            "fee": fee,
            "fee_details": list(fees),
            "net": amount - fee,
            "reporting_category": category,
            "source": source,
            "status": "pending" if available_on > now else "available",
            "type": kind,
        }
    )
    _book(world, posted, posted["net"])
    return posted


def _book(world, posted, net):
    ledger = world.ledgers.setdefault(
        posted["currency"], {"available": 0, "pending": 0, "reserved": 0}
    )
    payments = posted["balance_type"] == "payments"
    ledger[posted["status"] if payments else "reserved"] += net


def funds_day(world):
    """Return when a payment of now becomes available: the account's delay, at 00:00."""
    delay = world.account["payout_schedule"]["delay_days"]
    return midnight(world.clock.now(), delay)


def settled(world, amount, currency):
    """Return (amount, currency, rate) in which a payment reaches the balance."""
    target = accounts.settlement_currency(world.account, currency)
    rate = money.exchange_rate(world.account, currency, target)
    return money.exchanged(amount, rate), target, rate


def release_due(world):
    """Make what is due available; tell about it with ``balance.available``."""
    from .balance import current

    now, released = world.clock.now(), False
    for posted in world.all("balance_transaction"):
        if posted["status"] == "pending" and posted["available_on"] <= now:
            _book(world, posted, -posted["net"])
            posted["status"] = "available"
            _book(world, posted, posted["net"])
            released = True
    if released:
        emit(world, "balance.available", current(world))


@job("day_begins")
def day_begins(world):
    """At 00:00 UTC: funds become available, then the automatic payout is made."""
    from .payouts import sweep_if_scheduled

    release_due(world)
    sweep_if_scheduled(world)
    world.at(midnight(world.clock.now(), 1), "day_begins")


@route("GET /v1/balance_transactions")
def list_all(world, params):
    """List, newest first; ``payout`` only for automatic payouts, as at Stripe."""
    payout = params.get("payout")
    if payout and not world.get("payout", payout, "payout")["automatic"]:
        raise invalid(
            "Balance transaction history can only be filtered on automatic "
            "transfers, not manual.",
            param="payout",
        )
    return paging.page(
        world,
        "balance_transaction",
        params,
        URL,
        where=lambda t: payout in (None, t.get("_payout")),
        equal=("currency", "source", "type"),
    )


@route("GET /v1/balance_transactions/{id}")
def retrieve(world, params, ref):
    """Serve one balance transaction."""
    return world.get("balance_transaction", ref)
