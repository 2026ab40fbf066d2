import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_reconciliation.matching import extract, keys

DIGITS = st.text("0123456789", min_size=4, max_size=6)


def found(*texts):
    return set(extract.references(texts))


@pytest.mark.parametrize(
    "text",
    [
        "INV/2026/00012",
        "Payment inv/2026/00012, thanks",
        "re:INV 2026 00012.",
        "(INV-2026-00012)",
        "INV/2026/000 12 ACME",
        "ＩＮＶ/２０２６/０００１２",
        "FACT.INV/2026/00012;",
        "INV/2026/00012/INV/2026/00013",
        "R\u00e9f: INV202600012",
    ],
)
def test_a_reference_is_found_however_it_is_written(text):
    assert "INV202600012" in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "INV/2026/000123",
        "1INV/2026/00012",
        "INV/2026/00012-45",
        "INV/2026/00012.50",
        "RINV/2026/00012",
        "INV/2026/0001",
        "INV 2026",
        "",
    ],
)
def test_a_part_of_a_longer_reference_is_not_found(text):
    assert "INV202600012" not in found(text)


def test_digits_behind_letters_are_part_of_that_reference():
    assert "202600012" not in found("BILL/2026/00012")
    assert "202600012" in found("invoice 202600012 of March")
    assert "202600012" in found("Rech.Nr.202600012")
    assert "202600012" not in found("55-202600012")


def test_a_run_never_spans_two_texts():
    assert "INV202600012" not in found("INV/2026/", "00012")


def test_digits_joined_over_blanks_are_known_to_be_broken():
    assert extract.references(["INV/2026/000 12"])["INV202600012"].broken
    assert not extract.references(["INV 2026/00012"])["INV202600012"].broken
    both = ["INV/2026/000 12", "INV/2026/00012"]
    assert not extract.references(both)["INV202600012"].broken


def test_structured_references():
    assert "123456789012" in found("***123/4567/89012***")
    assert "RF18539007547034" in found("RF18 5390 0754 7034")


def test_ids_of_letters_with_few_digits():
    assert "POABCDEFGHIJKLMNOPQ7" in found("STRIPE po_AbcdefghijklmnopQ7")


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("STRIPE", "Stripe Payments UK", True),
        ("Stripe", "ACMESTRIPE", False),
        ("ACME Shop", "PAYOUT ACME  SHOP 12", True),
        ("ACME Shop", "ACME 12 SHOP", False),
        ("", "anything", False),
        ("---", "---", False),
    ],
)
def test_names(name, text, expected):
    assert extract.names_whole(name, [text]) is expected


@given(DIGITS, DIGITS, st.sampled_from(["/", "-", ".", ""]))
def test_no_number_inside_a_longer_one(number, more, gap):
    number = f"20{number}"
    for text in (f"{number}{gap}{more}", f"{more}{gap}{number}"):
        values = {
            value
            for value, place in extract.references([text]).items()
            if not place.broken
        }
        whole = keys.normalise(text)
        assert number not in values or number in (whole, whole.lstrip("0"))


@given(st.text(max_size=300))
def test_any_text_is_borne(text):
    for value, place in extract.references([text]).items():
        assert value == keys.normalise(value)
        assert len(value) <= extract.MAX_LENGTH
        assert place.start <= place.end


def test_a_long_memo_is_bounded():
    assert len(found("12345 67890 " * 20000)) <= extract.MAX_ATOMS * 10


@given(st.text(min_size=1, max_size=40))
def test_normalising_twice_changes_nothing(text):
    once = keys.normalise(text)
    assert keys.normalise(once) == once
    assert set(once) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
