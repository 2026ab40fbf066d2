"""The worked examples of ``docs/accounting.md``: what happens, and its entry.

A movement's entry is what the posting rules make of it; what Odoo posts besides (the
customer's payment, a bank line) is stated here and must balance too.
"""

from dataclasses import dataclass, field
from types import SimpleNamespace

from .postings import posting_by_choice, posting_of

HEAD = """# The entries, case by case

Written from `addons/integrated_payments/domain` (`categories.py`, `cases.py`): the
entries below are what the posting rules compute, not what somebody typed.

A gateway is a bank: its balance is an account, each movement of the balance (balance
transaction) is one bank statement line of its journal, and a payout is a transfer to
the company's bank. So two things happen for a payment: Odoo's own payment settles the
invoice against *Outstanding payments*; the gateway's movement, gross and fee apart,
clears *Outstanding payments*. Amounts are in USD where nothing else is said.
"""

# Role: (kind of account, what an accountant checks).
ACCOUNTS = {
    "gateway": (
        "bank",
        "What the gateway holds, available and pending; the daily balance proof"
        " compares it with the gateway's own figure",
    ),
    "outstanding": (
        "current asset, reconcilable",
        "Payments and refunds that one side knows and the other does not yet; empty"
        " once all has settled",
    ),
    "fee": ("expense", "Fees without tax"),
    "fee_tax": (
        "current asset",
        "Tax within the fees, until the gateway's tax invoice is posted",
    ),
    "transit": (
        "current asset, reconcilable",
        "Payouts and top-ups under way between gateway and bank",
    ),
    "dispute": (
        "current asset, reconcilable",
        "Disputed money that the customer's bank holds",
    ),
    "dispute_fee": ("expense", "Fees for disputes"),
    "dispute_loss": ("expense", "What lost disputes cost"),
    "refund_liability": (
        "current liability, reconcilable",
        "Refunds that came back: still owed to the customer",
    ),
    "reserve": (
        "current asset, reconcilable",
        "Own money that the gateway holds back",
    ),
    "loan": ("liability, chosen when needed", "Owed to the gateway or its lender"),
    "connect": (
        "liability, chosen when needed",
        "Owed to, or by, connected accounts of a platform",
    ),
    "connect_income": ("income, chosen when needed", "What a platform earns"),
    "climate": ("expense, chosen when needed", "Contributions and carbon removal"),
    "exchange": (
        "income or expense, the company's own",
        "What the gateway's rate and the customer's differ by",
    ),
    "opening": (
        "chosen for the start",
        "The other side of the balance that the books of a gateway begin with",
    ),
    "suspense": (
        "the journal's suspense account",
        "Movements that wait in the review list; zero when that list is empty",
    ),
}


@dataclass(frozen=True)
class Entry:
    """One entry: when it is posted, its lines, what each is matched with.

    :param str when: the occasion, as a sentence
    :param lines: ((account or role, minor units, debit positive), ...)
    :param matched: {account or role: what its item is matched with}
    """

    when: str
    lines: tuple
    matched: dict = field(default_factory=dict, hash=False)

    def items(self):
        """Yield (account or role, minor units, currency)."""
        for account, minor, *currency in self.lines:
            yield account, minor, currency[0] if currency else "USD"


@dataclass(frozen=True)
class Case:
    """What may happen, with its entries in the order of time."""

    title: str
    entries: tuple
    note: str = ""


def movement(when, category, amount, fee=0, tax=0, matched=None, chosen=None, **more):
    """Return the :class:`Entry` that the posting rules make of a movement.

    :param str chosen: name of an account that a person chose
    :param matched: {account or role: text}
    """
    fact = SimpleNamespace(
        **{
            "ref": "txn",
            "category": category,
            "type": category,
            "amount": amount,
            "fee": fee,
            "tax": tax,
            "net": amount - fee,
            "balance_type": "payments",
            **more,
        }
    )
    posting = posting_by_choice(fact) if chosen else posting_of(fact)
    lines = tuple(
        (chosen if line.role == "chosen" else line.role, line.minor)
        for line in posting.lines
    )
    return Entry(when, lines, matched or {})


def foreign(when, amount, fee, tax):
    """Return the entry of a payment that nobody in Odoo knows: net on suspense."""
    fact = SimpleNamespace(
        ref="txn",
        category="charge",
        type="charge",
        amount=amount,
        fee=fee,
        tax=tax,
        net=amount - fee,
        balance_type="payments",
    )
    lines = posting_of(fact).to_suspense().lines
    return Entry(when, tuple((line.role, line.minor) for line in lines))


def settled_abroad(when, paid, amount, fee=0, matched=None):
    """Return the entry of a payment in the company's currency, settled in another.

    The rules' entry at Odoo's rate, its counterpart at what was paid.

    :param int paid: in the company's currency; ``amount`` and ``fee`` are the same
        movement of the gateway's, converted
    """
    entry = movement(when, "charge", amount, fee=fee)
    *lines, (counterpart, _minor) = entry.lines
    return Entry(
        when,
        (*lines, (counterpart, -paid), ("exchange", paid - amount)),
        matched or {},
    )


CREDIT_NOTE = (("Revenue", 2000), ("Sales tax", 500), ("Receivable", -2500))

PAID = Entry(
    "The payment succeeds. Odoo's own payment, dated as the charge:",
    (("outstanding", 10000), ("Receivable", -10000)),
    {"Receivable": "the invoice", "outstanding": "the movement below"},
)
CHARGED = movement(
    "Its movement is known (at once, or minutes later: the payment does not wait):",
    "charge",
    10000,
    fee=320,
    tax=20,
    matched={"outstanding": "the payment"},
)

PAYMENTS = (
    Case(
        "A payment, its fee and the tax on it",
        (PAID, CHARGED),
        "A partial capture is a payment over what was captured. Where the gateway shows"
        " it as the whole charge and a `partial_capture_reversal`, both movements clear"
        " *Outstanding payments* together.",
    ),
    Case(
        "Paid in one currency, settled in another",
        (
            Entry(
                "200.00 EUR are paid; Odoo's rate makes them 100.00:",
                (("outstanding", 10000), ("Receivable", -10000)),
                {"Receivable": "the invoice"},
            ),
            movement(
                "The gateway's own rate makes them 103.00. Its side carries that rate;"
                " the counterpart also carries the 200.00 EUR:",
                "charge",
                10300,
                fee=300,
                matched={"outstanding": "the payment, in EUR"},
            ),
            Entry(
                "Matched in EUR, Odoo posts the difference of the rates:",
                (("outstanding", 300), ("Exchange gain", -300)),
                {"outstanding": "both items above"},
            ),
        ),
        "Refunds and disputes come at the rate of their charge. There is one gateway"
        " journal per settlement currency, made when a movement first needs it.",
    ),
    Case(
        "Paid in the company's currency, settled in another",
        (
            PAID,
            settled_abroad(
                "The gateway settles in EUR: 90.00 less a fee of 3.00, at Odoo's rate"
                " 112.50 and 3.75. The customer owed 100.00, so the counterpart is that"
                " and the rest is a difference of rates, in the same entry:",
                10000,
                11250,
                fee=375,
                matched={"outstanding": "the payment"},
            ),
        ),
    ),
    Case(
        "A bank debit is taken back after it had been paid",
        (
            movement(
                "The bank takes the money back (`charge_failure`):",
                "charge_failure",
                -10000,
                matched={"outstanding": "the reversal"},
            ),
            Entry(
                "The payment is reversed, on the day that the money left:",
                (("Receivable", 10000), ("outstanding", -10000)),
                {"outstanding": "the movement above"},
            ),
        ),
        "The invoice is open again; the payment stays in the books, rejected. The fee"
        " of the charge remains an expense unless the gateway returns it.",
    ),
    Case(
        "A payment taken outside Odoo",
        (
            foreign(
                "No payment is known for the charge: it is in the review list:",
                10000,
                320,
                20,
            ),
            movement(
                "An accountant posts it with an account; the same statement line, its"
                " suspense item replaced:",
                "charge",
                10000,
                fee=320,
                tax=20,
                chosen="The chosen account",
                matched={"The chosen account": "what the accountant chooses"},
            ),
        ),
        "When the payment becomes known later, the suspense item is replaced by the"
        " entry of a payment, without anybody's help.",
    ),
)

REFUNDS = (
    Case(
        "A refund",
        (
            Entry(
                "The refund is made, in Odoo or in the gateway's dashboard. Odoo's own"
                " outgoing payment:",
                (("Receivable", 2500), ("outstanding", -2500)),
                {"Receivable": "the credit note, if there is one"},
            ),
            Entry(
                "The credit note, where the company's policy wants one; base and taxes"
                " in the invoice's proportion, at the invoice's rate:",
                CREDIT_NOTE,
                {"Receivable": "the refund's payment"},
            ),
            movement(
                "Its movement:",
                "refund",
                -2500,
                matched={"outstanding": "the refund's payment"},
            ),
        ),
        "Once for each refund, whichever of the overlapping events come.",
    ),
    Case(
        "A refund that returns a part of the fee",
        (movement("Its movement:", "refund", -2500, fee=-75, tax=-5),),
    ),
    Case(
        "A refund that fails afterwards",
        (
            movement(
                "The money is back (`refund_failure`): the customer has not got it, so"
                " it is owed to them:",
                "refund_failure",
                2500,
                matched={"refund_liability": "one of the entries below"},
            ),
            Entry(
                "The refund is made again: as a refund, above, and its settlement:",
                (("refund_liability", 2500), ("Receivable", -2500)),
                {
                    "refund_liability": "the failed refund",
                    "Receivable": "the new refund's payment",
                },
            ),
            Entry(
                "Or the customer is paid by bank transfer:",
                (("refund_liability", 2500), ("Bank", -2500)),
                {"refund_liability": "the failed refund"},
            ),
            Entry(
                "Or the sale stands after all (*The Sale Stands*, or by policy). The"
                " credit note, if there is one, is reversed:",
                tuple((account, -minor) for account, minor in CREDIT_NOTE),
                {"Receivable": "the credit note"},
            ),
            Entry(
                "And what was owed goes back to the customer's account:",
                (("refund_liability", 2500), ("Receivable", -2500)),
                {
                    "refund_liability": "the failed refund",
                    "Receivable": "the refund's payment",
                },
            ),
        ),
    ),
)

DISPUTES = (
    Case(
        "A dispute, won",
        (
            movement(
                "The customer's bank takes amount and fee, in one movement:",
                "dispute",
                -10000,
                fee=1500,
            ),
            movement(
                "Won; the gateway returns the fee (else only the amount):",
                "dispute_reversal",
                10000,
                fee=-1500,
                matched={"dispute": "the dispute"},
            ),
        ),
        "An inquiry, an early fraud warning or a review moves no money and posts"
        " nothing.",
    ),
    Case(
        "A dispute, lost",
        (
            movement(
                "The customer's bank takes amount and fee:",
                "dispute",
                -10000,
                fee=1500,
            ),
            Entry(
                "Lost: no money moves any more. What was receivable is a loss:",
                (("Losses from disputes", 10000), ("dispute", -10000)),
                {"dispute": "the dispute"},
            ),
            Entry(
                "Or, where the customer owes it still, their debt again:",
                (("Receivable", 10000), ("dispute", -10000)),
                {"dispute": "the dispute", "Receivable": "the payment"},
            ),
        ),
        "Matched with the debt, the payment no longer pays the invoice: it is due"
        " again.",
    ),
    Case(
        "A lost dispute over a payment in another currency, owed again",
        (
            movement(
                "200.00 EUR, booked at 100.00, are taken back at the charge's rate:",
                "dispute",
                -10300,
                fee=1500,
            ),
            Entry(
                "Lost: the customer owes the 200.00 EUR again:",
                (("Receivable", 10300), ("dispute", -10300)),
                {"dispute": "the dispute", "Receivable": "the payment, in EUR"},
            ),
            Entry(
                "Matched in EUR, Odoo takes back the gain of the charge:",
                (("Exchange loss", 300), ("Receivable", -300)),
                {"Receivable": "both items above"},
            ),
        ),
        "Paid in the company's own currency and settled in another, the debt is what"
        " was paid; the difference of rates is in the same entry.",
    ),
)

PAYOUTS = (
    Case(
        "A payout",
        (
            movement(
                "The gateway sends it:",
                "payout",
                -9680,
                matched={"transit": "the bank line"},
            ),
            Entry(
                "The bank statement shows it:",
                (("Bank", 9680), ("transit", -9680)),
                {"transit": "the payout's movement"},
            ),
        ),
        "A payout is proven when it equals the sum of the nets of the movements that it"
        " carries.",
    ),
    Case(
        "An instant payout with its fee",
        (movement("The gateway sends it:", "payout", -9584, fee=96),),
    ),
    Case(
        "A payout that fails or is cancelled",
        (
            movement(
                "The money is back at the gateway, sometimes days after *paid*:",
                "payout_reversal",
                9680,
                matched={"transit": "the payout, or the bank line that took it back"},
            ),
        ),
    ),
    Case(
        "A top-up",
        (
            Entry(
                "The bank statement shows what the company sent:",
                (("transit", 50000), ("Bank", -50000)),
            ),
            movement(
                "The gateway has it:",
                "topup",
                50000,
                matched={"transit": "the bank line"},
            ),
        ),
    ),
)

FEES = (
    Case(
        "A fee of its own: Radar, Billing, terminals",
        (movement("The gateway takes it:", "fee", -1000),),
    ),
    Case(
        "Tax on fees, taken apart",
        (movement("The gateway takes it:", "tax", -200),),
    ),
    Case(
        "A fee is returned",
        (movement("The gateway gives it back:", "fee", 250),),
    ),
)

OTHERS = (
    Case(
        "Money held back, and released",
        (
            movement("The gateway holds 300.00 back:", "risk_reserved_funds", -30000),
            movement(
                "And releases them:",
                "risk_reserved_funds",
                30000,
                matched={"reserve": "the hold"},
            ),
        ),
        "The gateway also shows the mirror of such a movement on its reserve balance"
        " (`balance_type` risk_reserved). That one is stored and makes no entry: it"
        " would book the same money twice.",
    ),
    Case(
        "Financing by the gateway",
        (
            movement("A loan of 5,000.00 is paid out:", "financing_payout", 500000),
            movement("Each sale pays a part of it down:", "financing_paydown", -10000),
        ),
        "The accounts of financing, connected accounts and climate are chosen on the"
        " provider when they are first needed; until then such movements wait on"
        " suspense, and the review list says which account lacks.",
    ),
    Case(
        "A platform and its connected accounts",
        (
            movement("An application fee is earned:", "platform_earning", 500),
            movement("Money goes to a connected account:", "transfer", -8000),
        ),
    ),
    Case(
        "The balance before the books began",
        (
            Entry(
                "Movements before the start date are one line per currency, dated the"
                " day before:",
                (("gateway", 1234500), ("opening", -1234500)),
            ),
        ),
        "Without an account for it, the other side waits on suspense.",
    ),
    Case(
        "What no rule knows",
        (
            movement("It is booked, and waits in the review list:", "moon", -500),
            movement(
                "An accountant posts it with an account:",
                "moon",
                -500,
                chosen="The chosen account",
            ),
        ),
        "The gateway's account is right from the first moment on, whatever is decided"
        " about the other side.",
    ),
)

FEES_TEXT = """Fees within a payment are in its own entry, above. The gateway's monthly
invoice against them, the vendor bill with reverse charge, and why nothing is counted
twice: [fee_statement.md](fee_statement.md)."""

CHAPTERS = (
    ("Payments", "", PAYMENTS),
    ("Refunds", "", REFUNDS),
    ("Disputes", "", DISPUTES),
    ("Payouts and top-ups", "", PAYOUTS),
    ("Fees", FEES_TEXT, FEES),
    ("Reserves, financing, platforms, unknown", "", OTHERS),
)

CATEGORIES_TEXT = """The gateway's reporting category decides; where it sends none, or
one that is new, the type. Each movement is booked by the same pattern: *Gateway
balance* by net, *fee on* by the fee without tax, *Tax on gateway fees* by the tax,
*gross on* by the gross. A negative fee is a returned one and credits the same
account. The names link to the gateway's own page."""

UNDECIDED_TEXT = """These are parked on suspense on purpose, as is every category that
this version has never heard of: never dropped, never guessed."""

TAIL = """## Posting what waits, and remembering how

In **Payments > To Review** select movements of one company and press **Post with
Account**. The assistant shows the entry before it is posted; all of the selection is
posted, or none. The fee stays on its own account: the choice says what the money was.
The movement keeps who chose which account, and when.

**Remember this Choice** keeps a rule: category, type and a part of the description, for
this gateway or each of the company. Rules are listed under *Review Rules* and
*Configuration*, keep their history, and can be archived. In short:

- A rule speaks where the table above does not: for unknown and undecided categories,
  for payments taken outside Odoo, and while a role has no account.
- It replaces the table's rule of a category only if it is told to (*Replaces the
  Built-in Rule*) and names that category: Radar's fees on an account of their own, say.
- If several fit, the one that names more wins, then the newer one.

**Back to Review** undoes a choice: what was matched is open again and the item is back
on suspense. Not in a locked period.

## Dates and locked periods

An entry is dated by the gateway's moment in the company's time zone. If that day is
locked, by the first open day; the gateway's own date stays on the movement. Odoo does
not let a period be locked while a bank line in it is unreconciled: a month cannot be
closed over what is still to review.

## Minor units

| currencies | sent as |
|---|---|
| most | hundredths |
| BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF | whole units |
| ISK UGX | whole units, times 100 |
| HUF TWD | hundredths; payouts in whole units |
| BHD JOD KWD OMR TND | thousandths, the last digit 0 |

Amounts are whole numbers of minor units until the entry is made; an amount finer than
the currency's rounding in Odoo is parked and says so.

## What to check at the end of a month

| account | is right when |
|---|---|
| Gateway balance | the balance proof is green |
| Suspense | the review list is empty |
| Outstanding payments | its open items are payments of the last days |
| Transfers in transit | its open items are payouts and top-ups under way |
| Disputes receivable | its open items are the open disputes |
| Refunds to customers | its open items are failed refunds not yet paid otherwise |
| Reserved by the gateway | it equals the reserves in the gateway's dashboard |
| Tax on gateway fees | it equals the tax on invoices of the gateway not yet posted |
"""
