"""Make a company, start Odoo and the gateway, play the story, show what came of it."""

import argparse
import json
import sys
import time
from contextlib import ExitStack

from dev import provision
from dev.odoo_client import OdooClient, OdooError
from dev.provision import SetupError
from dev.server import running
from dev.stripe_sandbox.client import KEY
from dev.stripe_sandbox.process import SandboxProcess

from . import report
from .company import set_up
from .story import Story, StoryError

DATABASE = "demo"
STARTED_DAYS_AGO = 9  # the story ends today


def main(arguments):
    """Run the demo.

    :return: exit status: 0 if every trail is complete and the proof is zero
    """
    options = _options(arguments)
    try:
        with ExitStack() as stack:
            server, *told = play(*open_stage(stack, options.port, options.database))
            good = _conclude(*told)
            if not options.exit:
                _keep_serving(server)
            return 0 if good else 1
    except (SetupError, StoryError, OdooError, RuntimeError) as error:
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


def play(server, sandbox):
    """Set up the company and play the story.

    :return: (server, odoo client, company, story)
    """
    odoo = OdooClient(server.url, server.database).login("admin", "admin")
    _say("setting up the company and connecting the gateway")
    company = set_up(odoo, ("pk_test_sandbox", KEY), server.url)
    shopper = OdooClient(server.url, server.database)
    story = Story(odoo, shopper, company, sandbox, _say)
    story.play()
    return server, odoo, company, story


def _conclude(odoo, company, story):
    """Print and write the report; return whether all is well."""
    trails = report.wait_for_trails(odoo, story.payments)
    proven = report.proof(odoo, company.provider)
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


def _keep_serving(server):
    print(f"\nOdoo serves {server.url}: log in as admin, password admin.")
    print("Press Ctrl-C to stop.")
    try:
        server.wait()
    except KeyboardInterrupt:
        print("Stopping.")


def _say(text):
    print(f"-> {text[0].upper()}{text[1:]}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
