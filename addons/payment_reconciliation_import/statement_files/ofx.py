"""OFX 1 (SGML) and 2 (XML), read with the library ``ofxparse``.

The library repairs what is broken and stops at the first field it cannot read, without
its place. So the file is checked here first: what is opened must be closed, and each
transaction must have its date, amount and id.
"""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from io import BytesIO

from ofxparse import AccountType, OfxParser

from .texts import clean, decoded
from .values import Entry, Problem, Problems, Statement, StatementFileError

_START = re.compile(r"<OFX>", re.I)
_CHARSET = re.compile(rb"CHARSET:\s*([\w-]+)", re.I)
_XML_ENCODING = re.compile(rb"""encoding=["']([\w-]+)["']""", re.I)
_TRANSACTION = re.compile(
    r"<STMTTRN>(.*?)(?=<STMTTRN>|</BANKTRANLIST>|\Z)", re.I | re.S
)
_FIELD = re.compile(r"<(DTPOSTED|TRNAMT|FITID)>\s*([^<\r\n]*)", re.I)
_AGGREGATES = ("OFX", "STMTTRN", "BANKTRANLIST", "STMTRS", "CCSTMTRS")
_AMOUNT = re.compile(r"[+-]?(\d{1,15}([.,]\d{0,5})?|[.,]\d{1,5})")
NEEDED = ("DTPOSTED", "TRNAMT", "FITID")


def is_ofx(data):
    """Return whether a file is meant to be OFX."""
    head = data[:4096].upper().replace(b"\x00", b"")
    return b"OFXHEADER" in head or b"<OFX>" in head


def read(data):
    """Return one statement per account of a file.

    :param bytes data: the file
    :return: list of ``values.Statement``
    :raise StatementFileError: with all that is wrong, each with its line
    """
    text = decoded(data, _declared(data))
    if re.search(r"<!(DOCTYPE|ENTITY)", text, re.I):
        raise StatementFileError(Problem("entities"))
    start = _START.search(text)
    if not start:
        raise StatementFileError(Problem("ofx_not_closed", {"tag": "OFX", "line": 1}))
    problems = Problems()
    _check_closed(text, problems)
    _check_transactions(text, problems)
    problems.check()
    body = text[start.start() :]
    try:
        parsed = OfxParser.parse(
            BytesIO(b"OFXHEADER:100\r\nENCODING:UTF-8\r\n\r\n" + body.encode())
        )
    except Exception as error:  # noqa: BLE001 - whatever a library raises is the file's
        problem = Problem("ofx_broken", {"detail": clean(str(error))[:200]})
        raise StatementFileError(problem) from error
    accounts = [
        each
        for each in parsed.accounts
        if hasattr(each.statement, "balance")
        or (each.type != AccountType.Investment and each.statement.transactions)
    ]
    statements = [_statement(each) for each in accounts or parsed.accounts]
    if not statements:
        raise StatementFileError(Problem("no_statement"))
    return statements


def _declared(data):
    """Return the encoding that the header states; None if it states none."""
    head = data[:1024]
    found = _XML_ENCODING.search(head) or _CHARSET.search(head)
    if not found:
        return None
    name = found[1].decode()
    return {"8859-1": "iso-8859-1", "NONE": None}.get(
        name.upper(), f"cp{name}" if name.isdigit() else name
    )


def _check_closed(text, problems):
    """Note what is opened and not closed: the file was cut off there."""
    for tag in _AGGREGATES:
        opened = list(re.finditer(f"<{tag}>", text, re.I))
        closed = len(re.findall(f"</{tag}>", text, re.I))
        if len(opened) != closed:
            line = _line(
                text, opened[min(closed, len(opened) - 1)].start() if opened else 0
            )
            problems.add("ofx_not_closed", tag=tag, line=line)


def _check_transactions(text, problems):
    """Note each transaction without date, amount or id."""
    position, line = 0, 1
    for found in _TRANSACTION.finditer(text):
        line += text.count("\n", position, found.start())
        position = found.start()
        fields = {
            name.upper(): value.strip() for name, value in _FIELD.findall(found[1])
        }
        for name in NEEDED:
            if not fields.get(name):
                problems.add("ofx_missing", line=line, tag=name)
        if fields.get("TRNAMT") and not _AMOUNT.fullmatch(fields["TRNAMT"]):
            problems.add("bad_amount", line=line, value=fields["TRNAMT"])
        if fields.get("DTPOSTED") and not _is_day(fields["DTPOSTED"][:8]):
            problems.add("bad_date", line=line, value=fields["DTPOSTED"])


def _is_day(value):
    try:
        return bool(date(int(value[:4]), int(value[4:6]), int(value[6:8])))
    except ValueError:
        return False


def _line(text, position):
    return text.count("\n", 0, position) + 1


def _statement(account):
    """Return an account's statement. OFX tells no opening balance."""
    found = account.statement
    entries = tuple(_entry(each) for each in found.transactions)
    name = " ".join(filter(None, [account.account_id, _period(found)]))
    return Statement(
        account=clean(account.account_id),
        currency=(found.currency or account.curdef or "").upper(),
        name=clean(name),
        entries=entries,
        closing=_decimal(getattr(found, "balance", None)),
    )


def _period(statement):
    days = [getattr(statement, name, None) for name in ("start_date", "end_date")]
    return "-".join(f"{day:%Y%m%d}" for day in days if day)


def _entry(transaction):
    """Return one line."""
    name, memo = clean(transaction.payee), clean(transaction.memo)
    cheque = clean(transaction.checknum)
    details = {"name": name, "kind": clean(transaction.type), "cheque": cheque}
    return Entry(
        date=transaction.date.date(),
        amount=_decimal(transaction.amount) or Decimal(0),
        text=memo or name or clean(transaction.type) or "/",
        bank_id=clean(transaction.id) or None,
        reference=cheque,
        partner_name=name if memo else "",
        details={what: value for what, value in details.items() if value},
    )


def _decimal(value):
    try:
        return None if value is None or value == "" else Decimal(str(value))
    except InvalidOperation:
        return None
