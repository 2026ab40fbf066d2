"""camt.052, camt.053 and camt.054 of ISO 20022, all versions.

Only what is booked is read. Each entry is one line; a batch is one line per transaction
if these have amounts that add up to the entry's, else one line with all their texts.
"""

import re

from . import camt_entry, xml_safely
from .values import Problem, Problems, Statement, StatementFileError

NAMESPACE = re.compile(r"camt\.05[234]\.")
STATEMENTS = ("Stmt", "Rpt", "Ntfctn")
OPENING = ("OPBD", "PRCD")


def is_camt(namespace):
    """Return whether the root's namespace is that of a statement."""
    return bool(NAMESPACE.search(namespace))


def read(data):
    """Return the statements of a file, in its order.

    :param bytes data: the file
    :return: list of ``values.Statement``
    :raise StatementFileError: with all that is wrong
    """
    problems, statements, reader = Problems(), [], None
    for event, name, element in xml_safely.elements(data, (*STATEMENTS, "Ntry")):
        if name in STATEMENTS:
            if event == "start":
                reader = _StatementReader(problems)
            else:
                statements.append(reader.statement(element))
                _forget(element)
        elif event == "end" and reader and element.getparent().tag.endswith(STATEMENTS):
            reader.entry(element)
            _forget(element)
    problems.check()
    if not statements:
        raise StatementFileError(Problem("no_statement"))
    return statements


def _forget(element):
    """Free an element that was read, and what precedes it."""
    keep = element.tail
    element.clear()
    element.tail = keep
    element.tag = "{read}read"


class _StatementReader:
    """Takes the entries of one statement as they pass, then what surrounds them."""

    def __init__(self, problems):
        self.problems = problems
        self.entries = []
        self.currencies = {}
        self.pending = 0
        self.count = 0

    def entry(self, element):
        """Read one entry; what is wrong with it is noted with its place."""
        self.count += 1
        if not camt_entry.is_booked(element):
            self.pending += 1
            return
        try:
            currency, entries = camt_entry.read(element)
        except StatementFileError as error:
            place = {"entry": self.count, "line": element.sourceline or 0}
            for problem in error.problems:
                self.problems.add(problem.kind, **place, **problem.figures)
            return
        self.currencies.setdefault(currency, (self.count, element.sourceline or 0))
        self.entries += entries

    def statement(self, element):
        """Return the statement, all its entries having passed."""
        name = camt_entry.text(element, "Id") or camt_entry.text(
            element, "ElctrncSeqNb"
        )
        account = _account(element)
        opening, closing, stated = _balances(element, self.problems)
        currency = camt_entry.text(element, "Acct", "Ccy") or stated
        currency = currency or next(iter(self.currencies), "")
        if not account:
            self.problems.add("no_account", statement=name)
        for other, (entry, line) in self.currencies.items():
            if other != currency:
                self.problems.add(
                    "entry_currency",
                    entry=entry,
                    line=line,
                    currency=other,
                    expected=currency,
                )
        return Statement(
            account=account,
            currency=currency,
            name=name,
            entries=tuple(self.entries),
            opening=opening,
            closing=closing,
            pending=self.pending,
        )


def _account(element):
    return camt_entry.text(element, "Acct", "Id", "IBAN") or camt_entry.text(
        element, "Acct", "Id", "Othr", "Id"
    )


def _balances(element, problems):
    """Return (opening, closing, currency).

    Interim balances of the day (ITBD) prove nothing: banks count pending money in them.
    """
    found, currency = {}, ""
    for balance in element.iterfind("{*}Bal"):
        code = camt_entry.text(balance, "Tp", "CdOrPrtry", "Cd")
        try:
            currency, amount = camt_entry.signed_amount(balance)
        except StatementFileError as error:
            problems.add("bad_balance", **error.problems[0].figures)
            continue
        found.setdefault(code, []).append(amount)
    opening = [amount for code in OPENING for amount in found.get(code, ())]
    closing = found.get("CLBD", [])
    return (opening or [None])[0], (closing or [None])[-1], currency
