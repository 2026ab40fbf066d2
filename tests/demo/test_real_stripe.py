"""The demo's way to Stripe's test mode, with the sandbox in Stripe's place.

The control door only prepares the account; what is tested speaks the public API.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests
import stripe

from dev.demo import report
from dev.demo.__main__ import main
from dev.demo.real_stripe import RealStripe
from dev.stripe_sandbox.client import KEY
from dev.stripe_sandbox.process import SandboxProcess

ACCOUNT = {"country": "NL", "settlement_currency": "eur", "debit_days": 1 / 86400}
EARLIER = 50000  # minor units that the account was paid before the story


@pytest.fixture(scope="module")
def process():
    """One sandbox process for all tests of the file."""
    with SandboxProcess("--seed", "5") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(process):
    """An account in EUR with a history; it must not find a bug in itself."""
    process.reset(seed=5)
    process.account(**ACCOUNT)
    process.outside_payment(
        amount=EARLIER,
        currency="eur",
        card="instantly_available",
        capture_method="automatic",
    )
    yield process
    assert process.state()["bugs"] == []


@pytest.fixture
def bank(sandbox):
    """Stripe as the demo meets it."""
    bank = RealStripe(KEY, sandbox.url, patience=8, poll=0.1)
    yield bank
    bank.close()


@pytest.fixture
def intent(sandbox):
    """Return a function that starts a payment as Odoo's core does."""

    def start(kind="card", amount=5000):
        asked = {"amount": amount, "currency": "eur", "capture_method": "automatic"}
        asked["payment_method_types[]"] = kind
        version = {"Stripe_Version": "2019-05-16"}
        return sandbox.api("POST", "/v1/payment_intents", asked, **version).json()["id"]

    return start


class Door:
    """A local door: keeps what is posted to it, answers what ``answers`` says."""

    def __init__(self):
        self.taken, self.answers = [], []
        self.changed = threading.Condition()
        door = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with door.changed:
                    status = door.answers.pop(0) if door.answers else 200
                    if status == 200:
                        door.taken.append((body, self.headers["Stripe-Signature"]))
                    door.changed.notify_all()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args):
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"
        serve = self.server.serve_forever
        threading.Thread(target=serve, args=(0.05,), daemon=True).start()

    def types(self, secret):
        """Return the types of what was taken; each signature is verified."""
        return [
            stripe.Webhook.construct_event(body, header, secret).type
            for body, header in self.taken
        ]


@pytest.fixture
def door():
    """A receiver on loopback."""
    door = Door()
    yield door
    door.server.shutdown()
    door.server.server_close()


# === The key === #


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc", "pk_test_abc", "abc"])
def test_only_test_keys_are_taken(key, monkeypatch, capsys):
    """A live key ends the demo with a clear word, before Stripe is asked anything."""
    monkeypatch.setattr(requests.Session, "request", lambda *_a, **_k: pytest.fail())
    with pytest.raises(RuntimeError, match="no test key"):
        RealStripe(key)
    monkeypatch.setenv("STRIPE_SECRET_KEY", key)
    assert main(["--exit"]) == 1
    assert "never talks to a live account" in capsys.readouterr().err


def test_a_key_that_stripe_refuses_is_said(sandbox):
    """A wrong test key: an error in words, no traceback of the SDK's."""
    with pytest.raises(RuntimeError, match="Stripe cannot be asked"):
        RealStripe("sk_test_wrong", sandbox.url)


# === The relay === #


def test_events_are_relayed_once_signed_and_in_order(bank, door, intent):
    """What happened before is not relayed; what happens then is, once."""
    assert bank._relay.forward(door.url) == 0
    paid = intent()
    refused = bank.pay(paid, card="insufficient_funds")
    assert refused["status"] == "requires_payment_method"
    assert bank.pay(paid, card="mastercard")["status"] == "succeeded"
    assert bank._relay.forward(door.url) == len(door.taken)
    assert bank._relay.forward(door.url) == 0
    types = door.types(bank.webhook_secret)
    life = ["payment_intent.payment_failed", "payment_intent.succeeded"]
    assert [each for each in types if each in life] == life
    objects = [json.loads(body)["data"]["object"] for body, _header in door.taken]
    assert paid in {each["id"] for each in objects}
    ids = [json.loads(body)["id"] for body, _header in door.taken]
    assert len(ids) == len(set(ids))


def test_a_signature_of_another_secret_is_none_of_ours(bank, door, intent):
    """Odoo's door would refuse it."""
    bank.pay(intent())
    bank._relay.forward(door.url)
    with pytest.raises(stripe.SignatureVerificationError):
        door.types("whsec_another")


def test_what_the_door_refused_is_posted_again(bank, door, intent):
    """Odoo restarts in the middle: nothing is lost, and nothing comes twice."""
    bank.pay(intent())
    door.answers = [200, 503]
    with pytest.raises(requests.HTTPError):
        bank._relay.forward(door.url)
    assert len(door.taken) == 1
    bank._relay.forward(door.url)
    ids = [json.loads(body)["id"] for body, _header in door.taken]
    assert len(ids) == len(set(ids)) > 2


def test_an_earlier_payouts_events_stay_away(sandbox, door):
    """Its money left before the story: the opening balance knows of it."""
    key = {"amount": 1000, "currency": "eur"}
    payout = sandbox.api("POST", "/v1/payouts", key).json()["id"]
    sandbox.advance(minutes=2)  # the story begins later than the payout
    sandbox.api("POST", "/v1/customers", {"email": "someone@example.com"})
    bank = RealStripe(KEY, sandbox.url)
    sandbox.payout_arrives(payout=payout)
    bank._relay.forward(door.url)
    types = door.types(bank.webhook_secret)
    assert not [each for each in types if each.startswith("payout.")]


def test_the_thread_relays_and_registers_no_endpoint(bank, sandbox, door, intent):
    """The story only pays; the door hears of it by itself."""
    bank.relay(door.url)
    bank.pay(intent())
    with door.changed:
        heard = door.changed.wait_for(
            lambda: "payment_intent.succeeded" in door.types(bank.webhook_secret), 10
        )
    assert heard, door.types(bank.webhook_secret)
    assert sandbox.api("GET", "/v1/webhook_endpoints").json()["data"] == []


# === The account, the customer, the bank === #


def test_a_debit_is_under_way_then_settles(bank, sandbox, intent):
    """``advance`` waits for the money; real time cannot be advanced."""
    debit = intent("sepa_debit")
    assert bank.pay(debit, card="sepa")["status"] == "processing"
    bank.advance(days=3, hours=1)
    found = sandbox.api("GET", f"/v1/payment_intents/{debit}").json()
    assert found["status"] == "succeeded"


def test_a_debit_that_never_settles_is_not_waited_for_forever(bank, sandbox, intent):
    """Patience ends, in words."""
    sandbox.account(debit_days=None)
    bank.pay(intent("sepa_debit"), card="sepa")
    bank._patience = 0.3
    with pytest.raises(RuntimeError, match="did not come within"):
        bank.advance(days=3)


def test_the_card_of_the_dispute_is_disputed(bank, sandbox, intent):
    """``dispute`` finds the one that the card itself brings."""
    disputed = intent()
    assert bank.pay(disputed, card="visa_debit")["status"] == "succeeded"
    bank.dispute(charge=disputed)
    found = sandbox.api("GET", f"/v1/disputes?payment_intent={disputed}").json()
    assert len(found["data"]) == 1


def test_only_what_the_story_earned_is_paid_out(bank, sandbox, intent):
    """What was there before stays, however much is available."""
    opening = bank.opening["EUR"]
    assert 0 < opening < EARLIER  # less Stripe's fee
    bank.pay(intent(amount=8000))
    earned = bank.balance()["EUR"] - opening
    (payout,) = bank.run_payouts(release=True)["payouts"]
    found = sandbox.api("GET", f"/v1/payouts/{payout}").json()
    assert (found["amount"], found["automatic"]) == (earned, False)
    assert bank.balance() == bank.opening


def test_without_earnings_there_is_no_payout(bank):
    """What the account held before is available, and not ours."""
    answer = bank.run_payouts(release=True)
    assert answer["payouts"] == [] and "available" in answer["left_out"]


def test_without_available_funds_there_is_no_payout(sandbox, intent):
    """A card whose money comes days later earns nothing that can be paid out."""
    sandbox.reset(seed=6)
    sandbox.account(**ACCOUNT)
    bank = RealStripe(KEY, sandbox.url)
    bank.pay(intent(), card="mastercard")
    assert bank.balance()["EUR"] > bank.opening["EUR"] == 0
    answer = bank.run_payouts(release=True)
    assert answer["payouts"] == [] and "available" in answer["left_out"]


def test_a_refused_payout_is_left_out_with_stripes_reason(bank, intent, monkeypatch):
    """An account without a bank account, say, still has its story."""
    bank.pay(intent())

    def refuse(_asked):
        raise stripe.InvalidRequestError("You have no bank account.", None)

    monkeypatch.setattr(bank._client.payouts, "create", refuse)
    answer = bank.run_payouts(release=True)
    assert answer == {"payouts": [], "left_out": "You have no bank account."}


def test_scenes_that_the_account_cannot_play_are_left_out(sandbox):
    """All in an account in EUR; elsewhere neither debit nor the statement in EUR."""
    euro = RealStripe(KEY, sandbox.url)
    assert (euro.currency, euro.left_out) == ("EUR", {})
    sandbox.account(settlement_currency="usd")
    dollar = RealStripe(KEY, sandbox.url)
    assert dollar.currency == "USD"
    assert set(dollar.left_out) == {"invoice_by_link", "sample_statement"}
    assert "USD" in dollar.left_out["invoice_by_link"]


def test_debits_that_stripe_refuses_are_left_out(sandbox):
    """Its own answer decides, here the refusal that a restricted key meets."""
    bank = RealStripe("rk_test_sandbox_read", sandbox.url)
    assert set(bank.left_out) == {"invoice_by_link"}
    assert "SEPA" in bank.left_out["invoice_by_link"]


def test_asking_for_debits_leaves_nothing_open(bank, sandbox):
    """The intent that asks is canceled."""
    found = sandbox.api("GET", "/v1/payment_intents").json()["data"]
    assert {each["status"] for each in found} <= {"succeeded", "canceled"}


# === The proof === #


class _Odoo:
    """What ``report.proof`` asks of Odoo: a provider whose proof was made."""

    def __init__(self, gateway, ledger):
        self._line = {"currency": "EUR", "gateway": gateway, "ledger": ledger}

    def press(self, *_button):
        """Press the button."""

    def one(self, *_question):
        """Return the provider."""
        return {"proof_state": "red", "proof_details": [self._line], "proof_text": ""}


@pytest.mark.parametrize(
    ("gateway", "ledger", "opening", "balanced"),
    [
        (900, 900, {}, True),
        (900, 901, {}, False),
        (50900, 900, {"EUR": 50000}, True),
        (50900, 50900, {"EUR": 50000}, False),
        (50900, 901, {"EUR": 50000}, False),
        (900, 900, {"EUR": 0, "USD": 12}, True),
    ],
)
def test_the_proof_is_of_the_change(gateway, ledger, opening, balanced):
    """Gateway and ledger changed by the same amount since the story began."""
    proven = report.proof(_Odoo(gateway, ledger), 1, opening)
    assert proven["balanced"] is balanced
    text = report.show([], proven, [])
    before = opening.get("EUR", 0)
    assert (f"gateway {gateway - before:+,d}" in text) is bool(opening)
