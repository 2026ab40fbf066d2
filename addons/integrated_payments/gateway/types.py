"""Facts: what a gateway says, as values. Amounts are integer minor units (see
``domain.minor_units``), currencies ISO 4217 in capitals, times aware UTC datetimes."""

from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True)
class Intent:
    """One payment as the customer sees it; it may need several charges (attempts)."""

    ref: str
    status: str
    amount: int
    amount_received: int
    currency: str
    created: datetime
    reference: str | None = None
    livemode: bool = False
    charge_ref: str | None = None
    method: str | None = None
    error_message: str | None = None
    customer_ref: str | None = None
    capturable: int = 0
    cancel_reason: str | None = None
    ours: bool = False  # it bears our own reference in its metadata


@dataclass(frozen=True)
class Payer:
    """Who paid, as far as the gateway knows; ``country`` is an ISO 3166 code."""

    ref: str | None = None  # the gateway's customer id
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    street: str | None = None
    street2: str | None = None
    zip: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None

    def completed_by(self, other):
        """Return this payer, with what ``other`` knows in the gaps."""
        known = {
            name: getattr(self, name) or getattr(other, name)
            for name in ("ref", "name", "email", "phone")
        }
        address = self if self.street or self.city else other
        for name in ("street", "street2", "zip", "city", "state"):
            known[name] = getattr(address, name)
        known["country"] = address.country or self.country
        return Payer(**known)


@dataclass(frozen=True)
class OutsideItem:
    """What was sold at the gateway: ``total`` is gross, discount off and tax in."""

    description: str
    quantity: int
    total: int
    tax: int = 0
    price_ref: str | None = None
    product_ref: str | None = None
    sku: str | None = None


@dataclass(frozen=True)
class Origin:
    """Where a payment outside Odoo was made: ``kind`` is a channel of the suite."""

    kind: str
    ref: str
    number: str | None = None
    texts: tuple[str, ...] = ()
    metadata: dict = field(default_factory=dict, hash=False)
    payer: Payer = Payer()
    items: tuple[OutsideItem, ...] = ()


@dataclass(frozen=True)
class Charge:
    """One attempt to move money; ``captured`` is what was really taken."""

    ref: str
    status: str
    amount: int
    captured: int
    currency: str
    created: datetime
    intent_ref: str | None = None
    reference: str | None = None
    livemode: bool = False
    refunded: int = 0
    method: str | None = None
    brand: str | None = None
    last4: str | None = None
    country: str | None = None
    funding: str | None = None
    fingerprint: str | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    outcome: str | None = None  # who decided: authorized, issuer_declined, blocked, ...
    decline_reason: str | None = None
    balance_transaction_ref: str | None = None
    failure_balance_transaction_ref: str | None = None  # failed after it had succeeded
    capture_before: datetime | None = None
    customer_ref: str | None = None
    email: str | None = None
    payer: Payer = Payer()
    description: str | None = None
    metadata: dict = field(default_factory=dict, hash=False)


@dataclass(frozen=True)
class Refund:
    """Money on its way back to the customer."""

    ref: str
    status: str
    amount: int
    currency: str
    created: datetime
    charge_ref: str | None = None
    intent_ref: str | None = None
    reference: str | None = None  # ours only
    reason: str | None = None
    failure_reason: str | None = None
    balance_transaction_ref: str | None = None
    failure_balance_transaction_ref: str | None = None


@dataclass(frozen=True)
class BalanceTransaction:
    """One movement of the gateway's balance: ``net = amount - fee``, tax within fee."""

    ref: str
    category: str
    type: str
    amount: int
    fee: int
    tax: int
    net: int
    currency: str
    created: datetime
    available_on: datetime | None = None
    source_ref: str | None = None
    exchange_rate: float | None = None
    description: str | None = None
    fee_details: tuple = field(default=(), hash=False)
    balance_type: str = "payments"  # which of the gateway's balances it moves


@dataclass(frozen=True)
class Dispute:
    """A customer's bank takes money back; ``due_by`` is the deadline for evidence."""

    ref: str
    status: str
    amount: int
    currency: str
    created: datetime
    charge_ref: str | None = None
    intent_ref: str | None = None
    reason: str | None = None
    due_by: datetime | None = None
    livemode: bool = False
    balance_transaction_refs: tuple[str, ...] = ()
    network_code: str | None = None  # the card network's own code of the reason
    has_evidence: bool = False  # a draft, or what was submitted
    submissions: int = 0  # how often evidence was submitted
    past_due: bool = False


@dataclass(frozen=True)
class FraudWarning:
    """A doubt about a payment: a bank's early fraud warning, or a review to be made.

    ``open`` while somebody should do something: refund, approve, wait no longer.
    """

    ref: str
    kind: str  # early_warning, review
    open: bool
    created: datetime
    charge_ref: str | None = None
    intent_ref: str | None = None
    reason: str | None = None  # fraud type, or why the review was opened or closed
    livemode: bool = False
    ip_address: str | None = None


@dataclass(frozen=True)
class Payout:
    """A transfer from the gateway's balance to the company's bank account."""

    ref: str
    status: str
    amount: int
    currency: str
    created: datetime
    arrival_date: date
    automatic: bool
    method: str | None = None
    reconciliation: str = "not_applicable"
    descriptor: str | None = None
    trace_ref: str | None = None
    livemode: bool = False
    failure_code: str | None = None
    failure_message: str | None = None
    balance_transaction_ref: str | None = None
    failure_balance_transaction_ref: str | None = None


@dataclass(frozen=True)
class Balance:
    """What the gateway holds in one currency, minor units.

    What is ``reserved`` has left the other two by a movement that is booked on the
    account of reserves.
    """

    available: int = 0  # may be paid out
    pending: int = 0  # earned, not to be paid out yet
    reserved: int = 0  # kept back

    @property
    def total(self):
        """The amount that the gateway's own account must show."""
        return self.available + self.pending
