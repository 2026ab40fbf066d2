"""References that are nearly an open item's, and money that is nearly its amount."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_cases import decide, held, invoice, line, posted
from payment_reconciliation.matching import charges, extract, keys, near
from payment_reconciliation.matching.values import Policy

LETTERS = st.text("AB01", min_size=1, max_size=8)


def edits(text):
    """Yield all texts that are one slip away from ``text``."""
    for place in range(len(text) + 1):
        head, tail = text[:place], text[place:]
        yield from (head + each + tail for each in "AB01")
        if tail:
            yield head + tail[1:]
            yield from (head + each + tail[1:] for each in "AB01")
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]


@given(LETTERS, LETTERS)
def test_one_slip_is_what_one_edit_makes(one, other):
    expected = one != other and other in set(edits(one))
    assert near.is_one_slip(one, other) is expected


# === A slip of the pen === #


@pytest.mark.parametrize(
    "text", ["INV/2026/0012", "INV/2026/00021", "IVN/2026/00012", "INV/2026/000123"]
)
def test_a_slip_with_partner_and_amount(text):
    assert posted([line(text, payer=7)], [invoice()]) == {(1, 12)}
    named = invoice(partner_name="Deco Addict GmbH")
    assert posted([line(f"{text} Deco Addict")], [replaced(text, named)]) == {(1, 12)}


def replaced(text, item):
    """The name and the reference are two texts of one line."""
    assert extract.names_partner(item.partner_name, [f"{text} Deco Addict"])
    return item


@pytest.mark.parametrize(
    "values", [{}, {"payer": 8}, {"partner": 8}, {"partner": 7, "amount": 9999}]
)
def test_a_slip_alone_proves_nothing(values):
    assert not posted([line("INV/2026/00021", **values)], [invoice()])


def test_a_slip_among_items_of_the_amount():
    shared = invoice(sharing=2, sharing_partner=2)
    assert not posted([line("INV/2026/0012", payer=7)], [shared])


def test_the_next_number_is_no_slip():
    """It names another document: open, settled or of anybody."""
    items = [invoice(12), invoice(13, amount=2500)]
    assert held([line("INV/2026/00013", payer=7)], items)[0] != ()
    assert near.slip(invoice(), {"INV202600013": None}, {"INV202600013"}) is None


# === Cut off === #


@pytest.mark.parametrize(
    "text", ["ACME Ltd invoice INV/2026/000", "Re INV/2026/0001", "V/2026/00012 thanks"]
)
def test_cut_off_with_an_amount_of_its_own(text):
    assert posted([line(text)], [invoice()]) == {(1, 12)}
    assert not posted([line(text)], [invoice(sharing=2)])
    assert not posted([line(text, partner=8)], [invoice()])
    assert not posted([line(text, 9999)], [invoice()])


@pytest.mark.parametrize(
    "text", ["INV/2026", "INV/2026/0001 for the goods", "INV/2027/000"]
)
def test_too_little_or_in_the_midst_is_not_cut_off(text):
    assert not posted([line(text)], [invoice()])


# === Other forms of a reference === #


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("RF18 5390 0754 7034", "RF18539007547034"),
        ("RF18 5390 0754 7034", "/RFB/RF18 5390 0754 7034/REMI/"),
        ("539007547034", "RF18539007547034"),
        ("+++090/9337/55493+++", "090933755493"),
        ("+++090/9337/55493+++", "***90933755493***"),
        ("21 00000 00003 13947 14300 09017", "210000000003139471430009017"),
        ("00 00000 00000 13947 14300 09017", "139471430009017"),
        ("13947 14300 09017", "000000000000139471430009017"),
        ("1234561", "Viite 00000000000001234561"),
    ],
)
def test_structured_references(reference, text):
    item = invoice(keys=keys.document_keys("INV/2026/00012", reference))
    expected = {(1, 12)} if len(keys.digits(reference)) > 7 else set()
    assert posted([line(text)], [item]) == expected


# === Charges and tolerance === #


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("INV/2026/00012 /CHGS/EUR5,00/", 500),
        ("Charges: 5.00 EUR", 500),
        ("ENTGELT 5,00", 500),
        ("Gebühren: EUR 7,50", 750),
        ("/CHGS/USD5,00/", 0),
        ("charges 5", 0),
        ("charges 5.00 charges 7.00", 0),
        ("recharges 5.00", 0),
        ("charges 50.00", 0),
    ],
)
def test_stated_charges(text, expected):
    assert charges.stated((text,), "EUR", 2, 10000) == expected


def test_charges_explain_what_is_missing():
    paid = line("INV/2026/00012", 9500, charges=500)
    assert posted([paid], [invoice()]) == {(1, 12)}
    assert [each.candidate.how for each in decide([paid], [invoice()])] == ["charges"]
    assert not posted([line("INV/2026/00012", 9500)], [invoice()])
    assert not posted([line("thanks", 9500, charges=500, payer=7)], [invoice()])


@pytest.mark.parametrize(
    ("amount", "posts"), [(9998, True), (10002, True), (9997, False), (10003, False)]
)
def test_tolerance(amount, posts):
    policy = Policy(tolerance=5, tolerance_percent=0.02)
    paid = line("INV/2026/00012", amount, policy=policy)
    assert bool(posted([paid], [invoice()])) is posts
    assert not posted([line("thanks", amount, policy=policy, payer=7)], [invoice()])


def test_no_tolerance_unless_set():
    assert not posted([line("INV/2026/00012", 9999)], [invoice()])
