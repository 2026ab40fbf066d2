"""Stamps: what a step was made from, so that a second run can leave it out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from .paths import STAMPS


def digest(parts: Iterable[str | bytes]) -> str:
    """Return a short digest of an ordered list of parts.

    :param parts: texts or bytes; where one ends and the next begins matters.
    :return: 16 hexadecimal digits.
    """
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(f"{len(data)}:".encode())
        total.update(data)
    return total.hexdigest()[:16]


def digest_tree(folder: Path, skip: Iterable[str] = ()) -> str:
    """Return a digest of the names and contents of all files below a folder.

    :param Path folder: the folder.
    :param skip: folders' names to leave out, relative to it (`tests`, `static/src`).
    :return: 16 hexadecimal digits.
    """
    skipped = tuple(f"{name}/" for name in skip)
    parts: list[str | bytes] = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if name.startswith(skipped) or "__pycache__" in path.parts:
            continue
        if path.is_file():
            parts += [name, path.read_bytes()]
    return digest(parts)


def is_current(name: str, key: str) -> bool:
    """Say whether the step of that name was last done for this very key."""
    stamp = STAMPS / name
    return stamp.is_file() and stamp.read_text() == key


def write(name: str, key: str) -> None:
    """Note that the step of that name has been done for this key."""
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).write_text(key)


def clear(name: str) -> None:
    """Forget a step, before it is done again: half a step is none."""
    (STAMPS / name).unlink(missing_ok=True)
