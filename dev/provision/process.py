"""Running other programs: quietly, into a log, with their last words on failure."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .errors import SetupError
from .paths import LOG
from .progress import step

TAIL = 20  # lines of the log that an error shows


def _last_lines(log: Path, count: int) -> list[str]:
    """Return the last `count` lines of a log that are not empty."""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 16384))
        text = stream.read().decode(errors="replace")
    return [line for line in text.splitlines() if line.strip()][-count:]


def run_logged(
    title: str,
    command: Sequence[str | Path],
    log_name: str,
    *,
    remedy: str,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    detail: Callable[[str], str] | None = None,
) -> str:
    """Run a command as a step of set-up; its output goes to `.run/log`.

    :param str title: what the step is called on the terminal.
    :param command: the command and its arguments.
    :param str log_name: name of the log file, without folder and suffix.
    :param str remedy: what to do if it fails.
    :param env: the whole environment; by default this process's own.
    :param cwd: the folder to run in.
    :param detail: makes the sign of life from the log's last line.
    :return: the output.
    :raise SetupError: if the command fails; with the end of its output.
    """
    LOG.mkdir(parents=True, exist_ok=True)
    log = LOG / f"{log_name}.log"

    def last_line() -> str:
        line = "".join(_last_lines(log, 1))
        return (detail(line) if detail else line)[:100]

    with log.open("wb") as stream, step(title, last_line):
        status = subprocess.run(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=dict(os.environ if env is None else env),
            cwd=cwd,
        ).returncode
        if status:
            tail = "\n".join(f"    {line}" for line in _last_lines(log, TAIL))
            raise SetupError(
                f"{title}: failed with status {status}. The end of {log}:\n{tail}",
                remedy,
            )
    return log.read_text(errors="replace")
