"""The matching bench's own arithmetic: verdicts, intervals, stories, spellings."""

import random

import pytest

pytest.importorskip("odoo")

from dev.bench._matching import cases, verdicts  # noqa: E402


@pytest.mark.parametrize(
    ("truth", "paid", "expected"),
    [
        ({1: 100}, {1: 100}, ("right", 0)),
        ({1: 100, 2: 50}, {1: 100, 2: 50}, ("right", 0)),
        ({1: 100}, {}, ("abstained", 0)),
        (None, {}, ("abstained", 0)),
        (None, {1: 100}, ("wrong", 100)),
        ({1: 100}, {2: 100}, ("wrong", 100)),
        ({1: 100}, {1: 98}, ("wrong", 2)),
        ({1: 100, 2: -20}, {1: 80}, ("wrong", 40)),
        ({1: 100}, {1: 100, 2: 5}, ("wrong", 5)),
    ],
)
def test_verdicts(truth, paid, expected):
    assert verdicts.judge(truth, paid) == expected


def test_wilson():
    """Zero errors in 3,000: at least 99.87% at 95% confidence."""
    low, high = verdicts.interval(3000, 3000)
    assert (round(low, 4), round(high, 4)) == (0.9987, 1.0)
    assert verdicts.interval(0, 0) == (0.0, 1.0)


def test_summary():
    found = [
        verdicts.Verdict("a", True, "right"),
        verdicts.Verdict("a", True, "abstained"),
        verdicts.Verdict("b", True, "wrong", 500),
        verdicts.Verdict("c", False, "abstained"),
    ]
    figures = verdicts.summary(found)
    assert figures["posted"] == 2
    assert figures["precision %"] == 50.0
    assert round(figures["recall %"], 1) == 33.3
    assert figures["abstained on the unresolvable %"] == 100.0
    assert figures["wrong money"] == 5.0
    assert verdicts.by_case(found)["a"] == (2, 1, 0, 1)


def test_a_seed_tells_one_story():
    one, again = cases.realistic(7, 200), cases.realistic(7, 200)
    assert one.lines == again.lines
    assert one.items == again.items
    assert cases.realistic(8, 200).lines != one.lines


def test_shares():
    assert sum(share for _case, share in cases.SHARES) == 100
    story = cases.realistic(1, 1000)
    unknowable = sum(line.truth is None for line in story.lines) / len(story.lines)
    assert 0.1 < unknowable < 0.2


def test_the_truth_is_worth_what_the_bank_shows():
    settled_by_more = {"early-payment discount", "bank charges", "small difference"}
    for line in cases.realistic(3, 500).lines:
        if line.truth and line.case not in settled_by_more:
            assert sum(line.truth.values()) == (line.euro or line.amount)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("", "INV/2026/00012"),
        ("lower", "inv/2026/00012"),
        ("blanks", "INV 2026 00012"),
        ("no separators", "INV202600012"),
        ("digits", "202600012"),
        ("broken", "INV/20\n26/00012"),
        ("slip", "INV/2026/05012"),
    ],
)
def test_spellings(change, expected):
    assert cases.written("INV/2026/00012", change, random.Random(1)) == expected


def test_stories_with_models():
    assert sum(share for _case, share in cases.MODEL_SHARES) == 100
    limits = {name: most for name, _word, most in cases.MODELS}
    lines = cases.with_models(3, 200).lines
    for line in lines:
        for name, amount in (line.truth or {}).items():
            assert amount == line.amount
            assert name not in limits or -limits[name] <= amount < 0
    assert sum(line.truth is None for line in lines) == 40
