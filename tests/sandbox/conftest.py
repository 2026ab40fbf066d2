"""The sandbox as a real process, the SDK as its client, a receiver for its webhooks."""

import os

import pytest
from sandbox_support import Receiver, client

from dev.stripe_sandbox import catalogue
from dev.stripe_sandbox.client import KEY
from dev.stripe_sandbox.process import SandboxProcess
from dev.stripe_sandbox.validation import Schemas


@pytest.fixture(scope="session")
def running():
    """One sandbox process for all tests of the session."""
    with SandboxProcess() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running):
    """The running sandbox, emptied; it must not find a bug in itself."""
    running.reset(seed=1)
    yield running
    running.faults(clear=True)
    assert running.state()["bugs"] == []


@pytest.fixture
def api(sandbox):
    """Stripe's own client, pointed at the sandbox."""
    return client(KEY, sandbox.url)


@pytest.fixture(scope="session")
def schemas():
    """The validators that the sandbox holds itself to."""
    return Schemas(catalogue.document())


@pytest.fixture(
    params=["sandbox", "stripe"] if os.getenv("STRIPE_SECRET_KEY") else ["sandbox"]
)
def either(request, running):
    """The SDK's client of the sandbox and, with a test key, of Stripe itself."""
    if request.param == "sandbox":
        return client(KEY, running.url)
    key = os.environ["STRIPE_SECRET_KEY"]
    assert key.startswith(("sk_test_", "rk_test_")), "never run tests with a live key"
    return client(key)


@pytest.fixture
def receiver():
    """A webhook receiver."""
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def paid(api, sandbox):
    """Make a paid charge at once booked: ``paid(10000)``, ``paid(500, "eur")``."""

    def pay(amount, currency="usd", card="pm_card_visa", **more):
        intent = api.payment_intents.create(
            {
                "amount": amount,
                "currency": currency,
                "confirm": True,
                "payment_method": card,
                "capture_method": "automatic",
                "return_url": "https://shop.example.com",
                **more,
            }
        )
        return api.charges.retrieve(intent.latest_charge)

    return pay


@pytest.fixture
def event_types(api):
    """Return a function that lists the types of all events so far, oldest first."""

    def types():
        listed = api.events.list({"limit": 100}).auto_paging_iter()
        return [event.type for event in listed][::-1]

    return types
