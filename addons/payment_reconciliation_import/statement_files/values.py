"""What a statement file says, whatever its format."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

MAX_PROBLEMS = 20  # listed; a file of which everything is wrong needs no longer list


@dataclass(frozen=True)
class Entry:
    """One booked line of a statement.

    :param amount: in the account's currency; money in is positive
    :param text: what the payer wrote, or what the bank says it is
    :param bank_id: the bank's own reference of this line; None if it gives none
    :param reference: of the payer: end-to-end id or structured reference
    :param details: what else the bank says, {what: text}
    :param foreign: (currency code, amount) of the payment, if it was in another
    """

    date: date
    amount: Decimal
    text: str
    bank_id: str | None = None
    reference: str = ""
    partner_name: str = ""
    account_number: str = ""
    details: dict = field(default_factory=dict)
    foreign: tuple[str, Decimal] | None = None


@dataclass(frozen=True)
class Statement:
    """One statement of one account.

    :param opening: balance before the first entry; None if the file has none
    :param closing: balance after the last entry; None if the file has none
    :param pending: how many entries were left out because they are not booked yet
    """

    account: str
    currency: str
    name: str
    entries: tuple[Entry, ...]
    opening: Decimal | None = None
    closing: Decimal | None = None
    pending: int = 0

    @property
    def total(self):
        """Return the sum of all entries."""
        return sum((entry.amount for entry in self.entries), Decimal(0))


@dataclass(frozen=True)
class Problem:
    """What is wrong with a file: a word, and the figures that say where and how."""

    kind: str
    figures: dict = field(default_factory=dict, hash=False)


class StatementFileError(Exception):
    """The file cannot be read as it is: ``problems`` say why, in the file's order."""

    def __init__(self, *problems):
        super().__init__("; ".join(f"{each.kind} {each.figures}" for each in problems))
        self.problems = problems


class Problems:
    """Collects what is wrong, so that a person sees all of it at once."""

    def __init__(self):
        self._found = []

    def add(self, kind, **figures):
        """Note a problem."""
        self._found.append(Problem(kind, figures))

    def check(self):
        """Stop if anything is wrong.

        :raise StatementFileError: with the first problems, and how many more there are
        """
        if not self._found:
            return
        shown, more = self._found[:MAX_PROBLEMS], self._found[MAX_PROBLEMS:]
        if more:
            shown.append(Problem("more", {"count": len(more)}))
        raise StatementFileError(*shown)


def balance_problem(statement):
    """Return the problem of a statement whose entries do not add up; None if they do.

    Only a statement that states both balances can be checked.
    """
    if statement.opening is None or statement.closing is None:
        return None
    difference = statement.closing - statement.opening - statement.total
    if not difference:
        return None
    return Problem(
        "balance",
        {
            "statement": statement.name,
            "opening": statement.opening,
            "count": len(statement.entries),
            "total": statement.total,
            "closing": statement.closing,
            "difference": difference,
            "currency": statement.currency,
        },
    )
