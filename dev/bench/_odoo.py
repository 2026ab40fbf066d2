"""Odoo in this process, on a database of its own: what a job does, without a server."""

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dev import provision


@contextmanager
def environment(database):
    """Yield the environment of Odoo's own user on a fresh copy of the template."""
    provision.clone_database(provision.ensure_template(), database)
    try:
        from odoo import SUPERUSER_ID, api
        from odoo.modules.registry import Registry
        from odoo.tools import config

        options = ["-c", "odoo.conf", "-d", database, "--log-level=error"]
        config.parse_config([*options, "--max-cron-threads=0"], setup_logging=True)
        with Registry(database).cursor() as cr:
            yield api.Environment(cr, SUPERUSER_ID, {})
    finally:
        provision.drop_database(database)


def keep_books(provider):
    """Let a Stripe provider keep books of test payments; no gateway is asked."""
    provider.write(
        {
            "stripe_publishable_key": "pk_test_x",
            "stripe_secret_key": "sk_test_x",
            "state": "test",
            "post_test_payments": True,
        }
    )
    provider.action_set_up_gateway_books()


@dataclass
class Cost:
    """What one piece of work took."""

    seconds: float
    queries: int


def timed(env, work):
    """Run ``work``, commit, and return its :class:`Cost`."""
    env.flush_all()
    env.invalidate_all()
    start, queries = time.perf_counter(), env.cr.sql_log_count
    work()
    env.cr.commit()
    return Cost(time.perf_counter() - start, env.cr.sql_log_count - queries)


def worked(env):
    """Return the seconds of CPU that this process and its database's have used.

    Unlike time by the clock they are the same on a busy machine; those of the database
    are only known where it runs beside us, on Linux.
    """
    env.cr.execute("SELECT pg_backend_pid()")
    [process] = env.cr.fetchone()
    status = Path(f"/proc/{process}/stat")
    seconds = time.process_time()
    if status.exists():
        fields = status.read_text().rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds
