"""The demo's way to Stripe's test mode, with the sandbox in Stripe's place."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import stripe

from dev.demo.real_stripe import RealStripe
from dev.stripe_sandbox.client import KEY
from dev.stripe_sandbox.process import SandboxProcess


@pytest.fixture
def sandbox():
    """A sandbox of its own for each test."""
    process = SandboxProcess("--seed", "5")
    with process as client:
        client.account(settlement_currency="eur")
        yield client


@pytest.fixture
def receiver():
    """A local door that keeps what is posted to it: [(body, signature header)]."""
    taken = []

    class Door(BaseHTTPRequestHandler):
        def do_POST(self):
            length = int(self.headers["Content-Length"])
            taken.append((self.rfile.read(length), self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/", taken
    server.shutdown()


def intent_of(client):
    gateway = stripe.StripeClient(KEY, base_addresses={"api": client.url}).v1
    return gateway.payment_intents.create(
        {
            "amount": 5000,
            "currency": "eur",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )


def test_live_keys_are_refused():
    with pytest.raises(RuntimeError, match="no test key"):
        RealStripe("sk_live_abc")


def test_events_are_relayed_once_and_signed(sandbox, receiver):
    url, taken = receiver
    sandbox.outside_payment(amount=700, currency="eur")  # not of this story
    bank = RealStripe(KEY, sandbox.url)
    intent = intent_of(sandbox)
    assert bank.pay(intent.id, card="insufficient_funds") == "card_declined"
    assert bank.pay(intent.id, card="visa") is None
    assert bank.forward(url) == len(taken) > 2
    assert bank.forward(url) == 0
    assert not any(b'"amount": 700' in body for body, _header in taken)
    types = [
        stripe.Webhook.construct_event(body, header, bank.webhook_secret).type
        for body, header in taken
    ]
    assert types.index("payment_intent.payment_failed") < types.index(
        "payment_intent.succeeded"
    )


def test_the_accounts_currency_and_balance(sandbox):
    bank = RealStripe(KEY, sandbox.url)
    assert bank.currency() == "EUR"
    before = bank.balance().get("EUR", 0)
    bank.pay(intent_of(sandbox).id, card="visa")
    sandbox.advance(minutes=1)
    assert bank.balance()["EUR"] > before
