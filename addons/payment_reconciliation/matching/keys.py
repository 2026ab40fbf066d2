"""References in the one form in which they are compared: capitals and digits only."""

import re
import unicodedata

from .values import Key

MIN_DIGITS = 3  # fewer digits name nothing
STRONG_DIGITS = 8  # digits alone are an anchor from here on
STRONG_DIGITS_WITH_LETTERS = 4
LONG_ID = 14  # a gateway's id of letters and few digits is an anchor from here on

_NOT_KEPT = re.compile(r"[^A-Z0-9]")
_NOT_DIGIT = re.compile(r"[^0-9]")


def fold(text):
    """Return ``text`` in capitals, full-width and accented forms made plain."""
    if (text or "").isascii():
        return (text or "").upper()
    decomposed = unicodedata.normalize("NFKD", text or "")
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return plain.upper()


def normalise(reference):
    """Return the capitals and digits of ``reference``: ``"INV202600012"``."""
    return _NOT_KEPT.sub("", fold(reference))


def digits(reference):
    """Return only the digits of ``reference``."""
    return _NOT_DIGIT.sub("", fold(reference))


def is_strong(value):
    """Return whether a normalised reference names one document by itself.

    Short numbers (an order "1001") occur by chance in any bank text.
    """
    figures = digits(value)
    if figures == value:
        return len(figures) >= STRONG_DIGITS
    return len(figures) >= STRONG_DIGITS_WITH_LETTERS or is_long_id(value)


def is_long_id(value):
    """Return whether ``value`` is as long as a gateway's id and holds a digit."""
    return len(value) >= LONG_ID and bool(digits(value))


def document_keys(number, payment_reference=None, ref=None, kind="ref"):
    """Return the keys of an invoice, bill, credit note, payment or journal entry.

    :param number: its own number, ``INV/2026/00012``
    :param payment_reference: what the payer is asked to quote, structured or not
    :param ref: the other party's number, or the memo of a payment
    :param kind: of key that ``ref`` is: a bill's is ``vendor_number``, for the other
        party issued it; a payment's memo is a ``reference``
    """
    found = {}
    for name, text in (
        ("number", number),
        ("reference", payment_reference),
        (kind, ref),
    ):
        value = normalise(text)
        figures = _NOT_DIGIT.sub("", value)
        if len(figures) < MIN_DIGITS:
            continue
        found.setdefault(value, Key(name, value, text.strip()))
        figures = figures.lstrip("0")
        if name != "ref" and len(figures) >= STRONG_DIGITS:
            found.setdefault(figures, Key("digits", figures, figures))
    return tuple(found.values())


def payout_keys(gateway_ref, trace_ref=None):
    """Return the keys of a payout: its id at the gateway and the bank's trace id."""
    return tuple(
        Key(kind, normalise(text), text)
        for kind, text in (("payout_id", gateway_ref), ("trace_id", trace_ref))
        if is_strong(normalise(text))
    )
