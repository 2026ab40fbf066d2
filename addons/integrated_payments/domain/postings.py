"""From a movement of the gateway's balance to balanced lines by role.

Every balance transaction becomes one bank statement line of the gateway's journal::

    Dr gateway        net
    Dr fee            fee - tax on the fee
    Dr fee tax        tax on the fee
        Cr counterpart  amount

so the only question is which role is the counterpart: the table of
:mod:`.categories`. What the table does not know goes to suspense and is listed for
review: never dropped, never guessed.
"""

from dataclasses import dataclass

from .categories import MIRRORED, PARKED_TYPES, ROLES, RULES, TYPE_CATEGORIES, UNDECIDED

__all__ = [
    "CHOSEN",
    "MIRRORED",
    "ROLES",
    "RULES",
    "TYPE_CATEGORIES",
    "UNDECIDED",
    "Line",
    "Posting",
    "category_of",
    "posting_by_choice",
    "posting_of",
]

CHOSEN = "chosen"  # the role of an account that a person, or a remembered rule, chose


@dataclass(frozen=True)
class Line:
    """One side of an entry; a positive amount is a debit, in minor units."""

    role: str
    minor: int


@dataclass(frozen=True)
class Posting:
    """A balanced entry by roles; ``known`` is False where it went to suspense.

    Without lines there is nothing to post: the movement mirrors one that is posted.
    """

    lines: tuple[Line, ...]
    known: bool = True

    def __post_init__(self):
        assert sum(line.minor for line in self.lines) == 0, "an entry must balance"

    @property
    def counterpart(self):
        """Role of the counterpart line, the last one; None if nothing is posted."""
        return self.lines[-1].role if self.lines else None

    def to_suspense(self):
        """Return the same movement with all but the gateway's side on suspense."""
        if not self.lines:
            return self
        net = self.lines[0].minor
        return Posting((Line("gateway", net), Line("suspense", -net)), known=False)


def category_of(fact):
    """Return the category a balance transaction is booked by, None if unknown.

    A category that is known to be undecided is not rescued by the type.
    """
    if fact.category in RULES or fact.category in UNDECIDED:
        return fact.category
    return TYPE_CATEGORIES.get(fact.type)


def posting_of(fact):
    """Return the :class:`Posting` of a balance transaction fact, by the table.

    :raise ValueError: if the fact contradicts itself (net is not amount less fee)
    """
    rule = RULES.get(category_of(fact))
    if rule is None or fact.type in PARKED_TYPES:
        return _entry(fact, "suspense", "fee").to_suspense()
    return _entry(fact, rule.counterpart, rule.fee)


def posting_by_choice(fact):
    """Return the :class:`Posting` with the gross on a chosen account.

    The fee stays where the table puts it: who chooses decides what the money was, not
    what the gateway took for it.

    :raise ValueError: as :func:`posting_of`
    """
    rule = RULES.get(category_of(fact))
    return _entry(fact, CHOSEN, rule.fee if rule else "fee")


def _entry(fact, counterpart, fee):
    if fact.amount - fact.fee != fact.net:
        raise ValueError(
            f"{fact.ref}: net {fact.net} is not amount {fact.amount}"
            f" less fee {fact.fee}"
        )
    if fact.balance_type in MIRRORED:
        return Posting(())
    lines = (
        Line("gateway", fact.net),
        Line(fee, fact.fee - fact.tax),
        Line("fee_tax", fact.tax),
        Line(counterpart, -fact.amount),
    )
    # The gateway's and the counterpart's line stay even at zero: a statement line needs
    # its liquidity line, and the counterpart says what the movement was.
    return Posting((lines[0], *(line for line in lines[1:3] if line.minor), lines[3]))
