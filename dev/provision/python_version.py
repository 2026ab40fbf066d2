"""Which Python may run the suite. Written so that an old Python can say no."""

from __future__ import annotations

import sys

from .errors import SetupError

OLDEST = (3, 10)  # Odoo 19.0's own lower bound (odoo/release.py)
NEWEST = (3, 13)  # the last that Odoo 19.0 pins packages for


def check_python(version: tuple[int, ...] = sys.version_info[:2]) -> None:
    """Refuse a Python that Odoo 19.0 does not run on.

    :param version: major and minor number; by default of the Python that runs.
    :raise SetupError: if it is too old or too new.
    """
    major, minor = version[:2]
    if not OLDEST <= (major, minor) <= NEWEST:
        raise SetupError(
            f"Python {major}.{minor} cannot run Odoo 19.0, which needs 3.10 to 3.13.",
            "install one of these, and name it: PYTHON=python3.11 bin/setup",
        )
