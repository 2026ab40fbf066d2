"""Reconciliation models: conditions, order, splits to the cent, hostile expressions."""

import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from payment_reconciliation.matching import regexes, rules
from payment_reconciliation.matching.rules import Rule, RuledLine, Share


def line(text="Bank fee March 12", amount=-1210, **values):
    return RuledLine(**{"texts": (text,), "amount": amount, "journal": 1, **values})


@pytest.mark.parametrize(
    ("rule", "takes"),
    [
        (Rule(1), True),
        (Rule(1, label="contains", text="BANK FEE"), True),
        (Rule(1, label="contains", text="rent"), False),
        (Rule(1, label="contains", text=""), False),
        (Rule(1, label="not_contains", text="rent"), True),
        (Rule(1, label="not_contains", text="FEE"), False),
        (Rule(1, amount="lower", high=1210), True),
        (Rule(1, amount="lower", high=1209), False),
        (Rule(1, amount="greater", low=1210), True),
        (Rule(1, amount="greater", low=1211), False),
        (Rule(1, amount="between", low=1000, high=1300), True),
        (Rule(1, amount="between", low=1211, high=1300), False),
        (Rule(1, partners=frozenset({5})), False),
        (Rule(1, journals=frozenset({1, 2})), True),
        (Rule(1, journals=frozenset({2})), False),
        (Rule(1, label="contains", text="fee", amount="lower", high=1), False),
    ],
)
def test_all_conditions_must_hold(rule, takes):
    assert (rules.applies(line(), rule) is not None) is takes


def test_the_first_in_order_applies():
    several = [Rule(1, label="contains", text="rent"), Rule(2), Rule(3)]
    rule, evidence = rules.first_that_applies(line(), several)
    assert rule.id == 2
    assert [each.kind for each in evidence] == ["rule_always"]
    assert rules.first_that_applies(line(), several[:1]) == (None, ())


def test_partner_and_expression_give_evidence():
    found = {"fee (\\w+)": {"Bank fee March 12": "March"}}
    rule = Rule(1, label="match_regex", text="fee (\\w+)", partners=frozenset({5}))
    evidence = rules.applies(line(partner=5, found=found), rule)
    assert [each.kind for each in evidence] == ["rule_regex", "rule_partner"]
    assert evidence[0].figures == {"found": "March"}
    assert rules.applies(line("Else", partner=5, found=found), rule) is None


PERCENT = st.decimals("0.01", "100", places=4).map(Fraction)
SHARES = st.one_of(
    st.builds(Share, st.sampled_from(["percentage", "percentage_st_line"]), PERCENT),
    st.builds(Share, st.just("fixed"), st.integers(-(10**9), 10**9)),
)


@given(st.integers(-(10**12), 10**12), st.lists(SHARES, max_size=8))
def test_nothing_is_lost(amount, shares):
    parts, rest = rules.split(amount, shares)
    assert sum(parts) + rest == amount
    parts, rest = rules.split(amount, [*shares, Share("percentage", Fraction(100))])
    assert rest == 0
    assert sum(parts) == amount


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(1, 10**4), min_size=1, max_size=9),
)
def test_percentages_that_make_a_hundred_take_all(amount, weights):
    shares = [
        Share("percentage_st_line", Fraction(100 * each, sum(weights)))
        for each in weights
    ]
    parts, rest = rules.split(amount, shares)
    assert (sum(parts), rest) == (amount, 0)


def test_the_amount_from_the_label():
    found = {"BRT: ([\\d,.]+)": {"x BRT: 3.358,07 C": "3.358,07"}}
    shares = [Share("regex", pattern="BRT: ([\\d,.]+)"), Share("percentage", 100)]
    seen = line("x BRT: 3.358,07 C", found=found)
    assert rules.split(335000, shares, seen) == ([335807, -807], 0)
    assert rules.split(-335807, shares, seen) == ([-335807, 0], 0)
    assert rules.split(1000, shares, line(found=found)) == ([0, 1000], 0)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("3358,07", 335807),
        ("3.358,07", 335807),
        ("3,358.07", 335807),
        ("1.234", 123400),
        ("1,234,567", 123456700),
        ("12.5", 1250),
        ("7", 700),
        ("1 234,50", 123450),
        ("1'234.50", 123450),
        ("", 0),
        (None, 0),
        ("abc", 0),
        ("...", 0),
    ],
)
def test_amounts_as_people_write_them(text, units):
    assert rules.parse_amount(text) == units


def test_expressions_are_found_without_regard_to_case():
    found = regexes.search("fee: ([\\d.]+)|rent", ["FEE: 3.20 x", "Rent May", "else"])
    assert found == {"FEE: 3.20 x": "3.20", "Rent May": "Rent"}


def test_an_expression_that_never_ends_is_stopped():
    begun = time.monotonic()
    assert regexes.search("(a+)+$", ["a" * 60 + "b"], seconds=0.5) is None
    assert time.monotonic() - begun < 5
    assert regexes.search("(", ["x"]) is None
    assert regexes.search("x", []) == {}


def test_words_that_stay():
    assert rules.stable_words("Fee 03/2026 Mar account AB12 service") == (
        "fee",
        "account",
        "service",
    )


def test_three_times_the_same_is_a_habit():
    labels = ["Rent 01/2026 office", "Rent 02/2026 office", "Rent 03/2026 office"]
    booked = [(label, False, 7, number) for number, label in enumerate(labels)]
    key = (7, False, ("rent", "office"))
    assert rules.habits(booked) == {key: [0, 1, 2]}
    assert not rules.habits(booked[:2])
    assert not rules.habits([*booked, (labels[0], False, 8, 9)]), "two accounts"
    assert not rules.habits([("12/2026", False, 7, each) for each in range(5)])
    kind, text = rules.condition_for(key[2], labels)
    assert kind == "match_regex"
    assert set(regexes.search(text, labels)) == set(labels)
    assert rules.condition_for(("rent",), labels) == ("contains", "rent")
