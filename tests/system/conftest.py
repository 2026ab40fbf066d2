"""One company, its Odoo server, its gateway: started once, used by all system tests."""

import time
from contextlib import ExitStack

import pytest
from system_books import settled
from system_browser import chromium
from system_stage import Stage, free_port

from dev import provision
from dev.demo.company import set_up
from dev.odoo_client import OdooClient
from dev.provision.paths import RUN
from dev.server import running
from dev.stripe_sandbox.client import KEY
from dev.stripe_sandbox.process import SandboxProcess

DATABASE = f"system_{free_port()}"  # tests of two clones may share one PostgreSQL
STARTED_DAYS_AGO = 60


@pytest.fixture(scope="session")
def running_stage():
    """Start everything as the demo does; the gateway's clock runs 60 days behind."""
    provision.clone_database(provision.ensure_template(), DATABASE)
    try:
        with ExitStack() as stack:
            yield _open(stack)
    finally:
        provision.drop_database(DATABASE)


def _open(stack):
    """Start gateway and Odoo, make the company; return the :class:`Stage`."""
    gateway = SandboxProcess("--seed", "23")
    sandbox = stack.enter_context(gateway)
    sandbox.clock(frozen=True, now=int(time.time()) - STARTED_DAYS_AGO * 86400)
    sandbox.clock(frozen=False)
    sandbox.account(
        country="NL", settlement_currency="eur", fee_tax_percent="21", dispute_fee=2000
    )
    env = {"STRIPE_API_BASE": gateway.url}
    server = stack.enter_context(running(DATABASE, free_port(), env=env))
    odoo = OdooClient(server.url, DATABASE).login("admin", "admin")
    company = set_up(odoo, ("pk_test_sandbox", KEY), server.url)
    stage = Stage(server, sandbox, odoo, company)
    stage.print_later()
    return stage


@pytest.fixture
def stage(running_stage):
    """The stage, quiet before and proven after: no fault is left, nothing is due.

    Afterwards the ledger must equal the gateway's balance whatever the test did, and
    the sandbox must have found no bug in itself.
    """
    running_stage.ensure_up()
    yield running_stage
    running_stage.sandbox.faults(clear=True)
    settled(running_stage)
    assert running_stage.sandbox.state()["bugs"] == []


@pytest.fixture(scope="module")
def started():
    """One browser for all tests of a file."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def browser(started, request):
    """The browser; what is open at the end is kept as a picture below ``.run/log``."""
    yield started
    for number, context in enumerate(started.contexts):
        name = f"{request.node.name}-{number}.png"
        context.pages[0].screenshot(path=RUN / "log" / "screens" / name)
        context.close()


def pytest_collection_modifyitems(items):
    """Mark all tests of this directory."""
    for item in items:
        if item.path.parent.name == "system":
            item.add_marker(pytest.mark.system)
