"""The rules of the trade stand apart from Odoo and from the database."""

import ast
from pathlib import Path

import pytest

ADDONS = Path(__file__).resolve().parents[2] / "addons"
PURE = (
    "integrated_payments/gateway",
    "integrated_payments/domain",
    "payment_reconciliation/matching",
    "payment_reconciliation_import/statement_files",
    "payment_analytics/metrics",
)
FORBIDDEN = {"odoo", "psycopg2"}


def outside_imports(source, depth):
    """Return what a file imports that its folder may not know.

    :param str source: the file's text.
    :param int depth: how many folders below the pure folder it lies; a relative import
        of more levels would reach the addon itself, and through it Odoo.
    :return: the names, in the order of the file.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = node.level > depth + 1
            found.append("." * node.level if above else node.module or "")
    return [
        name
        for name in found
        if name.split(".")[0] in FORBIDDEN or name.startswith("..")
    ]


@pytest.mark.parametrize("folder", PURE)
def test_pure_folders_import_nothing_of_odoo(folder):
    """No file of a pure folder imports Odoo, psycopg2 or its own addon's models."""
    base = ADDONS / folder
    wrong = {
        path.relative_to(ADDONS).as_posix(): names
        for path in sorted(base.rglob("*.py"))
        if (
            names := outside_imports(
                path.read_text(), len(path.relative_to(base).parts) - 1
            )
        )
    }
    assert not wrong


@pytest.mark.parametrize(
    "source",
    [
        "import odoo",
        "from odoo import fields",
        "def late():\n    from odoo.tools import float_compare",
        "import psycopg2.errors",
        "from ..models import payment_event",
        "from .. import models",
    ],
)
def test_the_check_sees_each_way_to_import(source):
    """What must not pass is seen, at whatever depth of the file."""
    assert outside_imports(source, 0)


def test_the_check_allows_neighbours_and_the_standard_library():
    """A file may use its neighbours; one folder deeper, its parent's neighbours."""
    assert not outside_imports("import decimal\nfrom .types import Money", 0)
    assert not outside_imports("from ..types import Money", 1)
