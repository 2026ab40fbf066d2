"""Run one benchmark by name."""

import importlib
import json
import sys
from pathlib import Path

NAMES = sorted(
    path.stem
    for path in Path(__file__).parent.glob("*.py")
    if not path.stem.startswith("_")
)


def main(arguments):
    """Run the benchmark named first; its table and JSON line go to the output.

    :return: exit status, 2 for an unknown name
    """
    if not arguments or arguments[0] not in NAMES:
        print(f"bin/bench NAME, one of: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    module = importlib.import_module(f"dev.bench.{arguments[0]}")
    figures = module.measure()
    for name, value in figures.items():
        print(
            f"{name:<40} {value:>12,.1f}"
            if isinstance(value, float)
            else f"{name:<40} {value!s:>12}"
        )
    print(json.dumps({"bench": arguments[0], **figures}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
