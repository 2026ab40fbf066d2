"""From the customer's payment to all effects done, as the customer's clock sees it.

20 orders with goods in stock, one after the other: order confirmed, invoice made,
posted and sent as PDF, goods delivered, opportunity won, receipt sent. Each customer
pays when the mails of the one before have left.
"""

import time
from contextlib import ExitStack

from dev.demo.story import Story
from dev.odoo_client import OdooClient

from ._figures import spread
from ._stage import open_stage

ORDERS, PORT, DATABASE = 20, 8369, "bench_latency"
WANTED = ("books", "order", "invoice", "stock", "crm", "receipt")


def measure():
    """Return the figures of one run."""
    with ExitStack() as stack:
        stage = open_stage(stack, DATABASE, PORT)
        odoo = stage.odoo
        shopper = OdooClient(stage.server.url, DATABASE)
        story = Story(odoo, shopper, stage.company, stage.sandbox, lambda text: None)
        _pay(odoo, story)  # warm up
        seconds = [_pay(odoo, story) for _order in range(ORDERS)]
    return {"orders": ORDERS, **spread("payment to all effects", seconds)}


def _pay(odoo, story):
    """Let a customer pay an order; return the seconds until its effects are done."""
    order = story._order("Nora Lindqvist", [("Desk lamp", 1)])
    payment, intent = story._check_out(order)
    _await_mails(odoo)
    start = time.perf_counter()
    story.bank.pay(intent, card="visa")
    domain = [
        ("transaction_id", "=", payment),
        ("kind", "in", WANTED),
        ("state", "=", "done"),
    ]
    while odoo.call("payment.effect", "search_count", domain) < len(WANTED):
        if time.perf_counter() - start > 60:
            raise RuntimeError(f"The effects of payment {payment} are not done.")
        time.sleep(0.05)
    return time.perf_counter() - start


def _await_mails(odoo):
    """Wait until no mail is to be printed or sent any more."""
    waiting = (
        ("mail.mail", [("state", "=", "outgoing")]),
        ("sale.order", [("pending_email_template_id", "!=", False)]),
    )
    while any(odoo.call(model, "search_count", domain) for model, domain in waiting):
        time.sleep(0.2)
