"""Bank lines and open items for the tests of matching, and what becomes of them."""

from datetime import date

from payment_reconciliation.matching import assign, join, keys
from payment_reconciliation.matching.values import (
    INVOICE,
    PAYOUT,
    BankLine,
    OpenItem,
)

DAY = date(2026, 3, 11)
PAYOUT_REF = "po_1TqX8sKz2YbN4mVw"


def line(text, amount=10000, number=1, **values):
    defaults = {"company": 1, "currency": "EUR", "date": DAY, "texts": (text,)}
    return BankLine(**{"id": number, "amount": amount, **defaults, **values})


def invoice(number=12, amount=10000, **values):
    return OpenItem(
        **{
            "kind": INVOICE,
            "id": number,
            "document": number,
            "company": 1,
            "amount": amount,
            "currency": "EUR",
            "date": DAY,
            "partner": 7,
            "keys": keys.document_keys(f"INV/2026/{number:05}"),
            **values,
        }
    )


def payout(ref=PAYOUT_REF, amount=10000, number=50, **values):
    return OpenItem(
        **{
            "kind": PAYOUT,
            "id": number,
            "document": number,
            "company": 1,
            "amount": amount,
            "currency": "EUR",
            "date": DAY,
            "names": ("STRIPE",),
            "keys": keys.payout_keys(ref),
            **values,
        }
    )


def decide(lines, items):
    return assign.decide(join.candidates(lines, items))


def posted(lines, items):
    return {
        (each.candidate.line.id, each.candidate.item.id)
        for each in decide(lines, items)
        if each.posts
    }


def held(lines, items):
    return [each.held_by for each in decide(lines, items)]


def groups_posted(lines, items):
    return [
        {item.id for item in each.candidate.items}
        for each in decide(lines, items)
        if each.posts and each.candidate.rest
    ]
