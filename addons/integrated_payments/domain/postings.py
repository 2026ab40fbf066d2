"""From a movement of the gateway's balance to balanced lines by role.

Every balance transaction becomes one bank statement line of the gateway's journal::

    Dr gateway        net
    Dr fee            fee - tax on the fee
    Dr fee tax        tax on the fee
        Cr counterpart  amount

so the only question is which role is the counterpart: the table below. What the table
does not know goes to suspense and is listed for review: never dropped, never guessed.

Source of the categories: https://docs.stripe.com/reports/reporting-categories
"""

from dataclasses import dataclass

ROLES = {
    "gateway": "Gateway balance",
    "outstanding": "Outstanding payments",
    "fee": "Gateway fees",
    "fee_tax": "Tax on gateway fees",
    "transit": "Transfers in transit",
    "dispute": "Disputes receivable",
    "dispute_fee": "Dispute fees",
    "refund_liability": "Refunds to customers",
    "reserve": "Reserved by the gateway",
    "loan": "Gateway financing",
    "connect": "Connected accounts",
    "suspense": "Suspense",
}


@dataclass(frozen=True)
class Rule:
    """How one category is booked. ``fee`` is the role that bears its fee."""

    counterpart: str
    fee: str = "fee"


RULES = {
    "charge": Rule("outstanding"),
    "partial_capture_reversal": Rule("outstanding"),
    "refund": Rule("outstanding"),
    "refund_failure": Rule("refund_liability"),
    "charge_failure": Rule("outstanding"),
    "dispute": Rule("dispute", "dispute_fee"),
    "dispute_reversal": Rule("dispute", "dispute_fee"),
    "fee": Rule("fee"),
    "network_cost": Rule("fee"),
    "tax": Rule("fee_tax"),
    "payout": Rule("transit"),
    "payout_reversal": Rule("transit"),
    "topup": Rule("transit"),
    "topup_reversal": Rule("transit"),
    "advance": Rule("loan"),
    "advance_funding": Rule("loan"),
    "financing_paydown": Rule("loan"),
    "financing_paydown_reversal": Rule("loan"),
    "financing_payout": Rule("loan"),
    "financing_payout_reversal": Rule("loan"),
    "risk_reserved_funds": Rule("reserve"),
    "reserve_hold": Rule("reserve"),
    "reserve_release": Rule("reserve"),
    "platform_earning": Rule("connect"),
    "platform_earning_refund": Rule("connect"),
    "transfer": Rule("connect"),
    "transfer_reversal": Rule("connect"),
}

# Fall-back where a gateway sends no reporting category: type to category.
TYPE_CATEGORIES = {
    "charge": "charge",
    "payment": "charge",
    "refund": "refund",
    "payment_refund": "refund",
    "refund_failure": "refund_failure",
    "payment_failure_refund": "charge_failure",
    "stripe_fee": "fee",
    "stripe_fx_fee": "fee",
    "network_cost": "network_cost",
    "tax_fee": "tax",
    "payout": "payout",
    "payout_failure": "payout_reversal",
    "payout_cancel": "payout_reversal",
    "topup": "topup",
    "topup_reversal": "topup_reversal",
    "reserved_funds": "risk_reserved_funds",
    "reserve_hold": "reserve_hold",
    "reserve_release": "reserve_release",
    "transfer": "transfer",
}


@dataclass(frozen=True)
class Line:
    """One side of an entry; a positive amount is a debit, in minor units."""

    role: str
    minor: int


@dataclass(frozen=True)
class Posting:
    """A balanced entry by roles; ``known`` is False where it went to suspense."""

    lines: tuple[Line, ...]
    known: bool = True

    def __post_init__(self):
        assert sum(line.minor for line in self.lines) == 0, "an entry must balance"

    @property
    def counterpart(self):
        """Role of the counterpart line, the last one."""
        return self.lines[-1].role

    def to_suspense(self):
        """Return the same movement with all but the gateway's side on suspense."""
        net = self.lines[0].minor
        return Posting((Line("gateway", net), Line("suspense", -net)), known=False)


def category_of(fact):
    """Return the category a balance transaction is booked by, None if unknown."""
    if fact.category in RULES:
        return fact.category
    return TYPE_CATEGORIES.get(fact.type)


def posting_of(fact):
    """Return the :class:`Posting` of a balance transaction fact.

    :raise ValueError: if the fact contradicts itself (net is not amount less fee)
    """
    if fact.amount - fact.fee != fact.net:
        raise ValueError(
            f"{fact.ref}: net {fact.net} is not amount {fact.amount}"
            f" less fee {fact.fee}"
        )
    rule = RULES.get(category_of(fact))
    if rule is None:
        sides = (Line("gateway", fact.net), Line("suspense", -fact.net))
        return Posting(sides, known=False)
    lines = (
        Line("gateway", fact.net),
        Line(rule.fee, fact.fee - fact.tax),
        Line("fee_tax", fact.tax),
        Line(rule.counterpart, -fact.amount),
    )
    # The gateway's and the counterpart's line stay even at zero: a statement line needs
    # its liquidity line, and the counterpart says what the movement was.
    return Posting((lines[0], *(line for line in lines[1:3] if line.minor), lines[3]))
