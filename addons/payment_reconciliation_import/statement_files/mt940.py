"""MT940 of SWIFT, as banks send it, read with the library ``mt-940``.

The library decodes the fields; what it lets pass is checked here first, with the number
of the line: a statement without its closing balance was cut off, an entry line that
does not follow the format would be lost.
"""

import io
import re
from datetime import date

import mt940

from .texts import clean
from .values import Entry, Problem, Problems, Statement, StatementFileError

NOTHING = {"NONREF", "NOTPROVIDED", "", "//"}
_TAG = re.compile(r"^:(\d{2}[A-Z]?):", re.M)
_ENTRY = re.compile(
    r"^:61:\d{6}(\d{4})?(R?[DCdc]|E[DC])[A-Za-z]?(?P<amount>[\d,]{1,15})[NFSnfs]?",
)
_AMOUNT = re.compile(r"\d+,\d{0,3}|\d+")
_HEADER = re.compile(r"^\{[1-5]:.*?(?=^:20:|\Z)|^-\}?\s*$", re.M | re.S)
# Dutch and Belgian banks name what they write in :86:
_NAMED = re.compile(
    r"/(EREF|MARF|NAME|IBAN|REMI|CNTP|BENM|ORDP|TRTP|ISDT|CSID|RTRN|BIC|CHGS|PREF)/"
)


def is_mt940(text):
    """Return whether a text is meant to be MT940."""
    return bool(re.search(r"^:20:", text, re.M) and re.search(r"^:25:?", text, re.M))


def read(text):
    """Return the statements of a file, in its order.

    :param str text: the file, decoded
    :return: list of ``values.Statement``
    :raise StatementFileError: with all that is wrong, each with its line
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    problems = Problems()
    _check_lines(text, problems)
    problems.check()
    try:
        # A handle, never the text itself: the library would open a file of that name.
        parsed = mt940.parse_statements(
            io.StringIO(_HEADER.sub("", text)), options=mt940.Options.all()
        )
    except Exception as error:  # noqa: BLE001 - whatever a library raises is the file's
        problem = Problem("mt940_broken", {"detail": clean(str(error))[:200]})
        raise StatementFileError(problem) from error
    if not parsed:
        raise StatementFileError(Problem("no_statement"))
    return [_statement(each) for each in parsed]


def _check_lines(text, problems):
    """Note what the library would pass over: each with the number of its line."""
    opened, closed, started = 0, True, False
    for number, line in enumerate(text.split("\n"), start=1):
        tag = _TAG.match(line)
        name = tag[1] if tag else ""
        if name == "20":
            if started and not closed:
                problems.add("mt940_not_closed", line=opened)
            opened, closed, started = number, False, True
        elif name.startswith("62"):
            closed = True
        elif name == "61":
            found = _ENTRY.match(line)
            if not found or not _AMOUNT.fullmatch(found["amount"]):
                problems.add("mt940_entry", line=number, value=line[:60])
    if not closed:
        problems.add("mt940_not_closed", line=opened)


def _statement(parsed):
    """Return a statement from what the library decoded."""
    data = parsed.data
    opening = data.get("final_opening_balance") or data.get(
        "intermediate_opening_balance"
    )
    closing = data.get("final_closing_balance") or data.get(
        "intermediate_closing_balance"
    )
    currency = next((each.amount.currency for each in (opening, closing) if each), "")
    number = [data.get("statement_number"), data.get("sequence_number")]
    name = "/".join(filter(None, [data.get("transaction_reference"), *number]))
    account = data.get("account_identification") or ""
    entries = [
        _entry(each.data) for each in parsed if getattr(each, "data", {}).get("amount")
    ]
    return Statement(
        account=clean(account),
        currency=currency,
        name=clean(name),
        entries=tuple(entries),
        opening=opening.amount.amount if opening else None,
        closing=closing.amount.amount if closing else None,
    )


def _entry(data):
    """Return one line."""
    said = data.get("transaction_details") or ""
    named = _named(said)
    purpose = " ".join(
        filter(None, [data.get("purpose"), data.get("additional_purpose")])
    )
    reference = named.get("EREF") or data.get("end_to_end_reference")
    reference = reference or data.get("customer_reference") or ""
    text = named.get("REMI") or purpose or said or data.get("extra_details")
    bank_id = clean(data.get("bank_reference"))
    details = {
        "end_to_end": named.get("EREF") or data.get("end_to_end_reference"),
        "mandate": named.get("MARF") or data.get("additional_position_reference"),
        "kind": data.get("id"),
        "information": data.get("extra_details"),
        "posting": data.get("posting_text"),
        "charges": f"Charges {named['CHGS']}" if named.get("CHGS") else "",
        "text": said if named or purpose else "",
    }
    name = named.get("NAME") or named.get("BENM") or data.get("applicant_name")
    account = named.get("IBAN") or data.get("applicant_iban")
    account = account or data.get("applicant_account")
    return Entry(
        date=_as_date(data.get("guessed_entry_date") or data["date"]),
        amount=data["amount"].amount,
        text=clean(text) or clean(name) or clean(reference) or "/",
        bank_id=bank_id if bank_id.upper() not in NOTHING else None,
        reference=_given(clean(reference)),
        partner_name=clean(name),
        account_number=clean(account),
        details={
            name: words for name, value in details.items() if (words := clean(value))
        },
    )


def _as_date(value):
    """Return a plain date: the library's own kind is not what others compare with."""
    return date(value.year, value.month, value.day)


def _given(value):
    return "" if value.upper() in NOTHING else value


def _named(text):
    """Return {word: value} of a text that names its parts: ``/EREF/1/NAME/A``."""
    joined = text.replace("\n", "")
    if len(_NAMED.findall(joined)) < 2:
        return {}
    _before, *parts = _NAMED.split(joined)
    return {
        word: value.strip("/ ")
        for word, value in zip(parts[::2], parts[1::2], strict=True)
    }
