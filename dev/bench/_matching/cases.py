"""The cases: what is owed, what the bank says, and what the truth is.

Pure: a case adds open items and one bank line to a :class:`Story`, and says which items
the line pays and with how much. Where nobody could know, the truth is ``None``. Amounts
are integer cents.
"""

import random
from dataclasses import dataclass, field


@dataclass
class Item:
    """A document that will be posted; ``key`` is its place in the story."""

    key: int
    kind: str  # out_invoice, in_invoice, out_refund, payout
    partner: int
    amount: int
    day: int  # of the year, when it was invoiced or paid out
    reference: str = ""  # payment reference, or the vendor's number
    instalments: bool = False
    discount: bool = False
    settled: bool = False  # a bank line of last year paid it
    registered: bool = False  # its payment is registered, the bank has not shown it yet
    euro: bool = False
    number: str = ""  # what names it, if not the number of its entry


@dataclass
class Line:
    """A bank line; ``text`` has ``{key}`` where a document's number is to stand."""

    case: str
    amount: int
    text: str
    day: int
    names: tuple = ()
    account: int | None = None  # partner whose bank account paid
    partner_name: str = ""
    truth: dict | None = None  # {item key: cents that this line pays of it}
    euro: int = 0  # cents in euro, if the payer paid in euro
    change: str = ""  # how the number is written, see ``written``


@dataclass
class Story:
    """All that happens, from one seed."""

    seed: int
    partners: int = 120
    items: list = field(default_factory=list)
    lines: list = field(default_factory=list)
    dice: random.Random = None

    def __post_init__(self):
        self.dice = random.Random(self.seed)

    def owe(self, **values):
        """Add a document; returns its :class:`Item`."""
        defaults = {
            "key": len(self.items),
            "kind": "out_invoice",
            "partner": self.dice.randrange(self.partners),
            "amount": self.amount(),
            "day": self.dice.randrange(1, 60),
        }
        item = Item(**{**defaults, **values})
        self.items.append(item)
        return item

    def amount(self):
        """Return an amount as firms bill them: a third is round, many are alike."""
        if self.dice.random() < 0.35:
            return self.dice.choice((4900, 9900, 10000, 19900, 25000, 50000, 100000))
        return round(self.dice.lognormvariate(9.5, 1.1)) + 500

    def say(self, case, text, amount, truth, **values):
        """Add a bank line."""
        values.setdefault("day", self.dice.randrange(62, 88))
        self.lines.append(Line(case, amount, text, truth=truth, **values))

    def pay_out(self, **values):
        """Add a payout of a gateway, which arrives while the bank tells its lines."""
        key = len(self.items)
        number = f"po_1Tq{self.seed:02}Ks{key:06}wV"
        amount = 100_000 + self.dice.randrange(10**7)
        day = self.dice.randrange(62, 86)
        given = {"kind": "payout", "amount": amount, "day": day, "number": number}
        return self.owe(key=key, **{**given, **values})


# === Cases: functions of a story; the docstring says what the bank shows === #


def exact_memo(story):
    """The invoice's number, nothing else."""
    item = story.owe()
    story.say("exact memo", "{0}", item.amount, pays(item), names=(item.key,))


def number_in_text(story):
    """The number among other words."""
    item = story.owe()
    text = story.dice.choice(
        (
            "Payment {0} thank you",
            "/REMI/USTD//{0} SERVICES MARCH",
            "SVWZ+Rechnung {0} vom 03.03. EREF+NOTPROVIDED",
            "Our order 4711-08 your invoice {0}",
            "inv. no: {0}, customer 10023",
            "{0} 12345678",
        )
    )
    change = story.dice.choice(("", "", "lower", "blanks", "no separators"))
    story.say(
        "number in text",
        text,
        item.amount,
        pays(item),
        names=(item.key,),
        change=change,
    )


def digits_only(story):
    """Only the digits of the number."""
    item = story.owe()
    story.say(
        "digits only",
        "Rechnung {0} danke",
        item.amount,
        pays(item),
        names=(item.key,),
        change="digits",
    )


def broken_over_lines(story):
    """A bank breaks the text within the number."""
    item = story.owe()
    story.say(
        "broken over lines",
        "?20SVWZ+RE {0}?21DANKE",
        item.amount,
        pays(item),
        names=(item.key,),
        change="broken",
    )


def structured(story):
    """A creditor reference (ISO 11649) or a national one with check digits."""
    body = str(story.dice.randrange(10**9, 10**10))
    form = story.dice.choice(("rf", "ogm", "zeros"))
    if form == "rf":
        check = 98 - int(body + "271500") % 97
        reference = f"RF{check:02}{body}"
        text = " ".join(reference[at : at + 4] for at in range(0, len(reference), 4))
    elif form == "ogm":
        check = int(body) % 97 or 97
        digits = f"{body}{check:02}"
        reference = f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"
        text = digits
    else:
        reference, text = body, body.zfill(20)
    item = story.owe(reference=reference)
    story.say("structured reference", text, item.amount, pays(item))


def truncated(story):
    """A text cut off within the number, the amount open only once."""
    item = story.owe(amount=200_000 + story.dice.randrange(10**6))
    story.say(
        "cut off",
        "Payment for goods received, thank you very much {0}",
        item.amount,
        pays(item),
        names=(item.key,),
        change="cut",
    )


def slip(story):
    """A wrong digit, from the customer's own bank account."""
    item = story.owe(amount=200_000 + story.dice.randrange(10**6))
    story.say(
        "slip of the pen",
        "Invoice {0}",
        item.amount,
        pays(item),
        names=(item.key,),
        account=item.partner,
        change="slip",
    )


def known_account(story):
    """Nothing but the customer's bank account; it owes this amount once."""
    item = story.owe(amount=100_000 + story.dice.randrange(10**6))
    story.say(
        "known account", "thank you", item.amount, pays(item), account=item.partner
    )


def several_named(story):
    """Two to five invoices named and paid together."""
    partner = story.dice.randrange(story.partners)
    number = story.dice.randint(2, 5)
    items = [story.owe(partner=partner) for _each in range(number)]
    text = " ".join(f"{{{place}}}" for place in range(number))
    story.say(
        "several named",
        story.dice.choice(("{}", "Invoices {}", "RE {} LESS NOTHING")).format(text),
        sum(item.amount for item in items),
        pays(*items),
        names=tuple(item.key for item in items),
    )


def less_credit(story):
    """An invoice less a credit note, both named."""
    item = story.owe(amount=50_000 + story.dice.randrange(10**5))
    credit = story.owe(
        kind="out_refund",
        partner=item.partner,
        amount=1_000 + story.dice.randrange(10**4),
    )
    story.say(
        "less a credit note",
        "{0} minus {1}",
        item.amount - credit.amount,
        {item.key: item.amount, credit.key: -credit.amount},
        names=(item.key, credit.key),
    )


def all_open(story):
    """All that a customer owes, from its bank account, nothing named."""
    partner = story.partners + len(story.lines)  # owes nothing else
    items = [
        story.owe(partner=partner, amount=10_000 + story.dice.randrange(10**6))
        for _each in range(story.dice.randint(2, 5))
    ]
    story.say(
        "all that is open",
        "monthly settlement",
        sum(item.amount for item in items),
        pays(*items),
        account=partner,
    )


def part(story):
    """A part of an invoice that is named."""
    item = story.owe(amount=20_000 + story.dice.randrange(10**6))
    paid = item.amount * story.dice.choice((30, 40, 50)) // 100
    story.say(
        "part payment", "{0} part payment", paid, {item.key: paid}, names=(item.key,)
    )


def instalment(story):
    """One of two equal instalments; the text names the invoice."""
    item = story.owe(
        amount=2 * (10_000 + story.dice.randrange(10**5)), instalments=True
    )
    paid = item.amount // 2
    story.say("instalment", "{0} 1st rate", paid, {item.key: paid}, names=(item.key,))


def discount(story):
    """Less 2% early-payment discount, in time."""
    item = story.owe(
        amount=100 * (200 + story.dice.randrange(5000)), discount=True, day=60
    )
    paid = item.amount * 98 // 100
    story.say(
        "early-payment discount",
        "{0} less 2%",
        paid,
        {item.key: item.amount},
        names=(item.key,),
    )


def charges(story):
    """The bank kept charges and says so."""
    item = story.owe(amount=50_000 + story.dice.randrange(10**6))
    kept = story.dice.choice((500, 1250, 1500))
    story.say(
        "bank charges",
        f"{{0}} /CHGS/USD{kept // 100},{kept % 100:02}/",
        item.amount - kept,
        {item.key: item.amount},
        names=(item.key,),
    )


def tolerance(story):
    """A few cents too little, within what the company writes off."""
    item = story.owe(amount=50_000 + story.dice.randrange(10**6))
    off = story.dice.choice((1, 2, 5))
    story.say(
        "small difference",
        "{0}",
        item.amount - off,
        {item.key: item.amount},
        names=(item.key,),
    )


def vendor_bill(story):
    """Money out that quotes the vendor's number."""
    number = (
        f"RG-{story.dice.randrange(10**5, 10**6)}/{story.dice.randrange(2024, 2027)}"
    )
    item = story.owe(kind="in_invoice", reference=number)
    story.say(
        "vendor bill", f"Transfer {number}", -item.amount, {item.key: -item.amount}
    )


def refund(story):
    """A credit note is paid out."""
    item = story.owe(kind="out_refund")
    story.say(
        "refund paid out",
        "Refund {0}",
        -item.amount,
        {item.key: -item.amount},
        names=(item.key,),
    )


def registered(story):
    """A payment that a person registered before the bank showed it."""
    item = story.owe(registered=True)
    story.say("registered payment", "{0}", item.amount, pays(item), names=(item.key,))


def third_party(story):
    """Somebody else pays and names the invoice."""
    item = story.owe()
    story.say(
        "third party",
        "{0} on behalf of our daughter",
        item.amount,
        pays(item),
        names=(item.key,),
        account=(item.partner + 1) % story.partners,
    )


def foreign(story):
    """An invoice in euro, paid in euro to the dollar account."""
    item = story.owe(euro=True)
    story.say(
        "foreign currency",
        "{0}",
        2 * item.amount,
        pays(item),
        names=(item.key,),
        euro=item.amount,
    )


def payout(story):
    """A gateway's payout with its id, as banks print it."""
    item = story.pay_out()
    story.say(
        "payout",
        story.dice.choice(("STRIPE {0}", "SEPA CREDIT {0} STRIPE PAYMENTS EUROPE LTD")),
        item.amount,
        pays(item),
        names=(item.key,),
        change=story.dice.choice(("", "capitals")),
        day=item.day + story.dice.randrange(3),
    )


def payout_without_id(story):
    """Only the gateway's name, on the day that it announced."""
    item = story.pay_out()
    text = story.dice.choice(("STRIPE", "STRIPE PAYMENTS UK LTD"))
    day = item.day + story.dice.randrange(2)
    story.say("payout without id", text, item.amount, pays(item), day=day)


# === What nobody could know === #


def payout_differs(story):
    """The bank shows less than the gateway says that it has paid out."""
    item = story.pay_out()
    less = item.amount - story.dice.randrange(1, 5000)
    story.say(
        "payout differs", "STRIPE {0}", less, None, names=(item.key,), day=item.day
    )


def two_payouts(story):
    """Two payouts of an amount on a day, and neither is named."""
    item = story.pay_out()
    story.pay_out(amount=item.amount, day=item.day)
    story.say("two payouts", "STRIPE", item.amount, None, day=item.day)


def ambiguous(story):
    """Two customers owe the amount; the text says nothing."""
    amount = 10_000 + story.dice.randrange(10**6)
    story.owe(amount=amount)
    story.owe(amount=amount)
    story.say("ambiguous amount", "thank you", amount, None)


def unknown(story):
    """Money that belongs to nothing."""
    text = story.dice.choice(("RENT MARCH", "salary", "4711", "CARD 1234 5678"))
    story.say("unknown money", text, 7_000_000 + story.dice.randrange(10**6), None)


def settled(story):
    """A document paid before is named again; another has the amount."""
    paid = story.owe(settled=True)
    story.owe(partner=paid.partner, amount=paid.amount)
    story.say(
        "paid again",
        "{0}",
        paid.amount,
        None,
        names=(paid.key,),
        account=paid.partner,
    )


def short(story):
    """Two percent less than is owed, without a reason."""
    item = story.owe(amount=100_000 + story.dice.randrange(10**6))
    story.say(
        "unexplained deduction", "{0}", item.amount * 98 // 100, None, names=(item.key,)
    )


def one_of_two(story):
    """Two invoices of one amount named, one paid."""
    item = story.owe()
    twin = story.owe(partner=item.partner, amount=item.amount)
    story.say(
        "one of two named", "{0} {1}", item.amount, None, names=(item.key, twin.key)
    )


def contradiction(story):
    """The text names one invoice, the amount is another's."""
    item = story.owe(amount=100_000 + story.dice.randrange(10**5))
    other = story.owe(
        partner=item.partner, amount=300_000 + story.dice.randrange(10**5)
    )
    story.say(
        "contradiction",
        "{0}",
        other.amount,
        None,
        names=(item.key,),
        account=item.partner,
    )


def two_sums(story):
    """Two choices of a customer's open items have this sum."""
    partner = story.partners + len(story.lines)
    amount = 10_000 + story.dice.randrange(10**5)
    for each in (amount, amount, 3 * amount + 7):
        story.owe(partner=partner, amount=each)
    story.say("two sums", "settlement", 4 * amount + 7, None, account=partner)


# Shares in percent. A B2B seller in the euro area and beyond: most payers quote the
# number in some form (three quarters), one in ten is known by account only, one in
# seven lines cannot be decided by anybody who has only the bank's text.
SHARES = (
    (exact_memo, 13),
    (number_in_text, 13),
    (registered, 1),
    (digits_only, 5),
    (broken_over_lines, 4),
    (structured, 6),
    (truncated, 2),
    (slip, 2),
    (known_account, 7),
    (several_named, 6),
    (less_credit, 1),
    (all_open, 2),
    (part, 3),
    (instalment, 2),
    (discount, 2),
    (charges, 1),
    (tolerance, 1),
    (vendor_bill, 6),
    (refund, 1),
    (third_party, 1),
    (foreign, 1),
    (payout, 2),
    (payout_without_id, 2),
    (ambiguous, 3),
    (unknown, 5),
    (settled, 1),
    (short, 2),
    (one_of_two, 1),
    (contradiction, 1),
    (two_sums, 1),
    (payout_differs, 1),
    (two_payouts, 1),
)


# What reconciliation models are for: (name, word in the text, largest amount in cents).
MODELS = (
    ("fees", "ENTGELT", 10_000),
    ("interest", "ZINSEN", 50_000),
    ("rent", "MIETE", 400_000),
)


def by_model(story):
    """What the bank or a landlord takes; a model of the company explains it."""
    name, word, most = story.dice.choice(MODELS)
    text = story.dice.choice((f"{word} 03/2026", f"ABSCHLUSS {word} KTO 4711 MAERZ"))
    amount = -story.dice.randrange(100, most)
    story.say("booked by a model", text, amount, {name: amount})


def document_with_a_models_word(story):
    """A bill is quoted beside the word: the document comes first."""
    bill = story.owe(kind="in_invoice")
    bill.reference = f"RE{story.seed}-{bill.key:06}"
    _name, word, _most = story.dice.choice(MODELS)
    text = f"{bill.reference} {word} siehe Rechnung"
    story.say("document with its word", text, -bill.amount, {bill.key: -bill.amount})


def beyond_the_model(story):
    """The word, but far more money than the model is for."""
    _name, word, most = story.dice.choice(MODELS)
    amount = -most * story.dice.randrange(2, 9)
    story.say("beyond the model", f"{word} KORREKTUR", amount, None)


MODEL_SHARES = (
    (by_model, 60),
    (document_with_a_models_word, 20),
    (beyond_the_model, 20),
)


def with_models(seed, lines):
    """Return a story of what reconciliation models explain, and of what looks alike."""
    story = Story(seed)
    for case, share in MODEL_SHARES:
        for _each in range(max(1, round(lines * share / 100))):
            case(story)
    background(story, lines // 2)
    story.dice.shuffle(story.lines)
    return story


def pays(*items):
    """Return the truth that ``items`` are paid in full."""
    return {item.key: item.amount for item in items}


def realistic(seed, lines):
    """Return a story with all cases in their shares."""
    story = Story(seed)
    for case, share in SHARES:
        for _each in range(max(1, round(lines * share / 100))):
            case(story)
    background(story, lines // 2)
    story.dice.shuffle(story.lines)
    return story


def exact(seed, lines):
    """Return a story in which every line quotes its invoice's number and no more."""
    story = Story(seed)
    for _each in range(lines):
        exact_memo(story)
    background(story, lines // 2)
    return story


def background(story, items):
    """Add documents that nobody pays, so that amounts have company."""
    for _each in range(items):
        story.owe(partner=story.dice.randrange(story.partners))


def written(number, change, dice):
    """Return ``number`` as a payer or bank writes it."""
    digits = "".join(char for char in number if char.isdigit())
    if change == "lower":
        return number.lower()
    if change == "capitals":
        return number.upper().replace("_", "")
    if change == "blanks":
        return number.replace("/", " ")
    if change == "no separators":
        return number.replace("/", "")
    if change == "digits":
        return digits
    if change == "broken":
        return f"{number[:6]}\n{number[6:]}"
    if change == "cut":
        return number[: -dice.randint(1, 2)]
    if change == "slip":
        place = len(number) - 4
        wrong = str((int(number[place]) + 5) % 10)
        return number[:place] + wrong + number[place + 1 :]
    return number
