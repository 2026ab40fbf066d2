"""Where everything lies: the repository, and what set-up makes below `.run/`."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons"
RUN = ROOT / ".run"
ODOO = RUN / "odoo"
APT = RUN / "apt"
VENV = RUN / "venv"
LINT_VENV = RUN / "venv-lint"
PG = RUN / "pg"
PG_DATA = PG / "data"
DATA = RUN / "data"
FILESTORE = DATA / "filestore"
LOG = RUN / "log"
STAMPS = RUN / "stamps"
LAUNCHER = ROOT / "dev/launcher/odoo-bin"
REQUIREMENTS = Path(__file__).resolve().parent
