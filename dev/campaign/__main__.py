"""Play a campaign: `python -m dev.campaign [--payments N] [--seed N]`."""

import argparse
import json
import os
import platform
import socket
import sys
import time
from contextlib import ExitStack

from dev import provision

from .check import check
from .plan import lives
from .play import Campaign
from .stage import open_stage

REPORT = "campaign.json"


def main(arguments):
    """Play, check, print and write the result.

    :return: exit status: 0 if all is as it must be
    """
    options = _options(arguments)
    planned = lives(options.payments, options.seed)
    _say(f"{len(planned)} payments, seed {options.seed}")
    with ExitStack() as stack:
        stage = open_stage(stack, options.database, options.port, options.seed)
        campaign = Campaign(stage, planned, options.seed, _say)
        started = time.monotonic()
        campaign.play()
        seconds = time.monotonic() - started
        _say("checking")
        findings = check(campaign)
        if options.keep:
            _say(f"Odoo serves {stage.server.url} until you press Enter")
            input()
    report = _report(options, findings, seconds)
    path = provision.ensure().run / REPORT
    path.write_text(json.dumps(report, indent=2))
    print(show(report))
    return 1 if findings.wrong else 0


def _options(arguments):
    parser = argparse.ArgumentParser(prog="dev.campaign", description=__doc__)
    parser.add_argument("--payments", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--database", default=f"campaign_{os.getpid()}")
    parser.add_argument("--keep", action="store_true", help="wait before the end")
    options = parser.parse_args(arguments)
    options.port = options.port or _free_port()
    return options


def _free_port():
    """Return a port that is free with its successor, for live notifications."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except (OSError, OverflowError):
                continue
            return port


def _report(options, findings, seconds):
    """Return the result as JSON values."""
    return {
        "good": not findings.wrong,
        "payments": options.payments,
        "seed": options.seed,
        "seconds": round(seconds, 1),
        "payments_per_second": round(options.payments / seconds, 2),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, load"
        f" {os.getloadavg()[1]:.1f}, Python {platform.python_version()}",
        "figures": findings.figures,
        "wrong": findings.wrong,
    }


def show(report):
    """Return the result as a table for people."""
    rows = [
        ("payments", report["payments"]),
        ("seconds", report["seconds"]),
        ("payments a second", report["payments_per_second"]),
        ("machine", report["machine"]),
        *report["figures"].items(),
    ]
    table = "\n".join(f"{name:<44} {_plain(value)}" for name, value in rows)
    end = (
        "\n".join(f"WRONG  {text}" for text in report["wrong"]) or "All as it must be."
    )
    return f"\n{table}\n\n{end}"


def _plain(value):
    if isinstance(value, dict):
        return ", ".join(f"{count} {name}" for name, count in sorted(value.items()))
    return value


def _say(text):
    print(f"-> {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
