"""The virtual environments: Odoo's Python packages, OCA's addons, the linters."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from . import stamps
from .errors import SetupError
from .odoo_source import OdooSource
from .paths import LINT_VENV, REQUIREMENTS, VENV
from .process import run_logged

MAIN = REQUIREMENTS / "requirements.txt"
OCA = REQUIREMENTS / "requirements-oca.txt"
LINT = REQUIREMENTS / "requirements-lint.txt"
NETWORK = "see that pip on this machine reaches its package index, and run it again"


def site_packages(venv: Path) -> Path:
    """Return a virtual environment's folder for packages."""
    major, minor = sys.version_info[:2]
    return venv / f"lib/python{major}.{minor}/site-packages"


def ensure_venv(odoo: OdooSource) -> Path:
    """Make the environment that Odoo runs in, unless it is as it should be.

    :param OdooSource odoo: the Odoo that it is to import.
    :return: the environment's Python.
    :raise SetupError: if it cannot be made or a package cannot be had.
    """
    python = VENV / "bin/python"
    if venv_is_current(odoo):
        return python
    stamps.clear("venv")
    _create(VENV)
    _pip(VENV, "Installing Python packages", "pip", "-r", MAIN)
    _show_odoo(odoo)
    # Their only dependencies are Odoo itself, which pip would ask to be built from
    # source, and what requirements.txt already holds.
    _pip(VENV, "Installing OCA addons", "pip-oca", "--no-deps", "-r", OCA)
    stamps.write("venv", _venv_key(odoo))
    return python


def venv_is_current(odoo: OdooSource) -> bool:
    """Say whether the environment was made from today's versions."""
    made = (VENV / "bin/python").exists()
    return made and stamps.is_current("venv", _venv_key(odoo))


def _venv_key(odoo: OdooSource) -> str:
    """Return the digest of all that the environment is made from."""
    files = [MAIN.read_text(), OCA.read_text()]
    return stamps.digest([sys.version, str(odoo.import_path), odoo.version, *files])


def ensure_lint_venv() -> Path:
    """Make the environment of the linters, apart from Odoo's pins.

    :return: the folder of its programs.
    :raise SetupError: if it cannot be made or a package cannot be had.
    """
    key = stamps.digest([sys.version, LINT.read_text()])
    if not stamps.is_current("venv-lint", key) or not LINT_VENV.exists():
        stamps.clear("venv-lint")
        _create(LINT_VENV)
        _pip(LINT_VENV, "Installing the linters", "pip-lint", "-r", LINT)
        stamps.write("venv-lint", key)
    return LINT_VENV / "bin"


def _create(venv: Path) -> None:
    """Make an empty environment, or say what Python lacks for it."""
    if not importlib.util.find_spec("ensurepip"):
        raise SetupError(
            f"{sys.executable} cannot make virtual environments (no ensurepip).",
            "apt-get install python3-venv; or name another: PYTHON=... bin/setup",
        )
    shutil.rmtree(venv, ignore_errors=True)
    run_logged(
        f"Making the virtual environment {venv.name}",
        [sys.executable, "-m", "venv", venv],
        venv.name,
        remedy="see the message above",
        env=_clean_env(),
    )


def _pip(venv: Path, title: str, log: str, *arguments: str | Path) -> None:
    """Install packages into an environment; built packages only by need."""
    options = ("--disable-pip-version-check", "--no-input", "--prefer-binary")
    command = [venv / "bin/python", "-m", "pip", "install", *options, *arguments]
    run_logged(title, command, log, remedy=NETWORK, env=_clean_env())


def _clean_env() -> dict[str, str]:
    """Return the environment without what points at another Python."""
    foreign = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    return {name: value for name, value in os.environ.items() if name not in foreign}


def _show_odoo(odoo: OdooSource) -> None:
    """Make Odoo importable in the environment, and known to pip."""
    site = site_packages(VENV)
    (site / "odoo-source.pth").write_text(f"{odoo.import_path}\n")
    for info in odoo.import_path.glob("odoo-19.0*.egg-info"):
        shutil.copytree(info, site / info.name, dirs_exist_ok=True)
