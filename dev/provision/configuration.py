"""The configuration that tests run Odoo with; `odoo.conf` is production's."""

from __future__ import annotations

from pathlib import Path

from .installation import Installation
from .paths import RUN

TEST_CONFIGURATION = RUN / "test.conf"


def write_test_configuration(run: Installation) -> Path:
    """Write `.run/test.conf`: one process, no crons, nothing open to the network.

    The database's address comes from the environment.

    :param Installation run: whose paths it names.
    :return: the file.
    """
    options = {
        "addons_path": run.addons_path,
        "data_dir": run.data,
        "http_interface": "127.0.0.1",
        "max_cron_threads": 0,
        "workers": 0,
        "screenshots": run.log / "screenshots",
    }
    lines = [f"{name} = {value}\n" for name, value in options.items()]
    TEST_CONFIGURATION.write_text("".join(["[options]\n", *lines]))
    return TEST_CONFIGURATION
