"""`python3 -m dev.provision [COMMAND]`: set-up from the command line.

Without a command: make everything, the template of the tests included. `env`: print the
environment for a shell to evaluate. `lint`: make the linters' environment. `database`:
make a fresh test database; `drop NAME` drops it. `stop`: stop the embedded PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time

from . import configuration, databases, environment, postgres
from .errors import SetupError
from .installation import ensure
from .locks import exclusive
from .progress import say
from .python_version import check_python

ENV_NAMES = ("PATH", "PYTHONPATH", "VIRTUAL_ENV")


def main(arguments: list[str]) -> int:
    """Do as the command line says.

    :return: the exit status; 1 with a message if set-up cannot go on.
    """
    parser = argparse.ArgumentParser(prog="python3 -m dev.provision")
    commands = ("all", "env", "lint", "database", "drop", "stop")
    parser.add_argument("command", nargs="?", default="all", choices=commands)
    parser.add_argument("name", nargs="?", help="the database's name")
    parser.add_argument("--with-demo", action="store_true", help="with demo data")
    options = parser.parse_args(arguments)
    try:
        check_python()
        globals()[f"_{options.command}"](options)
    except SetupError as error:
        say(f"\nSet-up stops here: {error}")
        return 1
    except KeyboardInterrupt:
        say("\nInterrupted; run it again, it goes on where it was.")
        return 130
    return 0


def _all(options: argparse.Namespace) -> None:
    """Make everything, and say so."""
    start = time.monotonic()
    run = ensure()
    name = databases.ensure_template(with_demo=options.with_demo)
    say(f"Ready in {time.monotonic() - start:.0f} s: Odoo {run.odoo.version}, {name}")


def _env(_options: argparse.Namespace) -> None:
    """Print the environment as a shell's `export` lines."""
    run = ensure()
    for name in (*ENV_NAMES, *run.pg_env):
        print(f"export {name}={shlex.quote(run.env[name])}")


def _lint(_options: argparse.Namespace) -> None:
    """Make the linters' environment, and print where its programs are."""
    with exclusive("setup"):
        print(environment.ensure_lint_venv())


def _database(options: argparse.Namespace) -> None:
    """Make a fresh test database of the suite, and print its name."""
    template = databases.ensure_template(with_demo=options.with_demo)
    configuration.write_test_configuration(ensure())
    # The caller is a script; its life is the database's.
    name = options.name or databases.scratch_name(os.getppid())
    databases.drop_orphans()
    print(databases.clone_database(template, name))


def _drop(options: argparse.Namespace) -> None:
    """Drop a database."""
    databases.drop_database(options.name)


def _stop(_options: argparse.Namespace) -> None:
    """Stop the embedded PostgreSQL."""
    postgres.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
