"""Mailings to segments: the addon that installs itself beside Email Marketing."""

import subprocess

from system_stage import free_port

from dev import provision

DATABASE = f"system_mailings_{free_port()}"
ADDON = "payment_analytics_mass_mailing"
MINUTES = 8


def test_addon_installs_itself_and_its_tests_pass():
    """It is in no other database, since Email Marketing is not."""
    run = provision.ensure()
    provision.clone_database(provision.ensure_template(), DATABASE)
    try:
        done = subprocess.run(
            run.odoo_command(
                f"--database={DATABASE}",
                "--init=mass_mailing",
                f"--test-tags=/{ADDON}",
                "--stop-after-init",
                "--no-http",
                "--max-cron-threads=0",
                "--log-level=info",
            ),
            env=run.env,
            cwd=run.root,
            capture_output=True,
            text=True,
            timeout=60 * MINUTES,
            check=False,
        )
    finally:
        provision.drop_database(DATABASE)
    log = done.stdout + done.stderr
    assert done.returncode == 0, log[-3000:]
    assert "Starting TestMailing.test_favourite_of_a_segment" in log, log[-3000:]
    assert "0 failed, 0 error(s) of 3 tests" in log, log[-3000:]
