"""Make a company, start Odoo and the gateway, play the story, show what came of it."""

import argparse
import json
import os
import signal
import sys
import time
from contextlib import ExitStack

import stripe

from dev import provision
from dev.odoo_client import OdooClient, OdooError
from dev.provision import SetupError
from dev.proxy import proxied
from dev.server import check_free, running
from dev.stripe_sandbox.client import KEY
from dev.stripe_sandbox.process import SandboxProcess

from . import report
from .company import set_up
from .real_stripe import RealStripe
from .story import SCENES, Story, StoryError

DATABASE = "demo"
STARTED_DAYS_AGO = 9  # the story ends today
STOPS = (SetupError, StoryError, OdooError, RuntimeError, stripe.StripeError)


def main(arguments):
    """Run the demo.

    With STRIPE_SECRET_KEY in the environment Stripe's test mode takes the sandbox's
    place, see :mod:`real_stripe`.

    :return: exit status: 0 if every trail is complete and the proof is zero
    """
    options = _options(arguments)
    try:
        with ExitStack() as stack:
            stage = real_stage if os.environ.get("STRIPE_SECRET_KEY") else open_stage
            opened = stage(stack, options.port + 1, options.database)
            ports = (options.port + 1, options.port + 2)
            url = stack.enter_context(proxied(*ports, options.port))
            server, *told = play(*opened)
            good = _conclude(*told)
            if not options.exit:
                _keep_serving(server, url)
            return 0 if good else 1
    except STOPS as error:
        print(f"\nThe demo stopped: {error}", file=sys.stderr)
        return 1


def _options(arguments):
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    parser.add_argument("--exit", action="store_true", help="stop after the story")
    parser.add_argument("--port", type=int, default=8069)
    parser.add_argument("--database", default=DATABASE, help="is made anew")
    return parser.parse_args(arguments)


def open_stage(stack, port, database=DATABASE):
    """Start the gateway and Odoo on a new database.

    :param stack: ExitStack that stops them again
    :param str database: name of the new database; one of that name is replaced
    :return: (server, sandbox)
    """
    check_free(port)  # before a running demo loses its database
    template = provision.ensure_template()
    _say("making the company's database")
    provision.clone_database(template, database)
    gateway = SandboxProcess("--seed", "19")
    sandbox = stack.enter_context(gateway)
    sandbox.clock(frozen=True, now=int(time.time()) - STARTED_DAYS_AGO * 86400)
    sandbox.account(
        country="NL", settlement_currency="eur", fee_tax_percent="21", dispute_fee=2000
    )
    _say("starting Odoo, with workers and scheduled actions as in production")
    env = {"STRIPE_API_BASE": gateway.url}
    return stack.enter_context(running(database, port, env=env)), sandbox


def real_stage(stack, port, database=DATABASE):
    """Start Odoo on a new database, beside Stripe's real test mode.

    :return: (server, RealStripe)
    :raise RuntimeError: if STRIPE_SECRET_KEY is no test key
    """
    base = os.environ.get("STRIPE_API_BASE")
    gateway = RealStripe(os.environ["STRIPE_SECRET_KEY"], base)
    stack.callback(gateway.close)
    _say("talking to Stripe's test mode; proven is the balance's change from now on")
    for scene, reason in gateway.left_out.items():
        _say(f"left out: {scene.replace('_', ' ')}, since {reason}")
    _say("left out: the payments' way to the bank, not told of a payout made by hand")
    check_free(port)
    provision.clone_database(provision.ensure_template(), database)
    return stack.enter_context(running(database, port)), gateway


def play(server, gateway):
    """Set up the company and play the story.

    :param gateway: a Sandbox, or RealStripe
    :return: (server, odoo client, company, story)
    """
    odoo = OdooClient(server.url, server.database).login("admin", "admin")
    _say("setting up the company and connecting the gateway")
    company = _connected(odoo, server, gateway)
    shopper = OdooClient(server.url, server.database)
    real = isinstance(gateway, RealStripe)
    left_out = gateway.left_out if real else ()
    scenes = [scene for scene in SCENES if scene not in left_out]
    story = Story(odoo, shopper, company, gateway, _say, scenes)
    story.play()
    return server, odoo, company, story


def _connected(odoo, server, gateway):
    """Return the company, connected with the sandbox or with Stripe."""
    if not isinstance(gateway, RealStripe):
        return set_up(odoo, ("pk_test_sandbox", KEY), server.url)
    keys = ("pk_test_demo", gateway.secret_key)
    secret = gateway.webhook_secret
    company = set_up(odoo, keys, server.url, gateway.currency, secret)
    company.opening = gateway.opening
    path = f"/integrated_payments/webhook/{company.provider}"
    gateway.relay(server.url + path)
    return company


def _conclude(odoo, company, story):
    """Print and write the report; return whether all is well."""
    real = isinstance(story.bank, RealStripe)
    without = story.bank.untold_effects if real else ()
    trails = report.wait_for_trails(odoo, story.payments, without)
    proven = report.proof(odoo, company.provider, company.opening)
    payouts = report.payouts(odoo)
    print(report.show(trails, proven, payouts))
    complete = all(each["complete"] for each in trails)
    good = complete and proven["balanced"]
    path = provision.ensure().run / "demo-report.json"
    path.write_text(
        json.dumps(
            {"good": good, "payments": trails, "proof": proven, "payouts": payouts},
            indent=2,
        )
    )
    print(f"\nWritten to {path.relative_to(path.parents[1])}.")
    return good


def _keep_serving(server, url):
    print(f"\nOdoo serves {url}: log in as admin, password admin.")
    print("Press Ctrl-C to stop.")
    try:
        server.wait()
    except KeyboardInterrupt:
        print("Stopping.")


def _say(text):
    print(f"-> {text[0].upper()}{text[1:]}", flush=True)


if __name__ == "__main__":
    # Else whoever ends the demo leaves its servers behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
