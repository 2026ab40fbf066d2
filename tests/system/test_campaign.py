"""The campaign in small: one payment of each kind, and some more."""

import json
import os
import subprocess
import sys

from dev.provision import drop_database
from dev.provision.paths import ROOT, RUN

PAYMENTS = 20


def test_a_small_campaign_ends_with_all_as_it_must_be():
    """Every kind of life, in five currencies: proof, payouts, receivables, counts."""
    report = RUN / "campaign.json"
    report.unlink(missing_ok=True)
    database = f"campaign_{os.getpid()}"
    command = [sys.executable, "-m", "dev.campaign", "--payments", str(PAYMENTS)]
    try:
        done = subprocess.run(
            [*command, "--database", database],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=570,
        )
    finally:
        drop_database(database)
    told = done.stdout[-4000:] + done.stderr[-3000:]
    assert done.returncode == 0, told
    found = json.loads(report.read_text())
    assert found["good"] and not found["wrong"], told
    assert found["figures"]["proof"] == "green"
    assert found["figures"]["difference in KWD"] == 0
    assert sum(found["figures"]["payments"].values()) == PAYMENTS - 1  # one outside
    assert found["figures"]["payouts"]["paid"] and found["figures"]["disputes"]
