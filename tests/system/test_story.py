"""The demo's story, as anybody runs it: one command, one report."""

import json
import os
import subprocess
import sys

import pytest
from system_stage import free_port

from dev.provision import drop_database
from dev.provision.paths import ROOT, RUN

REPORT = RUN / "demo-report.json"
TITLES = {
    "Online order, card",
    "Invoice by link, bank debit",
    "Declined card, tried again",
    "Refund of one lamp",
    "Order that is disputed",
}


@pytest.fixture(scope="module")
def told():
    """Run the demo to its end; return (finished process, its report)."""
    REPORT.unlink(missing_ok=True)
    database = f"story_{os.getpid()}"
    command = [sys.executable, "-m", "dev.demo", "--exit"]
    command += ["--port", str(free_port()), "--database", database]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=400
        )
    finally:
        drop_database(database)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done, json.loads(REPORT.read_text())


def test_every_trail_is_complete(told):
    """Each payment of the story has all seven effects, done or not applicable."""
    _done, report = told
    assert report["good"] is True
    assert {each["title"] for each in report["payments"]} >= TITLES
    for payment in report["payments"]:
        states = {effect["effect"]: effect["state"] for effect in payment["effects"]}
        assert payment["complete"] and payment["state"] == "done", payment
        assert len(states) == 7 and set(states.values()) <= {"done", "none"}, payment
        assert states["books"] == states["bank"] == "done", payment


def test_balance_is_proven_to_the_cent(told):
    """The ledger is what the gateway says, and nothing waits."""
    proof = told[1]["proof"]
    assert proof["balanced"] is True
    assert proof["lines"], "a proof over nothing proves nothing"
    for line in proof["lines"]:
        assert line["ledger"] == line["gateway"], line
        assert line["pending"] == line["parked"] == 0, line


def test_every_payout_is_proven_and_at_the_bank(told):
    """Each payout is the sum of its movements and matched with a bank line."""
    payouts = told[1]["payouts"]
    assert payouts
    for payout in payouts:
        assert payout["proof"] == "proven" and payout["bank_line"], payout


def test_report_is_told_in_words(told):
    """What a person reads names each payment and the proof."""
    done, report = told
    for payment in report["payments"]:
        assert payment["title"] in done.stdout
    assert "Balance proof" in done.stdout
