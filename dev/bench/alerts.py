"""What the hourly check of alerts and a what-if of fees cost.

Payments of three years are made by SQL (``_payments``) up to now. Measured are one
check of one company (seconds and queries) and pricing all its payments with another
list. Two sizes show that the number of queries does not depend on the payments.
"""

from odoo import fields

from ._odoo import environment, timed
from ._payments import DAYS, Shop

SIZES = (10_000, 100_000)
LINES = (("domestic", 1.5), ("eea", 1.9), ("international", 3.25))


def measure(sizes=SIZES):
    """Return the figures of one run."""
    figures = {}
    for count in sizes:
        with environment(f"bench_alerts_{count}") as env:
            Shop(env).fill(count, fields.Datetime.to_string(fields.Datetime.now()))
            env["payment.rollup.dirty"]._mark_all()
            env["payment.rollup.day"]._cron_rebuild()
            figures |= _check(env, count) | _what_if(env, count)
    return figures


def _check(env, count):
    alerts = env["payment.alert"]
    timed(env, lambda: alerts._check(env.company))
    cost = timed(env, lambda: alerts._check(env.company))
    return {
        f"{count:,}: check s": cost.seconds,
        f"{count:,}: check queries": cost.queries,
        f"{count:,}: alerts": alerts.search_count([]),
    }


def _what_if(env, count):
    env.company.country_id = env.ref("base.us")
    prices = env["payment.price.list"].create(
        {
            "name": "Offer",
            "line_ids": [
                (0, 0, {"region": region, "percent": percent})
                for region, percent in LINES
            ],
        }
    )
    today = fields.Date.today()
    simulation = env["payment.price.simulation"].create(
        {
            "list_id": prices.id,
            "date_from": fields.Date.subtract(today, days=DAYS + 1),
            "date_to": today,
        }
    )
    cost = timed(env, simulation.action_simulate)
    return {
        f"{count:,}: what-if s": cost.seconds,
        f"{count:,}: what-if queries": cost.queries,
        f"{count:,}: payments priced": simulation.payments,
        f"{count:,}: payments without a price": simulation.open_payments,
    }
