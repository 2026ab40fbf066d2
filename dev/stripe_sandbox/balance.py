"""The balance: what the balance transactions add up to, proved at every look."""

from .errors import SandboxBug
from .routing import route


def current(world):
    """Return the Balance object.

    :raise SandboxBug: the running ledgers differ from the sum of all nets
    """
    prove(world)
    return {
        "object": "balance",
        "available": _amounts(world, "available"),
        "connect_reserved": [],
        "instant_available": _amounts(world, "available"),
        "livemode": False,
        "pending": _amounts(world, "pending"),
    }


def _amounts(world, part):
    home = world.account["settlement_currency"]
    return [
        {
            "amount": world.ledgers.get(currency, {}).get(part, 0),
            "currency": currency,
            "source_types": {"card": world.ledgers.get(currency, {}).get(part, 0)},
        }
        for currency in sorted({home, *world.ledgers})
    ]


def prove(world):
    """Check ledgers = sums of nets, per currency and part.

    :return: {currency: {"available", "pending", "reserved"}}
    :raise SandboxBug: they differ
    """
    totals = {}
    for posted in world.all("balance_transaction"):
        parts = totals.setdefault(
            posted["currency"], {"available": 0, "pending": 0, "reserved": 0}
        )
        payments = posted["balance_type"] == "payments"
        parts[posted["status"] if payments else "reserved"] += posted["net"]
        fees = sum(detail["amount"] for detail in posted["fee_details"])
        if posted["net"] != posted["amount"] - posted["fee"] or fees != posted["fee"]:
            raise SandboxBug(f"{posted['id']}: net is not amount - fees")
    if totals != world.ledgers:
        raise SandboxBug(f"ledgers {world.ledgers} differ from the sums {totals}")
    return totals


@route("GET /v1/balance")
def retrieve(world, params):
    """Serve the balance."""
    return current(world)
