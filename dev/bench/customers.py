"""The nightly job over 20,000 customers: snapshots, cohorts, forecast, a replayed day.

200,000 payments through the gateway with refunds and disputes, and 90,000 invoices,
most of them paid by bank transfer: made by SQL, computed as the cron does it.
"""

from datetime import timedelta

from ._odoo import environment, timed

DATABASE = "bench_customers"
PAYMENTS, INVOICES = 200_000, 90_000


def measure(payments=PAYMENTS, invoices=INVOICES):
    """Return the figures of one run."""
    with environment(DATABASE) as env:
        from odoo import fields

        from ._invoices import add_invoices
        from ._payments import CUSTOMERS, Shop

        shop = Shop(env)
        shop.fill(payments, last=fields.Datetime.now())
        add_invoices(shop, invoices, CUSTOMERS)
        return {"customers": CUSTOMERS, "payments": payments, "invoices": invoices} | (
            _jobs(env, shop.company)
        )


def _jobs(env, company):
    """Return what each job took."""
    Snapshot, Run = env["payment.customer.snapshot"], env["payment.forecast.run"]
    day = Snapshot._days(company)["today"] - timedelta(100)
    figures = {}
    for name, work in (
        ("customers", lambda: Snapshot._compute_company(company)),
        ("customers again", lambda: Snapshot._compute_company(company)),
        ("one customer", lambda: Snapshot.search([], limit=1)._compute_again()),
        ("forecast", lambda: Run._compute_company(company)),
        ("replay of a day", lambda: Run._replay(company, day)),
    ):
        cost = timed(env, work)
        figures[f"{name} s"] = round(cost.seconds, 2)
        figures[f"{name} queries"] = cost.queries
    for model in ("customer.snapshot", "customer.month", "cohort", "forecast.line"):
        figures[f"rows of {model}"] = env[f"payment.{model}"].search_count([])
    return figures
