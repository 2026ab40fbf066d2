"""Why a pair may not be posted by itself. No gate closed: it may.

A gate is a rule of the trade, not a score: however much speaks for a pair, a cent too
little or another partner's name is for a person to judge.
"""

from .amounts import EXPLAINED
from .values import PAYOUT

NAMES = ("number", "reference", "vendor_number", "digits")
ANCHORS = ("payout_id", "trace_id", *NAMES)


def same_direction(candidate):
    """Money in pays what is owed to us; money out what we owe.

    In a group a credit note may lessen what is owed.
    """
    return candidate.line.amount * sum(each.amount for each in candidate.items) > 0


def same_company(candidate):
    """Branches are for a person to decide."""
    return all(candidate.line.company == each.company for each in candidate.items)


def same_currency(candidate):
    """The currency of the transaction, not of the journal."""
    return all(candidate.line.currency == each.currency for each in candidate.items)


def explained_amount(candidate):
    """To the minor unit; a part only if the text names the document for certain."""
    if candidate.how == "partial":
        return candidate.says(*NAMES) and not candidate.says("broken_reference")
    return candidate.how in EXPLAINED


def is_anchored(candidate):
    """Something names this item, not only its amount.

    A payout without its id in the text is named by the gateway's name, its amount that
    no other payout of these days has, and its date; an open item by its partner's bank
    account, if no other open item of the partner has the amount.
    """
    if candidate.says(*ANCHORS):
        return True
    if candidate.item.kind == PAYOUT:
        return all(
            candidate.says(kind)
            for kind in ("names_gateway", "date_near", "amount_unique")
        )
    if candidate.says("payer_same") and candidate.says("payer_alone"):
        return True
    return all(
        candidate.says(kind)
        for kind in ("weak_reference", "partner_same", "amount_unique")
    )


def same_partner(candidate):
    """A line that is known to be another partner's contradicts.

    So does a group of several partners' documents. Somebody else's bank account does
    not where the text names the document: parents and firms pay for others.
    """
    if candidate.says("payer_differs") and not candidate.says(*NAMES):
        return False
    return not candidate.says("partner_differs", "partners_differ")


def names_no_other(candidate):
    """A reference to another open document contradicts."""
    return not candidate.says("names_others")


def is_ready(candidate):
    """The item's own entry is posted and open."""
    return all(each.waits_for is None for each in candidate.items)


GATES = {
    "direction": same_direction,
    "company": same_company,
    "currency": same_currency,
    "amount": explained_amount,
    "anchor": is_anchored,
    "partner": same_partner,
    "others": names_no_other,
    "ready": is_ready,
}
IMPOSSIBLE = frozenset(("direction", "company", "currency"))  # not even proposed


def closed_for(candidate):
    """Return the names of the gates that are closed for ``candidate``."""
    closed = [name for name, is_open in GATES.items() if not is_open(candidate)]
    if "ready" in closed:
        closed[closed.index("ready")] = candidate.item.waits_for
    return tuple(closed)
