"""The values that matching reads and returns.

Amounts are integer minor units of ``currency``, signed as on the bank statement of the
company: money in is positive. Ids are opaque; ``partner`` is the commercial partner.
"""

from dataclasses import dataclass, field
from datetime import date

INVOICE = "invoice"  # invoice, bill, credit note, receipt
PAYMENT = "payment"  # a payment registered in Odoo that the bank has not shown yet
ENTRY = "entry"  # any other open journal item
PAYOUT = "payout"


@dataclass(frozen=True)
class Key:
    """A reference that an open item is known by.

    :param kind: number, digits, reference, vendor_number, ref, payout_id, trace_id
    :param value: normalised, see ``keys.normalise``
    :param shown: as people write it
    """

    kind: str
    value: str
    shown: str


@dataclass(frozen=True)
class Policy:
    """What a company writes off by itself: up to both limits, in minor units."""

    tolerance: int = 0
    tolerance_percent: float = 0.0


@dataclass(frozen=True)
class BankLine:
    """A line of a bank statement that is to be matched.

    :param payer: the partner whose bank account or learned name the other side used, if
        known; who pays need not be who owes
    :param payer_known_by: the name or account that a person's choice made known as the
        payer's; None if it is the partner's own bank account
    :param charges: what the text says that the banks kept, in minor units
    """

    id: int
    company: int
    amount: int
    currency: str
    date: date
    texts: tuple[str, ...]
    partner: int | None = None
    payer: int | None = None
    payer_known_by: str | None = None
    charges: int = 0
    policy: Policy = Policy()


@dataclass(frozen=True)
class OpenItem:
    """What a bank line may pay.

    :param document: items of one document (instalments) do not rival each other
    :param amount: what the bank line shows if it pays the item in full
    :param names: names that only hint at the item (descriptor, name of the gateway)
    :param partner_name: as the bank may write it
    :param sharing: how many open items have this amount and currency (for payouts it
        is counted among those that are expected at the time)
    :param sharing_partner: the same, among the items of its partner
    :param discounted: what is to be paid until ``discount_until``; None: no discount
    :param waits_for: why the item cannot be posted against yet, a word of ``gates``
    """

    kind: str
    id: int
    document: int
    company: int
    amount: int
    currency: str
    date: date
    partner: int | None = None
    keys: tuple[Key, ...] = ()
    names: tuple[str, ...] = ()
    partner_name: str = ""
    sharing: int = 1
    sharing_partner: int = 1
    discounted: int | None = None
    discount_until: date | None = None
    waits_for: str | None = None


@dataclass(frozen=True)
class Evidence:
    """One reason for or against a pair: ``weight`` in bits (log2 of the odds)."""

    kind: str
    weight: float
    figures: dict = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Candidate:
    """What a bank line may pay, with all that speaks to it.

    :param item: the open item; of a group the first
    :param rest: the further items of a group
    :param how: what explains the amount, see ``amounts.explain``
    :param difference: what the line brings beyond the items, in minor units
    """

    line: BankLine
    item: OpenItem
    evidence: tuple[Evidence, ...] = ()
    rest: tuple[OpenItem, ...] = ()
    how: str = "exact"
    difference: int = 0

    @property
    def items(self):
        """Return all open items that it pays."""
        return (self.item, *self.rest)

    @property
    def score(self):
        """Return the sum of the evidence, in bits."""
        return sum(each.weight for each in self.evidence)

    def says(self, *kinds):
        """Return whether evidence of one of ``kinds`` was found."""
        return any(each.kind in kinds for each in self.evidence)
