"""What a bank line's text may refer to.

A text is cut into atoms (unbroken letters and digits); neighbouring atoms are joined to
runs, because banks break references over lines and people write them with blanks. A run
counts only if it is whole: digits that continue beyond a separator are part of a longer
number, and digits behind letters ("BILL/2026/00012") are part of that reference.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from .keys import MIN_DIGITS, STRONG_DIGITS, fold, is_long_id

MAX_ATOMS_PER_RUN = 9  # RF + 21 characters in groups of four, and one more
MAX_LENGTH = 40
MAX_ATOMS = 600  # per text; a memo of 10,000 characters must not stop the job

MIN_NAME = 5  # letters of a name
LEGAL_FORMS = frozenset(
    "AG AS BV CO CV GBR GMBH INC KG KGAA LLC LLP LTD LIMITED NV OHG OY PLC PTE PTY SA"
    " SARL SAS SE SL SPA SRL UG ZOO AND UND ET THE DE MR MRS MS HERR FRAU DR".split()
)

_CREDITOR = re.compile(r"RF[0-9]{2}")
_ATOM = re.compile(r"[A-Z0-9]+")
_TIGHT = re.compile(r"^[-/._]+$")  # separators inside one reference


@dataclass(frozen=True)
class Found:
    """A reference found in text number ``text`` at atoms ``start`` to ``end``.

    :param broken: digits were joined over white space
    :param first: the text begins with it; ``last``: the text ends with it
    """

    value: str
    text: int
    start: int
    end: int
    broken: bool
    first: bool = False
    last: bool = False

    def within(self, other):
        """Return whether ``other`` covers this place and more."""
        return (
            self.text == other.text
            and other.start <= self.start
            and self.end <= other.end
            and (other.start, other.end) != (self.start, self.end)
        )


def references(texts):
    """Return {value: Found} of all runs that may be references.

    :param texts: the line's texts; a run never spans two of them
    """
    found = {}
    for number, text in enumerate(texts):
        for run in _with_variants(_runs(number, fold(text))):
            known = found.get(run.value)
            if known is None or (known.broken and not run.broken):
                found[run.value] = run
    return found


def _with_variants(runs):
    """Yield also the other forms in which banks write a reference.

    Leading zeros come and go; a creditor reference (ISO 11649, ``RF18``) carries the
    national one behind its check digits.
    """
    for run in runs:
        yield run
        rest = run.value[4:] if _CREDITOR.match(run.value) else run.value
        if rest.isdigit():
            rest = rest.lstrip("0")
        if rest != run.value and len(rest) >= STRONG_DIGITS:
            yield replace(run, value=rest)


def names_partner(name, texts):
    """Return whether all words of a partner's ``name`` stand in one of ``texts``.

    In any order, without what only tells its legal form; a short word alone is no name.
    """
    words = partner_words(name)
    return bool(words) and any(words <= words_of(text) for text in texts)


@lru_cache(maxsize=20_000)
def partner_words(name):
    """Return the words of a partner's name that tell it from others."""
    words = frozenset(_ATOM.findall(fold(name))) - LEGAL_FORMS
    return words if sum(map(len, words)) >= MIN_NAME else frozenset()


@lru_cache(maxsize=20_000)
def words_of(text):
    """Return the words of ``text``, folded."""
    return frozenset(_ATOM.findall(fold(text)))


def names_whole(name, texts):
    """Return whether the words of ``name`` stand in one of ``texts``, whole."""
    words = _ATOM.findall(fold(name))
    if not words:
        return False
    for text in texts:
        atoms = _ATOM.findall(fold(text))
        for start in range(len(atoms) - len(words) + 1):
            if atoms[start : start + len(words)] == words:
                return True
    return False


def _runs(number, text):
    atoms = list(_ATOM.finditer(text))[:MAX_ATOMS]
    gaps = [
        text[left.end() : right.start()]
        for left, right in zip(atoms, atoms[1:], strict=False)
    ]
    words = [atom.group() for atom in atoms]
    digits = [sum(map(str.isdigit, word)) for word in words]
    for start in range(len(words)):
        value, figures, broken = "", 0, False
        for end in range(start, min(start + MAX_ATOMS_PER_RUN, len(words))):
            if end > start:
                broken |= _breaks_digits(words, gaps, end - 1)
            value += words[end]
            figures += digits[end]
            if len(value) > MAX_LENGTH:
                break
            enough = figures >= MIN_DIGITS or is_long_id(value)
            if enough and _is_whole(words, gaps, start, end, value):
                last = end == len(words) - 1
                yield Found(value, number, start, end, broken, not start, last)


def _breaks_digits(words, gaps, index):
    """Whether digits meet digits over white space between two atoms."""
    return (
        words[index][-1].isdigit()
        and words[index + 1][0].isdigit()
        and any(char.isspace() for char in gaps[index])
    )


def _is_whole(words, gaps, start, end, value):
    """Whether the run is no part of a longer reference."""
    if start and _TIGHT.match(gaps[start - 1]) and value[0].isdigit():
        before = words[start - 1]
        if before[-1].isdigit() or gaps[start - 1] != ".":
            return False
    if end < len(gaps) and _TIGHT.match(gaps[end]) and value[-1].isdigit():
        return not words[end + 1][0].isdigit()
    return True
