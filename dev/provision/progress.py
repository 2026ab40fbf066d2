"""Progress on the terminal: what is being done, for how long, what came out.

Everything goes to standard error, so that a command's standard output stays its own
(a bench prints its figures there, pytest its closing line).
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator

TICK = 10  # seconds between two signs of life of a long step


def say(text: str) -> None:
    """Print one line at once.

    :param str text: the line.
    """
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(title: str, detail: Callable[[], str] | None = None) -> Iterator[None]:
    """Announce a step, give a sign of life every ten seconds, say how long it took.

    :param str title: what is being done.
    :param detail: a function that says how far it is; called at each sign of life.
    """
    start = time.monotonic()
    over = threading.Event()

    def tick() -> None:
        while not over.wait(TICK):
            more = detail() if detail else ""
            say(f"   {time.monotonic() - start:4.0f} s  {more or 'at it'}")

    say(f"-> {title} ...")
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    finally:
        over.set()
        ticker.join()
    say(f"   {time.monotonic() - start:4.0f} s  done")
