"""Odoo's own tests of payment and sale, with our suite installed beside them.

`python -m dev.core_suites DATABASE [TAGS]`, called by `bin/test --core`. Run on a copy
of the template without installing or updating anything. Tests tagged `at_install` (one,
of `sale`) are left out: they expect the modules above theirs to be absent, whose
columns this database has.
"""

import re
import socket
import subprocess
import sys
import time

from dev import provision

SUITES = "/payment,/payment_stripe,/account_payment,/sale,/sale_stock,-at_install"
RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


def _free_port():
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _command(run, database, tags):
    """Return Odoo's command for the suites."""
    return run.odoo_command(
        f"--config={run.run / 'test.conf'}",
        f"--database={database}",
        f"--test-tags={tags}",
        f"--http-port={_free_port()}",
        "--stop-after-init",
        "--log-level=info",
    )


def main(database, tags=SUITES):
    """Run the suites, print the failures, the count and the time they took.

    :param str database: a copy of the template; it is changed.
    :param str tags: Odoo's test tags.
    :return: 0 if tests ran and all passed, else 1.
    """
    run = provision.ensure()
    log = run.log / "core.log"
    start = time.monotonic()
    provision.say(f"-> Odoo's own suites {tags}; the log: {log}")
    with log.open("w") as stream:
        status = subprocess.run(
            _command(run, database, tags),
            env=run.env,
            cwd=run.root,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        ).returncode
    text = log.read_text(errors="replace")
    for line in re.findall(r"^.* ERROR .*(?:FAIL|ERROR): .*$", text, re.M):
        print(line)
    counted = RESULT.search(text)
    failed, errors, total = map(int, counted.groups()) if counted else (0, 0, 0)
    skipped = len(re.findall(r"skipped ", text))
    print(
        f"Odoo's own suites: {total} tests, {failed} failed, {errors} errors, "
        f"{skipped} skipped, in {time.monotonic() - start:.0f} s"
    )
    return 0 if total and not (failed or errors or status) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
