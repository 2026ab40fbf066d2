import pytest
from payment_reconciliation.matching import keys


def values(*args, **kwargs):
    return {key.kind: key.value for key in keys.document_keys(*args, **kwargs)}


def test_keys_of_an_invoice():
    assert values("INV/2026/00012", "+++123/4567/89012+++", "PO 77123") == {
        "number": "INV202600012",
        "digits": "202600012",
        "reference": "123456789012",
        "ref": "PO77123",
    }


def test_a_reference_equal_to_the_number_is_one_key():
    assert values("INV/2026/00012", "INV/2026/00012") == {
        "number": "INV202600012",
        "digits": "202600012",
    }


def test_a_bill_is_known_by_its_vendors_number():
    assert values("BILL/2026/01/0001", None, "RG-0815", "vendor_number")[
        "vendor_number"
    ] == ("RG0815")


@pytest.mark.parametrize("text", [None, "", "/", "ACME", "A1", "No 12"])
def test_what_names_nothing_is_no_key(text):
    assert values(text) == {}


@pytest.mark.parametrize(
    ("value", "strong"),
    [
        ("INV202600012", True),
        ("F1001", True),
        ("1001", False),
        ("1234567", False),
        ("20260012", True),
        ("INV12", False),
        ("POABCDEFGHIJKLMNOPQ7", True),
        ("ABCDEFGHIJKLMNOPQRS", False),
    ],
)
def test_strength(value, strong):
    assert keys.is_strong(value) is strong


def test_keys_of_a_payout():
    assert [
        (key.kind, key.value)
        for key in keys.payout_keys("po_1TqX8sKz2YbN4mVw", "021000021234567")
    ] == [("payout_id", "PO1TQX8SKZ2YBN4MVW"), ("trace_id", "021000021234567")]
    assert keys.payout_keys("po_1", None) == ()
