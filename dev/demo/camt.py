"""A bank statement in CAMT.053 form (ISO 20022 camt.053.001.02), as banks send it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.sax.saxutils import escape

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"


@dataclass(frozen=True)
class Entry:
    """One line of the statement; a positive amount is money received."""

    amount: Decimal
    day: date
    party: str
    text: str
    end_to_end: str


def render(iban, currency, opening, entries, day):
    """Return the statement as bytes.

    :param Decimal opening: balance before the first entry
    :param date day: the day of the statement
    """
    closing = opening + sum(entry.amount for entry in entries)
    body = "".join(_entry(entry, currency) for entry in entries)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>
<GrpHdr><MsgId>DEMO-{day}</MsgId><CreDtTm>{day}T22:00:00</CreDtTm></GrpHdr>
<Stmt><Id>DEMO-{day}</Id><CreDtTm>{day}T22:00:00</CreDtTm>
<Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>{currency}</Ccy></Acct>
{_balance("OPBD", opening, currency, day)}
{_balance("CLBD", closing, currency, day)}
{body}
</Stmt></BkToCstmrStmt></Document>
""".encode()


def _side(amount):
    return "CRDT" if amount >= 0 else "DBIT"


def _digits(amount):
    """Return an amount without sign: two decimals, more where it has more."""
    return f"{abs(amount):.{max(2, -amount.as_tuple().exponent)}f}"


def _balance(code, amount, currency, day):
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
        f'<Amt Ccy="{currency}">{_digits(amount)}</Amt>'
        f"<CdtDbtInd>{_side(amount)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _entry(entry, currency):
    amount = f'<Amt Ccy="{currency}">{_digits(entry.amount)}</Amt>'
    role = "Dbtr" if entry.amount >= 0 else "Cdtr"
    return (
        f"<Ntry>{amount}<CdtDbtInd>{_side(entry.amount)}</CdtDbtInd><Sts>BOOK</Sts>"
        f"<BookgDt><Dt>{entry.day}</Dt></BookgDt><ValDt><Dt>{entry.day}</Dt></ValDt>"
        f"<AcctSvcrRef>{escape(entry.end_to_end)}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{escape(entry.end_to_end)}</EndToEndId>"
        f"</Refs><AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
        f"<RltdPties><{role}><Nm>{escape(entry.party)}</Nm></{role}></RltdPties>"
        f"<RmtInf><Ustrd>{escape(entry.text)}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"
    )
