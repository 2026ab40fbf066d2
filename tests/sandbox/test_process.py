"""The sandbox as a process: repeatable, surviving a restart, its clock."""

import subprocess
import sys
import time
import urllib.request

from sandbox_support import client

from dev.stripe_sandbox.client import KEY
from dev.stripe_sandbox.process import ROOT, SandboxProcess


def test_a_seed_makes_the_ids_repeatable(sandbox):
    def made(seed):
        sandbox.reset(seed=seed)
        return sandbox.outside_payment(amount=1000, currency="usd")["id"]

    assert made(7) == made(7) != made(8)


def test_state_survives_a_restart(tmp_path, receiver):
    file = tmp_path / "state.json"
    with SandboxProcess("--state-file", file) as sandbox:
        sandbox.account(debit_days=3, fee_tax_percent="21")
        api = client(KEY, sandbox.url)
        api.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
        sandbox.fault(deliveries="drop", times=2)
        charge = sandbox.outside_payment(amount=5000, currency="eur", card="sepa")
        now = sandbox.advance(days=1)["now"]
    with SandboxProcess("--state-file", file) as sandbox:
        api = client(KEY, sandbox.url)
        assert api.charges.retrieve(charge["id"]).status == "pending"
        assert sandbox.clock()["now"] >= now
        sandbox.advance(days=3)
        posted = api.balance_transactions.list({"source": charge["id"]}).data[0]
        assert {part.type for part in posted.fee_details} == {"stripe_fee", "tax"}
        assert sandbox.retry()["queued"] == 2
        assert sandbox.drain()["idle"]
        assert "payment_intent.created" in {e["type"] for e in receiver.wait(4)}
        assert sandbox.state()["bugs"] == []


def test_a_taken_port_is_an_error_not_a_wait(running):
    port = running.url.rsplit(":", 1)[1]
    ended = subprocess.run(
        [sys.executable, "-m", "dev.stripe_sandbox", "--port", port],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
    )
    assert ended.returncode != 0
    assert b"ready" not in ended.stdout


def test_time_passes_stands_still_and_is_advanced(sandbox):
    assert abs(sandbox.clock()["now"] - time.time()) < 5
    sandbox.clock(frozen=True, now=1800000000)
    assert sandbox.clock()["now"] == 1800000000
    assert sandbox.advance(days=1, hours=2)["now"] == 1800000000 + 26 * 3600
    assert sandbox.clock(frozen=False)["frozen"] is False


def test_late_things_happen_without_being_asked(sandbox):
    sandbox.account(async_capture_delay=0.2)
    charge = sandbox.outside_payment(amount=1000, currency="usd")
    assert charge["balance_transaction"] is None
    deadline = time.monotonic() + 10
    while sandbox.objects(type="charge")["data"][0]["balance_transaction"] is None:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_control_door_lists_itself(running):
    with urllib.request.urlopen(f"{running.url}/_control/") as answer:
        text = answer.read().decode()
    for name in ("pay", "dispute", "advance", "fault", "payout_fails"):
        assert f'"{name}"' in text


def test_a_thousand_calls_are_quick(sandbox):
    """Five milliseconds a call is what a campaign of thousands can live with."""
    sandbox.outside_payment(amount=1000, currency="usd")
    (intent,) = sandbox.objects(type="payment_intent")["data"]
    started = time.monotonic()
    for _number in range(300):
        assert sandbox.api("GET", f"/v1/payment_intents/{intent['id']}").ok
    assert (time.monotonic() - started) / 300 < 0.02  # with room for a busy machine


def test_it_ends_with_the_process_that_started_it():
    """A test run that is killed must leave no sandbox behind."""
    script = (
        "import os\n"
        "from dev.stripe_sandbox.process import SandboxProcess\n"
        "print(SandboxProcess().start().url, flush=True)\n"
        "os._exit(1)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, timeout=60
    )
    url = ended.stdout.decode().strip()
    deadline = time.monotonic() + 15
    while _answers(url):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def _answers(url):
    try:
        with urllib.request.urlopen(f"{url}/_control/health", timeout=2):
            return True
    except OSError:
        return False
