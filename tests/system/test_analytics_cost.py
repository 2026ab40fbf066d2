"""What figures cost, small; see bin/bench analytics for a million payments."""

import json
import subprocess
import sys

from system_stage import free_port

from dev import provision

MEASURE = (
    "import json; from dev.bench import analytics;"
    f" analytics.DATABASE = 'small_analytics_{free_port()}';"
    " print(json.dumps(analytics.measure(800, 2, 1)))"
)


def test_figures_by_day_against_the_payments():
    """The same figures, days that changed and no other, dashboards within a second."""
    run = provision.ensure()
    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        cwd=run.root,
        env=run.env,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["recent changes: days"] <= 40
    assert figures["marks: queries per payment"] <= 2
    for board in ("payments", "risk", "sales"):
        for period in ("30 days", "year"):
            assert figures[f"{board}, {period}: median ms"] <= 1000
