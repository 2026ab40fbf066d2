"""Statement files of banks: read as a whole or refused, with reasons and places."""

import io
import re
import time
import zipfile
import zlib
from datetime import date
from decimal import Decimal

import pytest
from payment_reconciliation_import.statement_files import read, values

NS = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"
IBAN = "NL77ABNA0574908765"


def amount(value, currency="EUR"):
    side = "DBIT" if value < 0 else "CRDT"
    return f'<Amt Ccy="{currency}">{abs(value):.2f}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def balance(code, value):
    return f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount(value)}</Bal>"


def entry(value, inner="", ref="B1", status="BOOK", day="2026-03-11", currency="EUR"):
    return (
        f"<Ntry>{amount(value, currency)}<Sts>{status}</Sts>"
        f"<BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{ref}</AcctSvcrRef>"
        f"<NtryDtls>{inner}</NtryDtls></Ntry>"
    )


def transaction(text="", value=None, more="", refs=""):
    stated = f"<AmtDtls><TxAmt>{amount(value)}</TxAmt></AmtDtls>" if value else ""
    return (
        f"<TxDtls><Refs>{refs}</Refs>{stated}{more}"
        f"<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )


def statement(entries, opening=0, closing=None, account=IBAN):
    ends = balance("OPBD", opening)
    ends += balance("CLBD", closing) if closing is not None else ""
    return (
        f"<Stmt><Id>S1</Id><Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{ends}{''.join(entries)}</Stmt>"
    )


def camt(*statements, prolog='<?xml version="1.0" encoding="UTF-8"?>'):
    body = "".join(statements)
    return (
        f'{prolog}<Document xmlns="{NS}"><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId>'
        f"</GrpHdr>{body}</BkToCstmrStmt></Document>"
    ).encode()


def problems(data):
    with pytest.raises(values.StatementFileError) as caught:
        read.read(data)
    return caught.value.problems


def kinds(data):
    return [problem.kind for problem in problems(data)]


# === camt === #


def test_all_that_a_camt_entry_says():
    more = (
        "<RltdPties><Dbtr><Nm>ACME  BV</Nm></Dbtr><DbtrAcct><Id><IBAN>DE1</IBAN></Id>"
        "</DbtrAcct><UltmtDbtr><Nm>Real Payer</Nm></UltmtDbtr></RltdPties>"
        '<Chrgs><Amt Ccy="EUR">1.50</Amt></Chrgs>'
    )
    refs = "<EndToEndId>E2E-7</EndToEndId><MndtId>M-9</MndtId>"
    data = camt(
        statement(
            [entry(96.8, transaction("INV/2026/00012", 96.8, more, refs))], 10, 106.8
        )
    )
    (found,) = read.read(data)
    (line,) = found.entries
    assert (found.account, found.currency, found.name) == (IBAN, "EUR", "S1")
    assert (found.opening, found.closing) == (10, Decimal("106.80"))
    assert (line.date, line.amount) == (date(2026, 3, 11), Decimal("96.80"))
    assert line.text == "INV/2026/00012"
    assert line.reference == "E2E-7"
    assert (line.partner_name, line.account_number) == ("ACME BV", "DE1")
    assert line.bank_id == "B1"
    assert line.details["mandate"] == "M-9"
    assert line.details["ultimate_debtor"] == "Real Payer"
    assert line.details["charges"] == "Charges EUR 1.50"
    assert values.balance_problem(found) is None


def test_a_batch_whose_amounts_add_up_is_one_line_each():
    inner = transaction("A", 60) + transaction("B", 40)
    (found,) = read.read(camt(statement([entry(100, inner)], 0, 100)))
    assert [(e.text, e.amount, e.bank_id) for e in found.entries] == [
        ("A", 60, "B1#1"),
        ("B", 40, "B1#2"),
    ]


@pytest.mark.parametrize("parts", [(None, None), (60, 60), (60, None)])
def test_a_batch_without_amounts_that_add_up_is_one_line_with_all_texts(parts):
    inner = transaction("A", parts[0]) + transaction("B", parts[1])
    (found,) = read.read(camt(statement([entry(100, inner)], 0, 100)))
    (line,) = found.entries
    assert (line.amount, line.text) == (100, "A B")


@pytest.mark.parametrize("damaged", ["sNaN", "-5.00", "1e2", "5.00 EUR"])
def test_a_batch_with_an_amount_that_is_none_is_one_line(damaged):
    """Not read as money, not an error of Python: the entry's own amount holds."""
    inner = transaction("A", 105) + transaction("B", 5).replace("5.00", damaged)
    (found,) = read.read(camt(statement([entry(100, inner)], 0, 100)))
    (line,) = found.entries
    assert (line.amount, line.text) == (100, "A B")


def test_what_one_transaction_of_a_batch_says_is_not_said_of_the_next():
    inner = transaction("A", 60, refs="<EndToEndId>ONLY-A</EndToEndId>")
    inner += transaction("B", 40)
    (found,) = read.read(camt(statement([entry(100, inner)])))
    assert found.entries[0].details["end_to_end"] == "ONLY-A"
    assert "ONLY-A" not in str(found.entries[1])


def test_pending_entries_are_left_out_and_counted():
    data = camt(statement([entry(5), entry(9, status="PDNG")], 0, 5))
    (found,) = read.read(data)
    assert (len(found.entries), found.pending) == (1, 1)
    assert values.balance_problem(found) is None


def test_a_reversal_keeps_its_parties():
    more = (
        "<RltdPties><Dbtr><Nm>Customer</Nm></Dbtr><Cdtr><Nm>We</Nm></Cdtr></RltdPties>"
    )
    line = entry(-50, transaction("returned", more=more))
    line = line.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
    (found,) = read.read(camt(statement([line])))
    assert found.entries[0].partner_name == "Customer"
    assert found.entries[0].amount == -50


def test_two_accounts_in_one_file_stay_apart():
    data = camt(statement([entry(1)], 0, 1), statement([entry(2)], 0, 2, account="DE2"))
    assert [(e.account, e.total) for e in read.read(data)] == [(IBAN, 1), ("DE2", 2)]


def test_amount_in_another_currency_is_kept():
    more = '<AmtDtls><InstdAmt><Amt Ccy="USD">110.00</Amt></InstdAmt></AmtDtls>'
    (found,) = read.read(camt(statement([entry(-100, transaction("x", more=more))])))
    assert found.entries[0].foreign == ("USD", Decimal("-110.00"))


def test_balances_that_do_not_add_up_are_a_problem_with_its_figures():
    (found,) = read.read(camt(statement([entry(5)], 10, 20)))
    assert values.balance_problem(found).figures["difference"] == 5


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        (entry(5).replace("5.00", "5,00"), "bad_amount"),
        (entry(5).replace("5.00", "NaN"), "bad_amount"),
        (entry(5).replace("CRDT", "XXXX"), "bad_side"),
        (entry(5).replace("2026-03-11", "2026-13-11"), "bad_date"),
        (entry(5).replace("<Dt>2026-03-11</Dt>", ""), "no_date"),
        (entry(5, currency="USD"), "entry_currency"),
    ],
)
def test_what_is_wrong_is_told_with_the_entry(broken, kind):
    found = problems(camt(statement([entry(1), broken, entry(2)])))
    assert [(each.kind, each.figures["entry"]) for each in found] == [(kind, 2)]


def test_many_problems_are_counted_not_all_listed():
    bad = entry(5).replace("2026-03-11", "x")
    found = problems(camt(statement([bad] * 50)))
    assert len(found) == values.MAX_PROBLEMS + 1
    assert found[-1].figures == {"count": 30}


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
def test_a_file_that_ends_early_is_refused(share):
    data = camt(statement([entry(value) for value in range(1, 60)]))
    assert kinds(data[: int(len(data) * share)]) == ["xml_broken"]


def test_three_thousand_entries_are_read_in_a_moment():
    data = camt(statement([entry(1, transaction("x")) for _ in range(3000)], 0, 3000))
    started = time.perf_counter()
    (found,) = read.read(data)
    assert len(found.entries) == 3000
    assert time.perf_counter() - started < 10


# === hostile files === #

LOL = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">'
    for n in range(10)
)
HOSTILE = {
    "billion laughs": f"<!DOCTYPE Document [{LOL}]>",
    "external entity": '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    "parameter entity": '<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]>',
    "external subset": '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd">',
    "late": "<!-- " + "x" * 200_000 + ' --><!DOCTYPE d [<!ENTITY x "y">]>',
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused_before_anything_is_parsed(name, encoding):
    head = f'<?xml version="1.0" encoding="{encoding}"?>' + HOSTILE[name]
    text = "<RmtInf><Ustrd>&l9;&x;</Ustrd></RmtInf>"
    data = camt(statement([entry(5, f"<TxDtls>{text}</TxDtls>")]), prolog=head)
    assert kinds(data.decode().encode(encoding)) == ["entities"]


def test_depth_and_nonsense_are_errors_not_crashes():
    deep = camt(statement([entry(5, "<a>" * 5000 + "</a>" * 5000)]))
    assert kinds(deep) == ["xml_broken"]
    assert kinds(b"<") == ["xml_broken"]
    assert kinds(b"<?xml version='1.0' encoding='none-such'?><a/>") == ["xml_broken"]
    assert kinds(b" \r\n\x00 ") == ["empty"]
    assert read.read(b"<html><body>Session expired</body></html>") is None
    assert read.read(b"\x89PNG\r\n\x1a\n\x00\x00") is None


def packed(**files):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def test_a_damaged_archive_names_the_file():
    data = bytearray(packed(a=camt(statement([entry(5)], 0, 5))))
    start = 30 + len("a")  # behind the local header: the packed bytes themselves
    data[start : start + 8] = b"\xff" * 8
    with pytest.raises(zlib.error):
        zipfile.ZipFile(io.BytesIO(data)).read("a")
    (problem,) = problems(bytes(data))
    assert (problem.kind, problem.figures) == ("zip_broken", {"file": "a"})


def test_an_archive_is_bounded():
    good = camt(statement([entry(5)], 0, 5))
    assert len(read.read(packed(a=good, b=good))) == 2
    assert kinds(packed(a=packed(b=packed(c=good)))) == ["zip_too_large"]
    assert kinds(packed(**{f"f{n}": good for n in range(501)})) == ["zip_too_large"]
    assert kinds(packed(a=b"\x00" * (read.MAX_BYTES + 1))) == ["zip_too_large"]
    (problem,) = problems(packed(a=good, b=good[:-90]))
    assert (problem.kind, problem.figures["file"]) == ("xml_broken", "b")
    assert kinds(packed(a=good, readme=b"hello")) == ["zip_unknown"]
    assert kinds(packed(a=good)[:-30]) == ["zip_broken"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"]
)
def test_encodings(encoding):
    text = "Müller & Söhne €" if encoding != "iso-8859-1" else "Müller & Söhne"
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    line = entry(5, transaction(text.replace("&", "&amp;")))
    data = camt(statement([line]), prolog=head).decode().encode(encoding)
    assert read.read(data)[0].entries[0].text == text


# === MT940 === #

MT940 = """{1:F01ABNANL2AXXXX0000000000}{2:I940}{4:
:20:STMT1
:25:NL77ABNA0574908765 EUR
:28C:1/1
:60F:C260310EUR1000,00
:61:2603110311C96,80NTRFNONREF//B1REF
:86:/EREF/INV-1//NAME/ACME BV/IBAN/DE89370400440532013000/REMI/INV/2026/0
0012 thanks/
:61:2603110311D20,NMSC12345
:86:Bank fee
:62F:C260311EUR1076,80
-}
"""


def test_mt940():
    (found,) = read.read(MT940.replace("\n", "\r\n").encode())
    assert (found.account, found.currency) == ("NL77ABNA0574908765 EUR", "EUR")
    assert values.balance_problem(found) is None
    paid, fee = found.entries
    assert (paid.date, paid.amount) == (date(2026, 3, 11), Decimal("96.80"))
    assert paid.text == "INV/2026/00012 thanks"
    assert (paid.partner_name, paid.reference) == ("ACME BV", "INV-1")
    assert paid.account_number == "DE89370400440532013000"
    assert (paid.bank_id, fee.bank_id) == ("B1REF", None)
    assert (fee.amount, fee.text, fee.reference) == (-20, "Bank fee", "12345")


def test_german_mt940():
    said = (
        ":86:166?00SEPA-UEBERWEISUNG?109310?20EREF+E2E-1?21SVWZ+RE 2026/0001"
        "?22 Danke?30BYLADEM1?31DE02120300000000202051?32M\u00fcller GmbH"
    )
    data = MT940.replace(":86:Bank fee", said).encode("cp1252")
    line = read.read(data)[0].entries[1]
    assert line.partner_name == "Müller GmbH"
    assert line.account_number == "DE02120300000000202051"
    assert "RE 2026/0001" in line.text


def test_mt940_that_was_cut_off_or_damaged():
    cut = MT940.partition(":62F:")[0].encode()
    (problem,) = problems(cut)
    assert (problem.kind, problem.figures["line"]) == ("mt940_not_closed", 2)
    for bad in (":61:26031", ":61:2603110311C,80X", ":61:2603110311X96,80NTRF"):
        data = MT940.replace(":61:2603110311C96,80NTRFNONREF//B1REF", bad)
        (problem,) = problems(data.encode())
        assert (problem.kind, problem.figures["line"]) == ("mt940_entry", 6)
    two = MT940 + MT940.replace("STMT1", "STMT2")
    assert [each.name for each in read.read(two.encode())] == ["STMT1/1/1", "STMT2/1/1"]


def test_mt940_text_never_opens_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ":20:x\n:25:y").write_text(MT940)
    assert kinds(b":20:x\n:25:y") == ["mt940_not_closed"]


# === OFX === #


def ofx(transactions, head="OFXHEADER:100\nDATA:OFXSGML\nENCODING:USASCII\n\n"):
    return f"""{head}<OFX><BANKMSGSRSV1><STMTTRNRS><TRNUID>1
<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>1<ACCTID>NL77ABNA0574908765<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20260301<DTEND>20260331{transactions}
</BANKTRANLIST><LEDGERBAL><BALAMT>76.80<DTASOF>20260331</LEDGERBAL></STMTRS></STMTTRNRS>
</BANKMSGSRSV1></OFX>"""


OFX_LINE = """
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20260311120000<TRNAMT>96.80<FITID>F1
<NAME>ACME &amp; Söhne<MEMO>INV/2026/00012</STMTTRN>"""


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_ofx(encoding):
    (found,) = read.read(ofx(OFX_LINE).encode(encoding))
    assert (found.account, found.currency) == (IBAN, "EUR")
    assert (found.opening, found.closing) == (None, Decimal("76.80"))
    (line,) = found.entries
    assert (line.date, line.amount) == (date(2026, 3, 11), Decimal("96.80"))
    assert (line.text, line.partner_name) == ("INV/2026/00012", "ACME & Söhne")
    assert line.bank_id == "F1"


def test_an_ofx_account_without_a_closing_balance_keeps_its_lines():
    whole = ofx(OFX_LINE)
    start = whole.index("<STMTTRNRS>")
    end = whole.index("</BANKMSGSRSV1>")
    second = re.sub("<LEDGERBAL>.*?</LEDGERBAL>", "", whole[start:end], flags=re.S)
    second = second.replace(IBAN, "DE2").replace("F1", "G1")
    found = read.read((whole[:end] + second + whole[end:]).encode())
    assert [
        (each.account, each.closing, [line.bank_id for line in each.entries])
        for each in found
    ] == [(IBAN, Decimal("76.80"), ["F1"]), ("DE2", None, ["G1"])]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (("<FITID>F1", ""), "ofx_missing"),
        (("<TRNAMT>96.80", "<TRNAMT>ninety"), "bad_amount"),
        (("20260311120000", "20261311"), "bad_date"),
        (("</STMTTRN>", ""), "ofx_not_closed"),
        (("</BANKTRANLIST>", ""), "ofx_not_closed"),
    ],
)
def test_broken_ofx_tells_the_line(change, kind):
    found = problems(ofx(OFX_LINE).replace(*change).encode())
    assert found[0].kind == kind
    assert found[0].figures["line"]


def test_cut_off_and_hostile_ofx():
    data = ofx(OFX_LINE * 20).encode()
    assert "ofx_not_closed" in kinds(data[: len(data) // 2])
    head = (
        '<?xml version="1.0"?><!DOCTYPE OFX [<!ENTITY x "y">]><?OFX OFXHEADER="200"?>'
    )
    assert kinds(ofx(OFX_LINE, head).encode()) == ["entities"]


# === texts of all kinds === #


@pytest.mark.parametrize(
    "text",
    [
        "100% _under_ 'single' \"double\" \\ back;--",
        "emoji 💶🧾 and accents é ß",
        "حوالة فاتورة ١٢٣ שלום",
        "x" * 10_000,
    ],
)
def test_texts_are_kept_as_they_are(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    (found,) = read.read(camt(statement([entry(5, transaction(escaped))])))
    assert found.entries[0].text == text
    data = MT940.replace("Bank fee", text[:300]).encode()
    assert read.read(data)[0].entries[1].text.replace(" ", "") == text[:300].replace(
        " ", ""
    )


def test_control_characters_are_dropped():
    data = MT940.replace("Bank fee", "Bank\x00 \x07fee\x1b[31m").encode()
    with_mark = b"\xef\xbb\xbf" + data
    assert read.read(with_mark)[0].entries[1].text == "Bank fee[31m"
