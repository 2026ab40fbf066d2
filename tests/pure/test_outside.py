"""Whose a payment outside Odoo is and what it pays: the decisions alone."""

import pytest
from integrated_payments.domain.outside import (
    Customer,
    Document,
    channel_of,
    decide_customer,
    decide_documents,
    quotable,
)

ADA, BEN = 7, 8


def invoice(ref, open_, customer=ADA):
    return Document("invoice", ref, customer, open_, f"INV/{ref}")


def order(ref, open_, customer=ADA):
    return Document("order", ref, customer, open_, f"S{ref}")


@pytest.mark.parametrize(
    ("candidates", "decided"),
    [
        ([("gateway", {ADA}), ("email", {BEN})], Customer(ADA, "gateway")),
        ([("gateway", set()), ("email", {ADA})], Customer(ADA, "email")),
        ([("email", set()), ("phone", {ADA})], Customer(ADA, "phone")),
        ([("email", {ADA, BEN}), ("phone", {ADA})], Customer(None, "ambiguous_email")),
        ([("email", set()), ("phone", set())], Customer(None, "unknown")),
    ],
)
def test_the_first_way_that_finds_anybody_decides(candidates, decided):
    assert decide_customer(candidates) == decided


@pytest.mark.parametrize(
    ("origin", "method", "channel"),
    [
        (None, "card", "dashboard"),
        ("link", "card", "link"),
        ("subscription", "sepa_debit", "subscription"),
        (None, "card_present", "terminal"),
        ("invoice", "interac_present", "terminal"),
    ],
)
def test_channel(origin, method, channel):
    assert channel_of(origin, method) == channel


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Invoice INV/2026/00042, thank you", "INV/2026/00042"),
        ("(s00042)", "S00042"),
        ("RF18 5390 0754 7034", "RF18539007547034"),
        ("RF18 5390 0754 7034", "RF18 5390 0754 7034"),
        ("order: S00042.", "S00042"),
        ("Fact-2026-0012 merci", "Fact-2026-0012"),
    ],
)
def test_whole_names_are_read_from_a_text(text, name):
    assert name in quotable([text])


@pytest.mark.parametrize("text", ["", None, "thank you", "42", "part of XS000421"])
def test_no_name_is_a_part_of_another(text):
    assert "S00042" not in quotable([text])
    assert "42" not in quotable([text])


def test_a_long_text_is_bounded():
    assert len(quotable(["a1b2 " * 10_000])) < 100


def test_a_quoted_document_is_paid_even_by_another_amount():
    match = decide_documents([invoice(1, 5000)], [], 3000, ADA)
    assert (match.documents, match.how, match.reason) == (
        (invoice(1, 5000),),
        "quoted",
        "",
    )


def test_what_is_paid_beyond_the_open_amount_is_told():
    match = decide_documents([invoice(1, 5000)], [], 5500, ADA)
    assert (match.reason, match.surplus, match.about) == ("surplus", 500, "INV/1")


def test_a_quoted_document_tells_whose_an_unknown_payment_is():
    assert decide_documents([order(1, 5000)], [], 5000, None).documents


@pytest.mark.parametrize(
    ("quoted", "reason"),
    [
        ([invoice(1, 0)], "closed"),
        ([invoice(1, 5000, BEN)], "other_customer"),
        ([invoice(1, 5000), invoice(2, 5000, BEN)], "several_customers"),
        ([invoice(1, 5000), invoice(2, 5000)], "several"),
        ([order(1, 2000), order(2, 3000)], "several"),
    ],
)
def test_what_is_quoted_but_not_certain_is_left(quoted, reason):
    """Even where an open document is over just that amount: it was named otherwise."""
    match = decide_documents(quoted, [invoice(9, 5000)], 5000, ADA)
    assert (match.documents, match.reason) == ((), reason)


def test_several_invoices_are_paid_by_their_sum_or_the_one_by_its_amount():
    pair = [invoice(1, 2000), invoice(2, 3000)]
    assert decide_documents(pair, [], 5000, ADA).documents == tuple(pair)
    assert decide_documents(pair, [], 3000, ADA).documents == (pair[1],)


def test_the_exact_amount_decides_only_if_unique():
    open_ = [invoice(1, 5000), order(2, 4000), invoice(3, 4000)]
    assert decide_documents([], open_, 5000, ADA).documents == (open_[0],)
    assert decide_documents([], open_, 4000, ADA).reason == "several"
    nothing = decide_documents([], open_, 4999, ADA)
    assert (nothing.documents, nothing.reason) == ((), "")
