"""From lines and open items to what is posted and what is only proposed."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_cases import (
    DAY,
    PAYOUT_REF,
    decide,
    groups_posted,
    held,
    invoice,
    line,
    payout,
    posted,
)
from payment_reconciliation.matching import assign, gates, join, keys, score


def test_number_and_amount():
    assert posted([line("INV/2026/00012")], [invoice()]) == {(1, 12)}


@pytest.mark.parametrize(
    ("changed", "gate"),
    [
        ({"amount": 9999}, "amount"),
        ({"amount": 10001}, "amount"),
        ({"partner": 8}, "partner"),
        ({"company": 2}, "company"),
    ],
)
def test_what_is_only_proposed(changed, gate):
    assert held([line("INV/2026/00012", **changed)], [invoice()]) == [(gate,)]


@pytest.mark.parametrize(
    "changed", [{"amount": -10000}, {"currency": "USD"}, {"amount": 0}]
)
def test_what_is_not_even_proposed(changed):
    assert decide([line("INV/2026/00012", **changed)], [invoice()]) == []


def test_amount_alone_is_no_anchor():
    assert held([line("thank you")], [invoice()]) == [("anchor",)]


def test_short_number_needs_partner_and_unique_amount():
    short = invoice(keys=keys.document_keys("1001"))
    assert not posted([line("invoice 1001")], [short])
    assert posted([line("invoice 1001", partner=7)], [short])
    shared = replace(short, sharing=2, sharing_partner=2)
    assert not posted([line("invoice 1001", partner=7)], [shared])


def test_the_partners_bank_account_and_an_amount_that_it_owes_once():
    paid = line("thank you", payer=7)
    assert posted([paid], [invoice(sharing=5)]) == {(1, 12)}
    assert held([paid], [invoice(sharing=5, sharing_partner=2)]) == [("anchor",)]
    assert not posted([line("thank you", payer=8)], [invoice()])
    assert not posted([line("thank you", payer=7, partner=8)], [invoice()])


def test_the_bank_account_does_not_outweigh_another_number():
    """A number made like ours that is not open: settled, or not known yet."""
    assert held([line("INV/2026/00099", payer=7)], [invoice()]) == [("others",)]
    assert posted([line("order S00099", payer=7)], [invoice()]) == {(1, 12)}


def test_somebody_else_pays():
    assert posted([line("INV/2026/00012", payer=8)], [invoice()]) == {(1, 12)}
    short = invoice(keys=keys.document_keys("1001"))
    assert not posted([line("invoice 1001", payer=8)], [short])


def test_two_documents_named():
    """Two invoices of 100.00 named, 100.00 paid: a person must say which."""
    items = [invoice(12), invoice(13)]
    decisions = decide([line("INV/2026/00012 + INV/2026/00013")], items)
    assert [each.held_by for each in decisions] == [("others",), ("others",)]


BOTH = "INV/2026/00012 INV/2026/00013"


def test_a_group_that_the_text_names():
    items = [invoice(12), invoice(13, amount=2500), invoice(14, amount=2500)]
    assert groups_posted([line(BOTH, 12500)], items) == [{12, 13}]


def test_a_group_less_a_credit_note():
    items = [invoice(12), invoice(13, amount=-2500)]
    assert groups_posted([line(BOTH, 7500)], items) == [{12, 13}]
    assert not groups_posted([line(BOTH, -7500)], items)


@pytest.mark.parametrize("amount", [12499, 12501, 2500, 25000])
def test_a_group_that_does_not_add_up(amount):
    items = [invoice(12), invoice(13, amount=2500)]
    assert not groups_posted([line(BOTH, amount)], items)


@pytest.mark.parametrize(
    "changed", [{"partner": 8}, {"company": 2}, {"waits_for": "not_posted"}]
)
def test_a_group_that_is_only_proposed(changed):
    items = [invoice(12), invoice(13, amount=2500, **changed)]
    decisions = decide([line(BOTH, 12500)], items)
    assert not any(each.posts for each in decisions)


def test_all_instalments_of_one_document():
    items = [
        invoice(number, document=12, amount=2500, keys=invoice(12).keys)
        for number in (1, 2, 3)
    ]
    assert groups_posted([line("INV/2026/00012", 7500)], items) == [{1, 2, 3}]


def test_a_sum_that_only_happens_to_fit_is_no_group():
    items = [invoice(12), invoice(13, amount=2500)]
    assert not groups_posted([line("thank you", 12500)], items)


def test_a_part_is_posted_if_the_text_names_the_document():
    assert posted([line("INV/2026/00012", 6000)], [invoice()]) == {(1, 12)}
    assert held([line("INV/2026/000 12", 6000)], [invoice()]) == [("amount",)]
    assert not decide([line("thank you", 6000)], [invoice()])


@pytest.mark.parametrize(("amount", "posts"), [(9499, True), (9500, False)])
def test_a_little_less_is_rather_a_deduction(amount, posts):
    assert bool(posted([line("INV/2026/00012", amount)], [invoice()])) == posts


def test_parts_of_one_document_until_it_is_paid():
    first = line("INV/2026/00012", 4000)
    rest = line("INV/2026/00012", 6000, number=2)
    assert posted([first, rest], [invoice()]) == {(1, 12), (2, 12)}
    more = line("INV/2026/00012", 6100, number=2)
    assert held([first, more], [invoice()]) == [("tie",), ("tie",)]


def test_early_payment_discount_in_time():
    item = invoice(discounted=9800, discount_until=DAY)
    assert posted([line("INV/2026/00012", 9800)], [item]) == {(1, 12)}
    late = line("INV/2026/00012", 9800, date=DAY + timedelta(1))
    assert held([late], [item]) == [("amount",)]
    assert held([line("INV/2026/00012", 9801)], [item]) == [("amount",)]
    assert not decide([line("thank you", 9800)], [item])


def test_a_reference_inside_a_longer_one_of_another_document():
    """ "REF-INV/2026/00012" is one reference; what it encloses is not named."""
    longer = invoice(99, keys=keys.document_keys("REF-INV/2026/00012"))
    assert posted([line("REF-INV/2026/00012")], [invoice(), longer]) == {(1, 99)}


def test_the_same_payment_twice():
    lines = [line("INV/2026/00012"), line("INV/2026/00012", number=2)]
    assert held(lines, [invoice()]) == [("tie",), ("tie",)]


def test_equal_instalments_of_one_document():
    later = invoice(13, document=12, date=DAY + timedelta(30))
    later = replace(later, keys=invoice().keys)
    assert posted([line("INV/2026/00012")], [later, invoice()]) == {(1, 12)}


def test_payout_by_its_id():
    assert posted([line(f"STRIPE {PAYOUT_REF}")], [payout()]) == {(1, 50)}


def test_payout_by_gateway_amount_and_date():
    assert posted([line("STRIPE SEPA")], [payout()]) == {(1, 50)}
    assert not posted([line("SEPA")], [payout()])
    late = line("STRIPE SEPA", date=DAY + timedelta(score.NEAR_DAYS + 1))
    assert not posted([late], [payout()])


def test_two_payouts_of_one_amount():
    twins = [payout(), payout("po_1TqX8sKz2YbN9999", number=51)]
    assert held([line("STRIPE")], twins) == [("anchor",), ("anchor",)]
    assert posted([line(PAYOUT_REF)], twins) == {(1, 50)}


def test_a_twin_of_long_ago_does_not_disturb():
    old = payout("po_1TqX8sKz2YbN9999", number=51, date=DAY - timedelta(60))
    assert posted([line("STRIPE")], [payout(), old]) == {(1, 50)}


def test_payout_that_is_not_posted_yet():
    waiting = payout(waits_for="not_posted")
    assert held([line(PAYOUT_REF)], [waiting]) == [("not_posted",)]


def test_payout_and_invoice_of_one_amount():
    """The text names the payout; an invoice of the same amount is no rival."""
    assert posted([line(PAYOUT_REF)], [payout(), invoice()]) == {(1, 50)}


def test_proposals_are_bounded_and_the_best_comes_first():
    items = [invoice(number, sharing=9) for number in range(1, 10)]
    decisions = decide([line("INV/2026/00004")], items)
    assert len(decisions) == assign.MAX_PROPOSALS
    assert decisions[0].posts
    assert decisions[0].candidate.item.id == 4


def test_an_amount_that_many_have_proves_little():
    rare, common = (
        score.candidates_of(line("x"), [invoice(sharing=count)])[0].score
        for count in (1, 64)
    )
    assert rare - common == 6  # bits
    assert score.chances([rare]) == [0.5]


def test_chances_of_one_line_exclude_each_other():
    assert score.chances([30.0, 30.0]) == pytest.approx([0.5, 0.5], abs=0.001)
    assert score.chances([1e9, -1e9]) == pytest.approx([1.0, 0.0], abs=0.001)
    assert score.chances([]) == []
    twins = [payout(), payout("po_1TqX8sKz2YbN9999", number=51)]
    assert all(each.chance < 0.5 for each in decide([line("STRIPE")], twins))


ITEMS = st.lists(
    st.builds(
        invoice,
        number=st.integers(1, 6),
        amount=st.sampled_from([10000, 5000, -10000]),
        partner=st.sampled_from([None, 7, 8]),
        company=st.sampled_from([1, 2]),
        sharing=st.integers(1, 3),
    )
    | st.builds(
        payout, number=st.integers(50, 52), amount=st.sampled_from([10000, 5000])
    ),
    max_size=8,
    unique_by=lambda item: (item.kind, item.id),
)
LINES = st.lists(
    st.builds(
        line,
        text=st.sampled_from(
            ["STRIPE", PAYOUT_REF, "hello", "INV/2026/00001 INV/2026/00002"]
            + [f"INV/2026/{number:05}" for number in range(1, 7)]
        ),
        amount=st.sampled_from([10000, 5000, -10000]),
        number=st.integers(1, 6),
        partner=st.sampled_from([None, 7, 8]),
    ),
    max_size=6,
    unique_by=lambda each: each.id,
)


@given(LINES, ITEMS)
def test_what_is_posted_is_proven_and_never_more_than_is_open(lines, items):
    decisions = decide(lines, items)
    posts = [each.candidate for each in decisions if each.posts]
    assert len({each.line.id for each in posts}) == len(posts)
    paid = Counter()
    for each in posts:
        assert gates.closed_for(each) == ()
        total = sum(item.amount for item in each.items)
        if each.how == "partial":
            assert 0 < each.line.amount / total < 1
        else:
            assert each.line.amount == total
        for item in each.items:
            assert each.line.company == item.company
            share = each.line.amount if each.how == "partial" else item.amount
            paid[item] += share
    assert all(abs(share) <= abs(item.amount) for item, share in paid.items())


@given(LINES, ITEMS, st.randoms(use_true_random=False))
def test_the_order_of_lines_and_items_does_not_matter(lines, items, random):
    expected = posted(lines, items)
    random.shuffle(lines)
    random.shuffle(items)
    assert posted(lines, items) == expected


@given(LINES, ITEMS)
def test_the_join_finds_what_a_full_comparison_finds(lines, items):
    pairs = {
        (each.line.id, each.item.kind, each.item.id)
        for each in join.candidates(lines, items)
        if not gates.IMPOSSIBLE & set(gates.closed_for(each))
    }
    full = {
        (each.line.id, each.item.kind, each.item.id)
        for one in lines
        for each in score.candidates_of(one, assign.first_instalments(items))
        if not gates.IMPOSSIBLE & set(gates.closed_for(each))
    }
    assert pairs == full
