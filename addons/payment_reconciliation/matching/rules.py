"""Reconciliation models: which applies to a bank line, and how it splits its amount.

A model is a rule of conditions; the first in order whose conditions all hold applies.
Amounts are integer minor units, signed as on the bank statement: a share above zero is
a credit on its account.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from fractions import Fraction

from .values import Evidence

BITS = {  # what a condition that holds says; an amount alone says little
    "rule_contains": 8.0,
    "rule_regex": 8.0,
    "rule_contains_not": 2.0,
    "rule_amount": 2.0,
    "rule_partner": 6.0,
    "rule_journal": 1.0,
    "rule_always": 0.0,
}
TIMES_BEFORE_PROPOSED = 3
MIN_WORD = 3  # letters of a word that says something
_MONTHS = frozenset(
    "jan feb mar apr may jun jul aug sep oct nov dec january february march april june "
    "july august september october november december".split()
)


@dataclass(frozen=True)
class Share:
    """An item of a model: how much of the line it takes.

    :param kind: percentage (of what is left), percentage_st_line, fixed, regex
    :param value: the percentage as Fraction, or minor units; for regex nothing
    :param pattern: what finds the amount in the text, for regex
    """

    kind: str
    value: Fraction | int = 0
    pattern: str = ""


@dataclass(frozen=True)
class Rule:
    """The conditions of a reconciliation model.

    :param label: contains, not_contains, match_regex or None
    :param amount: lower, greater, between or None, on the absolute amount
    """

    id: int
    label: str | None = None
    text: str = ""
    amount: str | None = None
    low: int = 0
    high: int = 0
    partners: frozenset = frozenset()
    journals: frozenset = frozenset()


@dataclass(frozen=True)
class RuledLine:
    """A bank line as rules see it; ``amount`` in the currency of its journal."""

    amount: int
    texts: tuple[str, ...]
    journal: int
    partner: int | None = None
    found: dict = field(default_factory=dict, hash=False)

    def finds(self, pattern):
        """Return what ``pattern`` finds in the first text that has it."""
        hits = self.found.get(pattern) or {}
        return next((hits[text] for text in self.texts if text in hits), None)


def first_that_applies(line, rules):
    """Return (rule, evidence) of the first rule that applies, or (None, ())."""
    for rule in rules:
        evidence = applies(line, rule)
        if evidence is not None:
            return rule, evidence
    return None, ()


def applies(line, rule):
    """Return the evidence that ``rule`` applies to ``line``; None if it does not."""
    evidence = []
    for condition in (_journal, _partner, _amount, _label):
        piece = condition(line, rule)
        if piece is False:
            return None
        if piece:
            kind, figures = piece
            evidence.append(Evidence(kind, BITS[kind], figures))
    if not evidence:
        evidence = [Evidence("rule_always", BITS["rule_always"])]
    return tuple(reversed(evidence))


def _journal(line, rule):
    if not rule.journals:
        return None
    return line.journal in rule.journals and ("rule_journal", {})


def _partner(line, rule):
    if not rule.partners:
        return None
    return line.partner in rule.partners and ("rule_partner", {})


def _amount(line, rule):
    if not rule.amount:
        return None
    amount = abs(line.amount)
    above = rule.amount == "lower" or amount >= rule.low
    below = rule.amount == "greater" or amount <= rule.high
    return above and below and ("rule_amount", {"amount": amount})


def _label(line, rule):
    if not rule.label:
        return None
    if rule.label == "match_regex":
        hit = line.finds(rule.text)
        return hit is not None and ("rule_regex", {"found": hit or rule.text})
    wanted = (rule.text or "").casefold()
    if not wanted:
        return False
    contains = any(wanted in text.casefold() for text in line.texts)
    if rule.label == "contains":
        return contains and ("rule_contains", {"found": rule.text})
    return not contains and ("rule_contains_not", {"found": rule.text})


def split(amount, shares, line=None, decimals=2):
    """Split the amount of a line among the items of a model, to the minor unit.

    Percentages of the line are rounded as a running sum, so that items of 100 % in
    sum are the whole amount.

    :param int amount: minor units, signed
    :param shares: list of :class:`Share`
    :param RuledLine line: where regular expressions have searched
    :return: (list of minor units, one per share; what they leave)
    """
    parts, rest, percent, given = [], amount, Fraction(0), 0
    for share in shares:
        if share.kind == "percentage_st_line":
            percent += share.value
            part = round_half_up(amount * percent / 100) - given
            given += part
        elif share.kind == "percentage":
            part = round_half_up(rest * share.value / 100)
        elif share.kind == "fixed":
            part = share.value
        else:
            found = parse_amount(line.finds(share.pattern) if line else None, decimals)
            part = found if rest >= 0 else -found
        parts.append(part)
        rest -= part
    return parts, rest


def round_half_up(value):
    """Return a fraction rounded to an integer, halves away from zero."""
    whole = (abs(value) + Fraction(1, 2)).__floor__()
    return whole if value >= 0 else -whole


def parse_amount(text, decimals=2):
    """Return the minor units that a text shows, however it groups its digits.

    The last separator is the decimal one if no more than ``decimals`` digits follow it;
    1.234 and 1,234,567 have only groups. 0 if it is no amount.
    """
    text = re.sub(r"[\s'’]", "", text or "")
    if not re.fullmatch(r"\d[\d.,]*", text, re.ASCII):
        return 0
    whole, _separator, cents = text, "", ""
    hit = re.fullmatch(r"(.*)[.,](\d+)", text, re.ASCII)
    if hit and len(hit[2]) <= decimals:
        whole, cents = hit[1], hit[2]
    digits = re.sub(r"[.,]", "", whole)
    return int(digits or "0") * 10**decimals + int(cents.ljust(decimals, "0") or "0")


# === What people book again and again === #


def stable_words(text):
    """Return the words of a label that stay from one time to the next.

    What has digits changes each time (dates, numbers), as names of months do.
    """
    words = re.findall(r"\w+", (text or "").casefold())
    return tuple(
        word
        for word in words
        if len(word) >= MIN_WORD and word.isalpha() and word not in _MONTHS
    )


def habits(bookings, times=TIMES_BEFORE_PROPOSED):
    """Return what was booked the same way at least ``times``.

    Words that were booked on different accounts prove no habit.

    :param bookings: iterable of (label, True if money came in, account, any record)
    :return: {(account, money in, words): [records]}
    """
    found, accounts = defaultdict(list), defaultdict(set)
    for label, is_in, account, record in bookings:
        words = stable_words(label)
        if words:
            found[account, is_in, words].append(record)
            accounts[is_in, words].add(account)
    return {
        (account, is_in, words): records
        for (account, is_in, words), records in found.items()
        if len(records) >= times and len(accounts[is_in, words]) == 1
    }


def condition_for(words, labels):
    """Return (label condition, parameter) that takes all of ``labels``."""
    together = " ".join(words)
    if all(together in label.casefold() for label in labels):
        return "contains", together
    return "match_regex", ".*".join(rf"\b{word}\b" for word in words)
