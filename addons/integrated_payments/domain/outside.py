"""Payments taken outside Odoo: whose they are, and what they pay. Pure decisions.

The rule above all others: what is not certain is left to a person. Two customers with
the same e-mail, two invoices over the same amount, a document of somebody else: each is
a reason to abstain, and the reason is given.
"""

import re
from dataclasses import dataclass

SEPARATORS = re.compile(r"[\s,;()\[\]\"']+")
MAX_WORDS = 40
MAX_WORDS_IN_NAME = 6  # "RF18 5390 0754 7034 1234 56"
MIN_LENGTH = 4

TERMINAL_METHODS = frozenset({"card_present", "interac_present"})


def channel_of(origin_kind, method):
    """Return the channel of a payment: a terminal's by its method, else its origin's.

    :param origin_kind: link, checkout, subscription, invoice or None
    """
    if method in TERMINAL_METHODS:
        return "terminal"
    return origin_kind or "dashboard"


# === WHOSE IT IS === #


@dataclass(frozen=True)
class Customer:
    """The decision: a customer and how it was found, or why there is none.

    ``how``: gateway, email or phone; without ``ref``: ambiguous_gateway,
    ambiguous_email, ambiguous_phone or unknown.
    """

    ref: int | None
    how: str


def decide_customer(candidates):
    """Decide by the first of the ways that finds anybody.

    :param candidates: [(how, set of customers)] in the order of trust; a customer is a
        legal entity, so that contacts of one company are no ambiguity
    """
    for how, found in candidates:
        if len(found) == 1:
            return Customer(next(iter(found)), how)
        if found:
            return Customer(None, f"ambiguous_{how}")
    return Customer(None, "unknown")


# === WHAT IT PAYS === #


@dataclass(frozen=True)
class Document:
    """An invoice or order; ``open`` is what remains to be paid, in minor units."""

    kind: str
    ref: int
    customer: int
    open: int
    name: str = ""


@dataclass(frozen=True)
class Match:
    """The documents that a payment pays, or why there are none.

    ``reason``: closed, several_customers, other_customer, several, surplus, or empty.
    ``surplus``: what was paid beyond the open amount, in minor units.
    """

    documents: tuple[Document, ...] = ()
    how: str = ""
    reason: str = ""
    surplus: int = 0
    about: str = ""


def quotable(texts):
    """Return the words of texts that may be the whole name of a document.

    Single words and short runs of words, spaced and closed up; a name holds a digit.
    As spelled and in capitals: a sequence may have small letters.
    """
    found = []
    for text in texts:
        words = [word.strip(".:#!?") for word in SEPARATORS.split(text or "")]
        words = [word for word in words if word][:MAX_WORDS]
        for start in range(len(words)):
            for end in range(start + 1, min(start + MAX_WORDS_IN_NAME, len(words)) + 1):
                run = words[start:end]
                found += [" ".join(run), "".join(run)]
    return list(
        dict.fromkeys(
            name
            for each in found
            for name in (each, each.upper())
            if len(name) >= MIN_LENGTH and any(map(str.isdigit, name))
        )
    )


def decide_documents(quoted, candidates, amount, customer):
    """Decide what a payment pays.

    :param quoted: documents that it names, open or not
    :param candidates: open documents of ``customer``
    :param amount: minor units, in the currency of all documents
    :param customer: None if unknown: then a quoted document tells whose it is
    """
    if quoted:
        return _decide_quoted(quoted, amount, customer)
    exact = [document for document in candidates if document.open == amount]
    if len(exact) == 1:
        return Match((exact[0],), "amount")
    if exact:
        return Match(reason="several", about=_names(exact))
    return Match()


def _decide_quoted(quoted, amount, customer):
    owners = {document.customer for document in quoted}
    if len(owners) > 1:
        return Match(reason="several_customers", about=_names(quoted))
    if customer is not None and owners != {customer}:
        return Match(reason="other_customer", about=_names(quoted))
    still_open = [document for document in quoted if document.open > 0]
    if not still_open:
        return Match(reason="closed", about=_names(quoted))
    if len(still_open) == 1:
        return _paid(still_open, amount)
    invoices = [each for each in still_open if each.kind == "invoice"]
    if invoices == still_open and sum(each.open for each in invoices) == amount:
        return Match(tuple(invoices), "quoted")
    exact = [each for each in still_open if each.open == amount]
    if len(exact) == 1:
        return Match((exact[0],), "quoted")
    return Match(reason="several", about=_names(still_open))


def _paid(documents, amount):
    """A single document that is named is paid by whatever came, even if it differs."""
    surplus = max(0, amount - sum(document.open for document in documents))
    reason = "surplus" if surplus else ""
    return Match(tuple(documents), "quoted", reason, surplus, _names(documents))


def _names(documents):
    return ", ".join(sorted(document.name for document in documents))
