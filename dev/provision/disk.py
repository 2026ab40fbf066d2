"""Is there room? Better said before the download than by a half-written database."""

from __future__ import annotations

import shutil
from pathlib import Path

from .errors import SetupError
from .paths import DATA, ODOO, RUN, VENV

GIGABYTE = 10**9
NEEDED = {  # measured on a fresh set-up, rounded up
    ODOO: int(1.7 * GIGABYTE),
    VENV: int(0.8 * GIGABYTE),
    DATA: int(1.0 * GIGABYTE),
}
ALWAYS = int(0.3 * GIGABYTE)  # test databases, logs


def check_disk(folder: Path = RUN.parent) -> None:
    """Refuse to start what the disk has no room for.

    :param Path folder: a folder on the disk in question.
    :raise SetupError: if less is free than what is still to be made needs.
    """
    free = shutil.disk_usage(folder).free
    needed = ALWAYS + sum(size for path, size in NEEDED.items() if not path.exists())
    if free < needed:
        raise SetupError(
            f"Only {free / GIGABYTE:.1f} GB are free at {folder}, "
            f"and {needed / GIGABYTE:.1f} GB are needed.",
            "make room, or clone the repository onto a larger disk.",
        )
