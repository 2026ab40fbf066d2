"""Databases: templates that are made once, and copies of them for each use.

Two templates lie on each other. The *base* holds Odoo's and OCA's modules and is made
when their versions change; *ours* is a copy of it with the suite installed, and is made
again whenever a file of our addons changes. A copy has its own file store, whose files
are hard links: Odoo never changes a stored file, it only adds and removes.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from . import stamps
from .environment import OCA
from .errors import SetupError
from .installation import Installation, ensure
from .locks import exclusive
from .paths import ADDONS, FILESTORE, RUN
from .postgres import query
from .process import run_logged
from .progress import say

BASE_MODULES = (
    "account_payment",
    "payment_stripe",
    "payment_demo",
    "payment_custom",
    "sale_stock",
    "sale_crm",
    "sale_management",
    "stock_account",
    "purchase_stock",
    "sale_mrp",
    "stock_dropshipping",
    "phone_validation",
    "spreadsheet_dashboard_account",
    "crm",
    "contacts",
    "account_statement_import_camt",
    "account_statement_import_sheet_file_xlsx",
    "point_of_sale",
    "pos_stripe",
)
OUR_MODULES = (
    "integrated_payments",
    "integrated_payments_mrp",
    "integrated_payments_pos",
    "integrated_payments_purchase",
    "payment_reconciliation",
    "payment_reconciliation_import",
    "payment_reconciliation_import_sheet",
    "payment_analytics",
)
# What an installed database does not depend on; a change there needs no new template.
NOT_INSTALLED = ("tests", "readme", "static/src", "static/tests", "static/description")
LOADING = re.compile(r"Loading module (\S+) \((\d+/\d+)\)")


def existing_modules(names: Iterable[str] = OUR_MODULES) -> list[str]:
    """Return those of our modules that are in the repository, in the given order."""
    return [name for name in names if (ADDONS / name / "__manifest__.py").is_file()]


def ensure_template(
    modules: Sequence[str] | None = None,
    with_demo: bool = False,
    base_modules: Sequence[str] = BASE_MODULES,
) -> str:
    """Return the name of a template database; make it first if need be.

    :param modules: our modules to be installed; by default all that exist.
    :param bool with_demo: whether Odoo's and our demo data are in it.
    :param base_modules: the modules of Odoo and OCA that lie below.
    :return: the template's name; nobody may connect to it, only copy it.
    :raise SetupError: if a module does not install; the log is named.
    """
    run = ensure()
    modules = existing_modules(OUR_MODULES if modules is None else modules)
    flavour = stamps.digest([*base_modules, "/", *modules, str(with_demo)])[:6]
    base_flavour = stamps.digest([*base_modules, str(with_demo)])[:6]
    base_key = stamps.digest([run.odoo.version, OCA.read_text(), base_flavour])[:10]
    ours = [stamps.digest_tree(ADDONS / name, NOT_INSTALLED) for name in modules]
    key = stamps.digest([base_key, *ours])[:10]
    prefix = _prefix()
    base = f"{prefix}base_{base_flavour}_{base_key}"
    name = f"{prefix}ours_{flavour}_{key}"
    with exclusive("databases"):
        known = set(_databases(run))
        if base not in known:
            _drop_old(run, f"{prefix}base_{base_flavour}_")
            _build(run, base, None, base_modules, with_demo)
        if not modules:
            return base
        if name not in known:
            _drop_old(run, f"{prefix}ours_{flavour}_")
            _build(run, name, base, modules, with_demo)
    return name


def clone_database(template: str, name: str) -> str:
    """Copy a template, its file store too; a database of that name is dropped first.

    :param str template: what :func:`ensure_template` returned.
    :param str name: the new database's name.
    :return: the new database's name.
    """
    run = ensure()
    with exclusive("databases"):
        _drop(run, name)
        _copy(run, template, name)
    return name


def drop_database(name: str) -> None:
    """Drop a database and its file store, whoever is connected to it."""
    run = ensure()
    with exclusive("databases"):
        _drop(run, name)


def scratch_name(pid: int) -> str:
    """Return a name for a test database that lives as long as a process.

    :param int pid: the process.
    """
    return f"{_prefix()}scratch_{pid}"


def drop_orphans() -> None:
    """Drop the test databases of processes that were killed before they could."""
    run = ensure()
    start = f"{_prefix()}scratch_"
    for name in _databases(run):
        owner = name.removeprefix(start).partition("_")[0]  # a worker's copy: PID_gw0
        if name.startswith(start) and not Path(f"/proc/{owner}").exists():
            drop_database(name)


def _prefix() -> str:
    """Return what our templates' names begin with; two clones may share a server."""
    return f"tpl_{stamps.digest([str(RUN)])[:4]}_"


def _databases(run: Installation) -> list[str]:
    """Return the names of all databases on the server."""
    return query("SELECT datname FROM pg_database", run.pg_env).split()


def _build(
    run: Installation,
    name: str,
    source: str | None,
    modules: Sequence[str],
    with_demo: bool,
) -> None:
    """Make a template under a passing name, so that half of one is never taken."""
    draft = f"{name}_draft"
    _drop(run, draft)
    if source:
        _copy(run, source, draft)
    else:
        query(
            f"CREATE DATABASE \"{draft}\" ENCODING 'unicode' LC_COLLATE 'C' "
            "TEMPLATE template0",
            run.pg_env,
        )
    kind = "our modules" if source else "Odoo's modules, once"
    data = "with demo data" if with_demo else "without demo data"
    _install(run, draft, modules, f"Installing {kind} ({data})", with_demo)
    query(f'ALTER DATABASE "{draft}" RENAME TO "{name}"', run.pg_env)
    if (FILESTORE / draft).exists():
        _remove(FILESTORE / name)
        (FILESTORE / draft).rename(FILESTORE / name)


def _install(
    run: Installation,
    database: str,
    modules: Sequence[str],
    title: str,
    with_demo: bool,
) -> None:
    """Install modules into a database.

    Odoo's exit status is 0 even when a module was left out, so it is asked.
    """
    options = ["-d", database, "-i", ",".join(modules), "--stop-after-init"]
    options += ["--no-http", "--max-cron-threads=0", "--log-level=info"]
    options += ["--with-demo"] if with_demo else []
    output = run_logged(
        title,
        run.odoo_command(*options),
        "install",
        remedy="read the log; the error above comes from Odoo",
        env=run.env,
        cwd=run.root,
        detail=_loading,
    )
    names = ", ".join(f"'{name}'" for name in modules)
    done = query(
        f"SELECT name FROM ir_module_module WHERE name IN ({names}) "
        "AND state = 'installed'",
        run.pg_env,
        database,
    ).split()
    missing = [name for name in modules if name not in done]
    if missing or " CRITICAL " in output:
        kept = run.log / f"install-failed-{int(time.time())}.log"
        shutil.copy(run.log / "install.log", kept)
        raise SetupError(
            f"Odoo did not install {', '.join(missing) or 'cleanly'}.", f"read {kept}"
        )


def _loading(line: str) -> str:
    """Make the sign of life of an installation: the module that is being loaded."""
    found = LOADING.search(line)
    return f"{found[1]} ({found[2]})" if found else line.partition(" odoo.")[2]


def _copy(run: Installation, source: str, name: str) -> None:
    """Copy a database and its file store."""
    query(f'CREATE DATABASE "{name}" TEMPLATE "{source}"', run.pg_env)
    store = FILESTORE / source
    if store.exists():
        shutil.copytree(store, FILESTORE / name, copy_function=_link)


def _link(source: str, target: str) -> None:
    """Link a file, or copy it where the file system knows no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _drop(run: Installation, name: str) -> None:
    """Drop a database if it exists, and its file store."""
    query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', run.pg_env)
    _remove(FILESTORE / name)


def _drop_old(run: Installation, prefix: str) -> None:
    """Drop the templates of a flavour whose day is over."""
    for name in _databases(run):
        if name.startswith(prefix):
            say(f"   dropping the outdated template {name}")
            _drop(run, name)


def _remove(folder: Path) -> None:
    """Remove a folder if it is there."""
    shutil.rmtree(folder, ignore_errors=True)
