"""Write the dashboards: ``python addons/payment_analytics/dashboard/write.py``."""

import json
import sys
import types
from pathlib import Path

ADDON = Path(__file__).resolve().parents[1]
FILES = ADDON / "data" / "files"


def files():
    """Return {file name: content} of all dashboards."""
    from payment_analytics.dashboard.boards import BOARDS
    from payment_analytics.dashboard.build import build

    found = {}
    for board in BOARDS:
        found[f"{board.name}_dashboard.json"] = text(build(board))
        found[f"{board.name}_sample_dashboard.json"] = text(build(board, empty=True))
    return found


def text(dashboard):
    """Return a dashboard as it lies in its file."""
    return json.dumps(dashboard, indent=4, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    # The addon's own __init__ would import Odoo.
    package = types.ModuleType("payment_analytics")
    package.__path__ = [str(ADDON)]
    sys.modules["payment_analytics"] = package
    for name, content in files().items():
        (FILES / name).write_text(content, encoding="utf-8")
        sys.stdout.write(f"{FILES / name}\n")
