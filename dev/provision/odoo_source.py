"""Odoo 19.0 itself: the reader's own (`ODOO_HOME`), or fetched from Debian."""

from __future__ import annotations

import dataclasses
import os
import re
from pathlib import Path

from . import debian
from .errors import SetupError
from .paths import ODOO

SERIES = "19.0"


@dataclasses.dataclass(frozen=True)
class OdooSource:
    """An Odoo that can be imported.

    :param Path import_path: the folder to be on Python's path; holds `odoo/`.
    :param str version: what tells it from another (series and package or revision).
    """

    import_path: Path
    version: str


def find_odoo() -> OdooSource:
    """Return the Odoo to use; fetch it first if there is none.

    :raise SetupError: if `ODOO_HOME` is no Odoo 19.0, or the download fails.
    """
    home = os.environ.get("ODOO_HOME")
    if home:
        return _from_home(Path(home).expanduser().resolve())
    package = debian.ensure_unpacked()
    import_path = ODOO / "usr/lib/python3/dist-packages"
    return OdooSource(import_path, f"{SERIES} {package}")


def _from_home(home: Path) -> OdooSource:
    """Take Odoo from a checkout, a `site-packages`, or the package `odoo` itself."""
    remedy = f"let ODOO_HOME name a checkout or an installation of Odoo {SERIES}"
    for import_path in (home, home.parent):
        release = import_path / "odoo/release.py"
        if release.is_file() and home in (import_path, import_path / "odoo"):
            break
    else:
        raise SetupError(f"ODOO_HOME={home} holds no Odoo.", remedy)
    found = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(), re.M)
    if not found or ".".join(found.groups()) != SERIES:
        raise SetupError(f"ODOO_HOME={home} is not Odoo {SERIES}.", remedy)
    return OdooSource(import_path, f"{SERIES} {import_path} {_revision(import_path)}")


def _revision(checkout: Path) -> str:
    """Return the commit of a git checkout, or when its release file was written."""
    head = checkout / ".git/HEAD"
    if head.is_file():
        reference = head.read_text().strip().removeprefix("ref: ")
        branch = checkout / ".git" / reference
        return branch.read_text().strip() if branch.is_file() else reference
    return str(int((checkout / "odoo/release.py").stat().st_mtime))
