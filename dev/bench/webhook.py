"""How fast the door answers: signed events beside Odoo's bare health page, in one run.

800 events, 8 at a time, to a server with two workers. The health page does nothing but
pass through Odoo's HTTP stack: it is the floor of what any answer costs.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import local

import requests
from stripe import WebhookSignature

from ._figures import spread
from ._stage import open_stage

EVENTS, AT_ONCE, PORT, DATABASE = 800, 8, 8269, "bench_webhook"
_thread = local()


def measure():
    """Return the figures of one run."""
    with ExitStack() as stack:
        stage = open_stage(stack, DATABASE, PORT)
        odoo, company, server = stage.odoo, stage.company, stage.server
        secret = odoo.one(
            "payment.provider",
            [("id", "=", company.provider)],
            ["gateway_webhook_secret"],
        )["gateway_webhook_secret"]
        url = f"{server.url}/integrated_payments/webhook/{company.provider}"
        floor = _timed(lambda number: _session().get(f"{server.url}/web/health"))
        door = _timed(lambda number: _deliver(url, secret, number))
        stored = odoo.call(
            "payment.event", "search_count", [("gateway_ref", "like", "evt_bench_")]
        )
    return {
        "events sent": EVENTS,
        "events stored": stored,
        **spread("health page", floor),
        **spread("webhook", door),
        "webhook / health page, median": sorted(door)[EVENTS // 2]
        / sorted(floor)[EVENTS // 2],
    }


def _timed(call):
    """Return the durations of EVENTS calls, AT_ONCE at a time."""

    def one(number):
        start = time.perf_counter()
        call(number).raise_for_status()
        return time.perf_counter() - start

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(one, range(-40, 0)))  # warm up
        return list(pool.map(one, range(EVENTS)))


def _session():
    if not hasattr(_thread, "session"):
        _thread.session = requests.Session()
    return _thread.session


def _deliver(url, secret, number):
    body = json.dumps(
        {
            "id": f"evt_bench_{number}" if number >= 0 else f"evt_warm_{-number}",
            "object": "event",
            "type": "customer.updated",
            "livemode": False,
            "created": int(time.time()),
            "data": {"object": {"id": "cus_bench", "object": "customer"}},
        }
    )
    header = WebhookSignature.generate_signature_header(body, secret)
    return _session().post(url, data=body, headers={"Stripe-Signature": header})
