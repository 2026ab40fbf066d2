"""One ``Ntry`` of a camt file as entries."""

import re
from datetime import date
from decimal import Decimal

from .texts import clean
from .values import Entry, Problem, StatementFileError

NOTHING = {"NOTPROVIDED", "NONREF", "NOT PROVIDED", "UNKNOWN", "/", "-"}
BOOKED = {"BOOK", ""}  # old reports of some banks leave the status out
_DECIMAL = re.compile(r"[0-9]{1,18}(\.[0-9]{1,5})?")  # ISO 20022: 18 digits, 5 places


def text(element, *path):
    """Return the text at a path of local names, cleaned; "" if there is none."""
    return clean(element.findtext("/".join(f"{{*}}{name}" for name in path)))


def texts(element, *path):
    """Return all texts at a path of local names, cleaned."""
    found = element.iterfind("/".join(f"{{*}}{name}" for name in path))
    return [words for each in found if (words := clean(each.text))]


def is_booked(element):
    """Return whether an entry is final: pending ones come again when booked."""
    status = text(element, "Sts", "Cd") or text(element, "Sts")
    return status in BOOKED


def signed_amount(element):
    """Return (currency, amount), negative for money out.

    :raise StatementFileError: if it is no amount
    """
    node = element.find("{*}Amt")
    value = clean(node.text) if node is not None else ""
    if not _DECIMAL.fullmatch(value):
        raise StatementFileError(Problem("bad_amount", {"value": value or "-"}))
    side = text(element, "CdtDbtInd")
    if side not in ("CRDT", "DBIT"):
        raise StatementFileError(Problem("bad_side", {"value": side or "-"}))
    amount = Decimal(value)
    return node.get("Ccy") or "", amount if side == "CRDT" else -amount


def read(element):
    """Return (currency, list of ``Entry``) of one booked entry.

    :raise StatementFileError: if it has no date or no amount
    """
    currency, amount = signed_amount(element)
    day = _day(element)
    details = element.findall("{*}NtryDtls/{*}TxDtls")
    amounts = [_part(each, currency, amount) for each in details]
    if len(details) > 1 and None not in amounts and sum(amounts) == amount:
        return currency, [
            _entry(element, [each], day, part, index)
            for index, (each, part) in enumerate(
                zip(details, amounts, strict=True), start=1
            )
        ]
    return currency, [_entry(element, details, day, amount, 0, currency)]


def _day(element):
    for tag in ("BookgDt", "ValDt"):
        value = text(element, tag, "Dt") or text(element, tag, "DtTm")
        if value:
            try:
                return date.fromisoformat(value[:10])
            except ValueError as error:
                problem = Problem("bad_date", {"value": value})
                raise StatementFileError(problem) from error
    raise StatementFileError(Problem("no_date"))


def _part(details, currency, whole):
    """Return the signed amount of one transaction of a batch; None if not stated."""
    for path in ("{*}Amt", "{*}AmtDtls/{*}TxAmt/{*}Amt"):
        node = details.find(path)
        if node is not None and node.get("Ccy") == currency:
            value = clean(node.text)
            if not _DECIMAL.fullmatch(value):
                return None
            amount = Decimal(value)
            side = text(details, "CdtDbtInd")
            negative = side == "DBIT" if side else whole < 0
            return -amount if negative else amount
    return None


def _entry(element, details, day, amount, index, currency=None):
    """Return one line from an entry and those of its transactions that it carries.

    :param int index: of the transaction within a batch; 0: the whole entry
    """
    said = [text(element, "AddtlNtryInf")]
    single = details[0] if len(details) == 1 else None
    party, account = _other_side(element, details)
    remittance = [words for each in details for words in _remittance(each)]
    more = [words for each in details for words in texts(each, "AddtlTxInf")]
    written = remittance or more or said
    reference = _reference(single) if single is not None else ""
    found = _details(element, details, index)
    found |= {"information": " ".join([*more, *said]).strip()}
    return Entry(
        date=day,
        amount=amount,
        text=" ".join(filter(None, written)) or party or reference or "/",
        bank_id=_bank_id(element, single, index),
        reference=reference,
        partner_name=party,
        account_number=account,
        details={name: value for name, value in found.items() if value},
        foreign=_foreign(single, currency, amount),
    )


def _remittance(details):
    """Return what the payer wrote: free text, structured references, documents."""
    found = texts(details, "RmtInf", "Ustrd")
    found += texts(details, "RmtInf", "Strd", "CdtrRefInf", "Ref")
    found += texts(details, "RmtInf", "Strd", "RfrdDocInf", "Nb")
    found += texts(details, "RmtInf", "Strd", "AddtlRmtInf")
    return list(dict.fromkeys(found))


def _reference(details):
    structured = text(details, "RmtInf", "Strd", "CdtrRefInf", "Ref")
    return structured or _given(text(details, "Refs", "EndToEndId"))


def _given(value):
    """Return an id; "" for the words that banks write where there is none."""
    return "" if value.upper() in NOTHING else value


def _details(element, details, index):
    """Return what else is said, {what: text}: ids, parties, charges, return reasons."""
    paths = {
        "end_to_end": ("Refs", "EndToEndId"),
        "mandate": ("Refs", "MndtId"),
        "instruction": ("Refs", "InstrId"),
        "cheque": ("Refs", "ChqNb"),
        "ultimate_debtor": ("RltdPties", "UltmtDbtr", "Nm"),
        "ultimate_creditor": ("RltdPties", "UltmtCdtr", "Nm"),
        "purpose": ("Purp", "Cd"),
        "return_reason": ("RtrInf", "Rsn", "Cd"),
        "return_information": ("RtrInf", "AddtlInf"),
    }
    found = {
        what: " ".join(
            dict.fromkeys(
                value
                for each in details
                for words in texts(each, *path)
                if (value := _given(words))
            )
        )
        for what, path in paths.items()
    }
    found["batch"] = text(element, "NtryDtls", "Btch", "PmtInfId")
    found["kind"] = _kind(element)
    found["charges"] = _charges(details if index else [element, *details])
    return found


def _kind(element):
    codes = texts(element, "BkTxCd", "Domn", "Cd")
    codes += texts(element, "BkTxCd", "Domn", "Fmly", "Cd")
    codes += texts(element, "BkTxCd", "Domn", "Fmly", "SubFmlyCd")
    return "-".join(codes) or text(element, "BkTxCd", "Prtry", "Cd")


def _charges(elements):
    """Return the charges that the bank kept, in the words that matching knows."""
    for element in elements:
        nodes = element.findall("{*}Chrgs/{*}TtlChrgsAndTaxAmt")
        nodes = nodes or element.findall("{*}Chrgs/{*}Rcrd/{*}Amt")
        nodes = nodes or element.findall("{*}Chrgs/{*}Amt")
        values = [(node.get("Ccy") or "", clean(node.text)) for node in nodes]
        if values and all(_DECIMAL.fullmatch(value) for _currency, value in values):
            total = sum(Decimal(value) for _currency, value in values)
            return f"Charges {values[0][0]} {total}" if total else ""
    return ""


def _bank_id(element, single, index):
    """Return the account servicer's reference; within a batch with the place."""
    whole = _given(text(element, "AcctSvcrRef"))
    own = _given(text(single, "Refs", "AcctSvcrRef")) if single is not None else ""
    if not index:
        return whole or own or None
    reference = own or whole
    return f"{reference}#{index}" if reference else None


def _other_side(element, details):
    """Return (name, account number) of who paid or was paid.

    A reversal goes the other way, but its parties are those of the first booking.
    """
    incoming = text(element, "CdtDbtInd") == "CRDT"
    if text(element, "RvslInd") == "true":
        incoming = not incoming
    role = "Dbtr" if incoming else "Cdtr"
    names, accounts = {}, {}
    for each in details:
        parties = each.find("{*}RltdPties")
        if parties is None:
            continue
        name = text(parties, role, "Nm") or text(parties, role, "Pty", "Nm")
        account = text(parties, f"{role}Acct", "Id", "IBAN")
        account = account or text(parties, f"{role}Acct", "Id", "Othr", "Id")
        names[name], accounts[account] = True, True
    return _only(names), _only(accounts)


def _only(values):
    """Return the one value that is given; "" if there are several."""
    given = [value for value in values if value]
    return given[0] if len(given) == 1 else ""


def _foreign(details, currency, amount):
    """Return (currency, amount) of a payment that was made in another currency."""
    if details is None or not currency:
        return None
    for tag in ("InstdAmt", "TxAmt"):
        node = details.find(f"{{*}}AmtDtls/{{*}}{tag}/{{*}}Amt")
        if node is not None and node.get("Ccy") not in (None, currency):
            value = clean(node.text)
            if _DECIMAL.fullmatch(value) and Decimal(value):
                figure = Decimal(value)
                return node.get("Ccy"), figure if amount > 0 else -figure
    return None
