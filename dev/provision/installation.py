"""The finished installation: paths, environment, and the command that runs Odoo."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from .disk import check_disk
from .environment import ensure_venv, venv_is_current
from .locks import exclusive
from .odoo_source import OdooSource, find_odoo
from .paths import ADDONS, DATA, LAUNCHER, LOG, ROOT, RUN, VENV
from .postgres import binary, ensure_postgres, stop
from .python_version import check_python


@dataclasses.dataclass(frozen=True)
class Installation:
    """What the tools need to know to run Odoo.

    :param Path python: the virtual environment's Python.
    :param OdooSource odoo: which Odoo, and from where.
    :param dict pg_env: PGHOST, PGPORT, PGUSER (and PGPASSWORD) alone.
    """

    python: Path
    odoo: OdooSource
    pg_env: dict[str, str]
    root: Path = ROOT
    run: Path = RUN
    addons: Path = ADDONS
    data: Path = DATA
    log: Path = LOG

    @property
    def env(self) -> dict[str, str]:
        """The whole environment for a child process, PostgreSQL's programs on PATH."""
        path = [str(VENV / "bin"), str(binary("").resolve()), os.environ["PATH"]]
        python_path = os.environ.get("PYTHONPATH")
        extra = {
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), python_path])),
            "VIRTUAL_ENV": str(VENV),
        }
        return os.environ | extra | self.pg_env

    @property
    def addons_path(self) -> str:
        """Odoo's `addons_path`: ours; Odoo's and OCA's own it finds by itself."""
        return str(self.addons)

    def odoo_command(self, *arguments: str | Path) -> list[str]:
        """Return the command that runs Odoo with this installation's paths.

        :param arguments: options; a sub-command (`shell`, `neutralize`) goes first.
        :return: to be run with :attr:`env`.
        """
        words = [str(argument) for argument in arguments]
        command = [words.pop(0)] if words and not words[0].startswith("-") else []
        own = [f"--data-dir={self.data}", f"--addons-path={self.addons_path}"]
        return [str(self.python), str(LAUNCHER), *command, *own, *words]


def ensure() -> Installation:
    """Make whatever is still missing, and return the installation.

    A first call takes about a minute beyond the downloads; a later one about a second.

    :raise SetupError: with what is wrong and what to do about it.
    """
    check_python()
    with exclusive("setup"):
        check_disk()
        for folder in (DATA, LOG):
            folder.mkdir(parents=True, exist_ok=True)
        odoo = find_odoo()
        if not venv_is_current(odoo):
            stop()  # PostgreSQL's programs lie in the environment to be replaced
        python = ensure_venv(odoo)
        return Installation(python=python, odoo=odoo, pg_env=ensure_postgres())
