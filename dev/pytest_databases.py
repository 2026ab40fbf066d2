"""Give each of pytest-xdist's workers a database of its own.

With `-p dev.pytest_databases` a worker takes a copy of `--odoo-database`'s.
"""

import os

import pytest

from dev import provision


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config):
    """Set the worker's database before pytest-odoo reads its name."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    common = config.getoption("--odoo-database", None)
    if not worker or not common:
        return (yield)
    own = config.option.odoo_database = f"{common}_{worker}"
    provision.clone_database(common, own)
    try:
        return (yield)
    finally:
        provision.drop_database(own)
