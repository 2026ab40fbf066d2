"""One set-up at a time: two commands started together must not build the same thing."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator

from .paths import RUN
from .progress import say


@contextlib.contextmanager
def exclusive(name: str) -> Iterator[None]:
    """Hold a lock of this clone; wait for it if another process holds it.

    :param str name: the lock's name; set-up and databases have one each.
    """
    RUN.mkdir(exist_ok=True)
    with (RUN / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("-> Waiting for another set-up in this clone ...")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
