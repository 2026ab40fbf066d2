"""Set-up: Odoo, its Python packages, PostgreSQL and databases, all below `.run/`.

Standard library only, since it runs before any package is installed::

    from dev import provision

    run = provision.ensure()
    template = provision.ensure_template(with_demo=True)
    provision.clone_database(template, "mine")
    command = run.odoo_command("-c", "odoo.conf", "-d", "mine")
    subprocess.run(command, env=run.env, cwd=run.root)

`python3 -m dev.provision` does it from the command line, `... stop` stops PostgreSQL.
"""

from .databases import (
    BASE_MODULES,
    OUR_MODULES,
    clone_database,
    drop_database,
    ensure_template,
    existing_modules,
)
from .errors import SetupError
from .installation import Installation, ensure
from .progress import say

__all__ = [
    "BASE_MODULES",
    "OUR_MODULES",
    "Installation",
    "SetupError",
    "clone_database",
    "drop_database",
    "ensure",
    "ensure_template",
    "existing_modules",
    "say",
]
