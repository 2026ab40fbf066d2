"""A company with its gateway on a server of its own, for one benchmark."""

from dataclasses import dataclass

from dev import provision
from dev.demo.company import Company, set_up
from dev.odoo_client import OdooClient
from dev.server import OdooServer, running
from dev.stripe_sandbox.client import KEY, Sandbox
from dev.stripe_sandbox.process import SandboxProcess


@dataclass
class Stage:
    """What a benchmark works with."""

    server: OdooServer
    odoo: OdooClient
    company: Company
    sandbox: Sandbox


def open_stage(stack, database, port):
    """Make the database, start gateway and Odoo; ``stack`` (ExitStack) undoes it."""
    provision.clone_database(provision.ensure_template(), database)
    stack.callback(provision.drop_database, database)
    gateway = SandboxProcess("--seed", "1")
    sandbox = stack.enter_context(gateway)
    sandbox.account(country="NL", settlement_currency="eur")
    env = {"STRIPE_API_BASE": gateway.url}
    server = stack.enter_context(running(database, port, env=env))
    odoo = OdooClient(server.url, database).login("admin", "admin")
    company = set_up(odoo, ("pk_test_sandbox", KEY), server.url)
    return Stage(server, odoo, company, sandbox)
