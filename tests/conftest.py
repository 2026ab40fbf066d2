"""Common to all tests: our pure code without Odoo, and no silent skips in CI."""

import os
import sys
import types
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]
ADDONS = ROOT / "addons"
SUITE = (
    "integrated_payments",
    "payment_reconciliation",
    "payment_reconciliation_import",
    "payment_analytics",
)


def _register_pure_packages():
    """Let `from integrated_payments.domain import postings` work without Odoo.

    Each addon's package is put in place with its path, but without its `__init__`,
    which would import Odoo's models. Inside Odoo the same files are known as
    `odoo.addons.integrated_payments.domain`; the two do not meet.
    """
    for name in SUITE:
        package = types.ModuleType(name)
        package.__path__ = [str(ADDONS / name)]
        sys.modules.setdefault(name, package)


_register_pure_packages()


def pytest_collection_modifyitems(config, items):
    """Leave tests over HTTP out, rather than skip them, when no server is asked for."""
    if not config.pluginmanager.hasplugin("odoo") or config.getoption("--odoo-http"):
        return
    from odoo.tests import HttpCase

    left_out = [item for item in items if _is_http(item, HttpCase)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in set(left_out)]


def _is_http(item, http_case):
    """Say whether a test is one of Odoo's tests over HTTP."""
    test_class = getattr(item, "cls", None)
    return test_class is not None and issubclass(test_class, http_case)


class SkipsFail:
    """Turn skipped tests into a failure of the run: in CI nothing may be left out."""

    def __init__(self):
        self.skipped = {}

    def pytest_runtest_logreport(self, report):
        """Note a skipped test; an expected failure is not one."""
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped[report.nodeid] = _reason(report)

    def pytest_collectreport(self, report):
        """Note a whole file that was skipped."""
        if report.skipped:
            self.skipped[report.nodeid] = _reason(report)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session):
        """Make the exit status a failure."""
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        """List what was skipped, and why."""
        if self.skipped:
            terminalreporter.section("skipped, which CI does not allow", red=True)
            for nodeid, reason in self.skipped.items():
                terminalreporter.line(f"{nodeid}: {reason}")


def _reason(report):
    """Return why a test was skipped."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2]
    return str(report.longrepr)


def pytest_configure(config):
    """Under CI, let skips fail the run."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        config.pluginmanager.register(SkipsFail(), "skips-fail")


# How long an example takes says how busy the machine is, nothing about the code.
settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")
