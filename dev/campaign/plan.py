"""What happens in a campaign: lives of payments, chosen by a seed. Plain values."""

import random
from dataclasses import dataclass

from dev.stripe_sandbox.money import exponent


@dataclass(frozen=True)
class Kind:
    """A life: how often, in which currencies, and how it ends for the receivable.

    :param float open: the part of the invoice that stays open, 1 for all of it
    """

    weight: int
    open: float = 0.0
    manual: bool = False
    currencies: tuple = ("eur", "usd", "gbp", "jpy", "kwd")


KINDS = {
    "card": Kind(28),
    "order": Kind(6, currencies=("eur",)),
    "declined_then_paid": Kind(7),
    "declined": Kind(4, open=1),
    "debit": Kind(8, currencies=("eur",)),
    "debit_refused": Kind(3, open=1, currencies=("eur",)),
    "debit_returned": Kind(4, open=1, currencies=("eur",)),
    "capture": Kind(4, manual=True),
    "capture_part": Kind(6, open=0.4, manual=True),
    "void": Kind(2, open=1, manual=True),
    "expire": Kind(2, open=1, manual=True),
    "refund": Kind(5),
    "refund_part": Kind(7),
    "refund_fails": Kind(3),
    "dispute_won": Kind(4),
    "dispute_lost": Kind(4),
    "outside": Kind(3),
}
CURRENCIES = {"eur": 50, "usd": 18, "gbp": 10, "jpy": 14, "kwd": 8}
SMALL, LARGE = 15, 900  # of the currency's hundred smallest units


@dataclass(frozen=True)
class Life:
    """One payment: what is asked for and what becomes of it.

    :param int amount: minor units of ``currency``, divisible by 100 and by 5
    """

    number: int
    kind: str
    currency: str
    amount: int

    @property
    def name(self):
        """Name of the customer, who has this payment only."""
        return f"Customer {self.number:04}"

    @property
    def major(self):
        """The amount as Odoo writes it."""
        return round(self.amount / 10 ** exponent(self.currency), 3)

    @property
    def part(self):
        """Minor units that are captured or refunded where that is a part."""
        share = {"capture_part": 0.6, "refund_part": 0.25}.get(self.kind, 1)
        return round(self.amount * share)

    @property
    def open_minor(self):
        """Minor units of the invoice that stay open at the end."""
        return round(self.amount * KINDS[self.kind].open)


def lives(count, seed):
    """Return ``count`` lives; every kind is among them if there are enough."""
    dice = random.Random(seed)
    once = list(KINDS)[:count]
    weights = [kind.weight for kind in KINDS.values()]
    more = dice.choices(list(KINDS), weights, k=count - len(once))
    kinds = once + more
    dice.shuffle(kinds)
    return [_life(dice, number, kind) for number, kind in enumerate(kinds, 1)]


def _life(dice, number, kind):
    allowed = KINDS[kind].currencies
    currency = dice.choices(allowed, [CURRENCIES[each] for each in allowed])[0]
    return Life(number, kind, currency, 100 * dice.randint(SMALL, LARGE))
