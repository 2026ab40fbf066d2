"""Several open items of a known partner, paid by a line that does not name them."""

from datetime import timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matching_cases import DAY, groups_posted, invoice, line, posted
from payment_reconciliation.matching import partner_groups


def owed(*amounts, **values):
    return [
        invoice(number, amount, date=DAY + timedelta(days=number), **values)
        for number, amount in enumerate(amounts, 12)
    ]


def paid(amount, text="thank you", **values):
    return groups_posted([line(text, amount, **{"payer": 7, **values})], ITEMS)


ITEMS = owed(10000, 2511, 7300, 4242, -1000)


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (23053, [{12, 13, 14, 15, 16}]),
        (12511, [{12, 13}]),
        (19811, [{12, 13, 14}]),
        (11542, [{14, 15}]),
        (3242, [{15, 16}]),
        (99999, []),
    ],
    ids=["all", "oldest two", "oldest three", "some", "less a credit note", "none"],
)
def test_the_one_choice_that_fits(amount, expected):
    assert paid(amount) == expected


def test_only_of_a_partner_that_is_known():
    assert paid(12511, payer=None) == []
    assert paid(12511, payer=8) == []
    assert paid(12511, payer=None, partner=7) == [{12, 13}]


def test_one_item_of_the_amount_comes_first():
    items = [*ITEMS, invoice(30, 12511)]
    assert posted([line("thank you", 12511, payer=7)], items) == {(1, 30)}


def test_two_choices_abstain():
    items = owed(10000, 5000, 5000)
    assert groups_posted([line("thank you", 15000, payer=7)], items) == []


def test_round_amounts_fit_by_accident():
    items = owed(*(number * 10000 for number in (3, 5, 9, 17, 33)))
    assert groups_posted([line("thank you", 140000, payer=7)], items) == []


def test_all_that_is_open_needs_no_search():
    items = owed(*range(1001, 1121))
    total = sum(item.amount for item in items)
    group = groups_posted([line("thank you", total, payer=7)], items)
    assert group == [{item.id for item in items}]


def test_a_named_document_is_no_group():
    assert paid(12511, "INV/2026/00012") == []


@given(st.lists(st.integers(-50, 200).filter(bool), min_size=2, max_size=8), st.data())
def test_sums_equal_a_full_search(amounts, data):
    items = owed(*amounts)
    wanted = data.draw(st.integers(-50, 400))
    every = {
        frozenset(places)
        for picks in range(2, len(items) + 1)
        for places in combinations(range(len(items)), picks)
        if sum(amounts[place] for place in places) == wanted
    }
    found = partner_groups.exact_sums(wanted, items)
    assert found <= every
    assert len(found) == min(len(every), 2) or len(found) > 1


def test_a_hostile_set_of_amounts_is_bounded():
    items = owed(*(2 * number for number in range(10_000, 10_040)))
    assert partner_groups.exact_sums(81_001, items) in (None, set())
