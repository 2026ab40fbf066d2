"""Why a pair may not be posted by itself. No gate closed: it may.

A gate is a rule of the trade, not a score: however much speaks for a pair, a cent too
little or another partner's name is for a person to judge.
"""

from .amounts import EXPLAINED, WRITTEN_OFF
from .values import PAYOUT

NAMES = ("number", "reference", "vendor_number", "digits")
ANCHORS = ("payout_id", "trace_id", *NAMES)
KNOWN = ("payer_same", "payer_learned", "partner_same")
PARTNER = (*KNOWN, "names_partner")
ALONE = ("payer_alone", "amount_all", "amount_oldest", "amount_some")


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
    """To the minor unit; otherwise only if the text names the document for certain."""
    if candidate.says("amount_sum_by_chance"):
        return False
    if candidate.how in ("partial", *WRITTEN_OFF):
        return candidate.says(*NAMES) and not candidate.says("broken_reference")
    return candidate.how in EXPLAINED


def is_anchored(candidate):
    """Something names this item, not only its amount.

    A payout without its id in the text is named by the gateway's name, its amount that
    no other payout of these days has, and its date; open items by their partner, if
    nothing else that the partner has open fits. A slip of the pen or a short reference
    needs a partner that agrees, a reference that is cut off an amount of its own.
    """
    if candidate.says(*ANCHORS):
        return True
    if candidate.item.kind == PAYOUT:
        return all(
            candidate.says(kind)
            for kind in ("names_gateway", "date_near", "amount_unique")
        )
    if candidate.says(*KNOWN) and candidate.says(*ALONE):
        return True
    if not candidate.says("amount_unique"):
        return False
    if candidate.says("cut_off"):
        return True
    return candidate.says("slip", "weak_reference") and candidate.says(*PARTNER)


def same_partner(candidate):
    """A line that is known to be another partner's contradicts.

    So does a group of several partners' documents. Somebody else's bank account does
    not where the text names the document: parents and firms pay for others.
    """
    if candidate.says("payer_differs") and not candidate.says(*NAMES):
        return False
    return not candidate.says("partner_differs", "partners_differ")


def names_no_other(candidate):
    """A reference to another document contradicts, open or settled."""
    return not candidate.says("names_others", "names_settled")


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
IMPOSSIBLE = frozenset(("direction", "currency"))  # not even proposed


def closed_for(candidate):
    """Return the names of the gates that are closed for ``candidate``."""
    closed = [name for name, is_open in GATES.items() if not is_open(candidate)]
    if "ready" in closed:
        closed[closed.index("ready")] = candidate.item.waits_for
    return tuple(closed)
