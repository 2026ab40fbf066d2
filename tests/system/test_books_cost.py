"""What books cost, in queries, which are the same on every machine; see bin/bench."""

import json
import subprocess
import sys

from dev import provision

MEASURE = (
    "import json; from dev.bench.books import measure; print(json.dumps(measure({})))"
)


def test_a_fifth_of_core_and_flat():
    """Payment, fee and matching of a batch: at most a fifth of core's queries."""
    run = provision.ensure()
    done = subprocess.run(
        [sys.executable, "-c", MEASURE.format("25, (50, 150)")],
        cwd=run.root,
        env=run.env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["ledger less movements"] == 0
    assert figures["ours/core queries at 150"] <= 0.2
    grown = figures["ours at 150 queries"] / figures["ours at 50 queries"]
    assert grown <= 1.2
