"""Odoo from Debian's archive, without root rights.

apt is given a state of its own below `.run/`, so that the machine's own lists and
packages stay as they are; the address of the mirror is the one that the machine
already uses. What it fetches is verified by Debian's key ring, as always, and then
only unpacked, never installed.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from . import stamps
from .errors import SetupError
from .paths import APT, ODOO
from .process import run_logged
from .progress import step

SUITE = "sid"  # the only suite that has Odoo 19
# Odoo's assets are relative links into usr/share of these packages.
PACKAGES = (
    "odoo-19",
    "libjs-jquery",
    "libjs-underscore",
    "libjs-jquery-form",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
)
# Named by the manifest of `mail`, absent from the package: the asset bundle logs an
# error without it, and each browser tour counts that as a failure. An empty file is
# what blurring the background of a video call then does: nothing.
MISSING_ASSET = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
USE_OWN = "have a checkout of Odoo 19.0 and name it: ODOO_HOME=/path/to/odoo"
STAMP = "odoo"


def ensure_unpacked() -> str:
    """Fetch and unpack Odoo unless that has been done.

    :return: the package's version.
    :raise SetupError: without apt, a Debian mirror, its key ring, or the network.
    """
    version_file = ODOO / "VERSION"
    key = stamps.digest(PACKAGES)
    if version_file.is_file() and stamps.is_current(STAMP, key):
        return version_file.read_text()
    stamps.clear(STAMP)
    _require_tools()
    _write_apt_state()
    _fetch()
    version = _unpack()
    version_file.write_text(version)
    shutil.rmtree(APT)
    stamps.write(STAMP, key)
    return version


def _require_tools() -> None:
    """Refuse a machine that is not Debian's kin."""
    missing = [name for name in ("apt-get", "dpkg-deb") if not shutil.which(name)]
    if missing:
        raise SetupError(
            f"Odoo would be fetched by Debian's tools, but {' and '.join(missing)} "
            "cannot be found.",
            USE_OWN,
        )


def _mirror() -> str:
    """Return the address of the Debian mirror that this machine's apt uses."""
    asked = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)"],
        capture_output=True,
        text=True,
    ).stdout.split()
    for address in [*asked, *_addresses_in_sources()]:
        if re.search(r"/debian/?$", address):
            return address.rstrip("/") + "/"
    raise SetupError("apt on this machine knows no mirror of Debian.", USE_OWN)


def _addresses_in_sources(folder: Path = Path("/etc/apt")) -> list[str]:
    """Return all addresses in apt's source files, for an apt that lists no targets."""
    files = [folder / "sources.list", *sorted(folder.glob("sources.list.d/*"))]
    lines = [
        line
        for file in files
        if file.is_file()
        for line in file.read_text(errors="replace").splitlines()
        if line.startswith(("deb ", "URIs:"))
    ]
    return [word for line in lines for word in line.split() if "://" in word]


def _write_apt_state() -> None:
    """Make apt's private folders, its source and its configuration."""
    keyring = next((path for path in KEYRINGS if path.is_file()), None)
    if keyring is None:
        raise SetupError(
            "Debian's archive keys are not on this machine.",
            f"apt-get install debian-archive-keyring; or {USE_OWN}",
        )
    shutil.rmtree(APT, ignore_errors=True)
    for name in ("lists/partial", "cache/archives/partial", "debs"):
        (APT / name).mkdir(parents=True)
    (APT / "status").touch()
    (APT / "sources.list").write_text(
        f"deb [signed-by={keyring}] {_mirror()} {SUITE} main\n"
    )
    settings = {
        "Dir::State": APT,
        "Dir::State::Lists": APT / "lists",
        "Dir::State::status": APT / "status",
        "Dir::Cache": APT / "cache",
        "Dir::Etc::SourceList": APT / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Update::Error-Mode": "any",  # a failed download is a failure
    }
    if os.geteuid() == 0:  # apt's own user may not enter this folder
        settings["APT::Sandbox::User"] = "root"
    lines = [f'{name} "{value}";\n' for name, value in settings.items()]
    (APT / "apt.conf").write_text("".join(lines))


def _fetch() -> None:
    """Download the packages into `.run/apt/debs`."""
    env = os.environ | {"APT_CONFIG": str(APT / "apt.conf"), "LC_ALL": "C.UTF-8"}
    remedy = f"see that this machine reaches its Debian mirror; or {USE_OWN}"
    run_logged(
        "Reading the index of Debian's archive",
        ["apt-get", "update"],
        "apt-update",
        remedy=remedy,
        env=env,
    )
    run_logged(
        "Downloading Odoo 19.0 (about 130 MB)",
        ["apt-get", "download", *PACKAGES],
        "apt-download",
        remedy=remedy,
        env=env,
        cwd=APT / "debs",
        detail=lambda _line: f"{_megabytes(APT / 'debs')} MB",
    )


def _megabytes(folder: Path) -> int:
    """Return the size of the files in a folder, in megabytes."""
    return sum(file.stat().st_size for file in folder.iterdir()) // 10**6


def _unpack() -> str:
    """Unpack all packages into one root, so that their links meet.

    :return: the version of Odoo's package.
    """
    shutil.rmtree(ODOO, ignore_errors=True)
    ODOO.mkdir(parents=True)
    with step("Unpacking Odoo"):
        for package in sorted((APT / "debs").glob("*.deb")):
            subprocess.run(["dpkg-deb", "-x", str(package), str(ODOO)], check=True)
    asset = ODOO / "usr/lib/python3/dist-packages/odoo/addons" / MISSING_ASSET
    if not asset.exists():
        asset.parent.mkdir(parents=True, exist_ok=True)
        asset.touch()
    (package,) = (APT / "debs").glob(f"{PACKAGES[0]}_*.deb")
    return package.name.split("_")[1]
