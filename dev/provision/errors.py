"""The one error of set-up: what is wrong, and what to do about it."""

from __future__ import annotations


class SetupError(Exception):
    """Set-up cannot go on.

    :param str problem: what is wrong, in one sentence.
    :param str remedy: what the reader should do about it.
    """

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(f"{problem}\n  What to do: {remedy}")
        self.problem = problem
        self.remedy = remedy
