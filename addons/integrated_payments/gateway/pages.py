"""Pages of a gateway's lists, and a gateway that answers from such a page first.

A list call brings a hundred objects, and within them what they refer to: an import that
asks for each object alone would need some four hundred calls for the same.
"""

from dataclasses import dataclass, field

from .errors import NeedsPerson
from .stripe import translate

# In the order in which their facts build on each other.
LISTED = ("charge", "refund", "dispute", "payout", "balance_transaction")

# What a list brings along. Source: https://docs.stripe.com/api/expanding_objects
EXPAND = {
    "charge": ("data.payment_intent", "data.balance_transaction"),
    "refund": ("data.charge", "data.payment_intent", "data.balance_transaction"),
    "dispute": ("data.charge", "data.payment_intent"),
    "payout": ("data.balance_transaction",),
    "balance_transaction": ("data.source",),
}
OBJECT_KINDS = {
    "payment_intent": "intent",
    "charge": "charge",
    "refund": "refund",
    "dispute": "dispute",
    "payout": "payout",
    "balance_transaction": "balance_transaction",
}


@dataclass(frozen=True)
class Page:
    """Up to a hundred facts of one kind, newest first.

    :param facts: the listed ones
    :param carried: {(kind, id): fact} of the listed ones and of those within them
    :param unreadable: why an object was left out, in words, one for each
    :param next_after: cursor of the next page, None on the last one
    """

    kind: str
    facts: tuple
    carried: dict = field(default_factory=dict)
    unreadable: tuple = ()
    next_after: str | None = None


def read_page(kind, listed):
    """Return the :class:`Page` in the API's answer (a dict) to a list call."""
    facts, carried, unreadable = [], {}, []
    for payload in listed["data"]:
        for inner_kind, inner in _objects_in(payload):
            try:
                carried[inner_kind, inner["id"]] = translate(inner_kind, inner)
            except NeedsPerson as error:
                unreadable.append(str(error))
        if (kind, payload["id"]) in carried:
            facts.append(carried[kind, payload["id"]])
    more = listed.get("has_more") and listed["data"]
    cursor = listed["data"][-1]["id"] if more else None
    return Page(kind, tuple(facts), carried, tuple(unreadable), cursor)


def _objects_in(value):
    """Yield (kind, payload) of an object and of all objects within it."""
    if isinstance(value, list):
        for item in value:
            yield from _objects_in(item)
    elif isinstance(value, dict):
        kind = OBJECT_KINDS.get(value.get("object"))
        if kind and value.get("id"):
            yield kind, value
        for item in value.values():
            yield from _objects_in(item)


class Prefetched:
    """A gateway that has a page at hand, and asks only for what is not on it.

    Lists of an object's attempts or refunds are what the page holds of them: the rest
    stands on other pages, whose turn comes.
    """

    def __init__(self, gateway, page):
        self._gateway, self._carried = gateway, dict(page.carried)

    def fetch(self, kind, ref):
        """Return the fact of ``kind`` with gateway id ``ref``, asked for once."""
        if (kind, ref) not in self._carried:
            self._carried[kind, ref] = self._gateway.fetch(kind, ref)
        return self._carried[kind, ref]

    def charges_of(self, intent_ref):
        """Return the attempts of an intent that are at hand, else ask for them."""
        found = [each for each in self._of("charge") if each.intent_ref == intent_ref]
        found.sort(key=lambda charge: charge.created)
        return found or self._gateway.charges_of(intent_ref)

    def refunds_of(self, charge_ref):
        """Return the refunds of a charge that are at hand."""
        return [each for each in self._of("refund") if each.charge_ref == charge_ref]

    def _of(self, kind):
        return [fact for (each, _ref), fact in self._carried.items() if each == kind]

    def __getattr__(self, name):
        return getattr(self._gateway, name)
