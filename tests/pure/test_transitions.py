from itertools import product

import pytest
from integrated_payments.domain import transitions

STATES = ("draft", "pending", "authorized", "done", "cancel", "error")


def test_intent_waiting_for_a_card_is_no_error():
    assert transitions.intent_state("requires_payment_method", failed=False) is None
    assert transitions.intent_state("requires_payment_method", failed=True) == "error"


def test_unknown_statuses_are_not_guessed():
    with pytest.raises(KeyError):
        transitions.intent_state("levitating", failed=False)
    with pytest.raises(KeyError):
        transitions.refund_state("levitating")


def test_money_is_accepted_from_every_state_and_never_taken_back():
    for state in STATES:
        expected = None if state == "done" else "done"
        assert transitions.next_state(state, "done") == expected
    for target in STATES[:3] + STATES[4:]:
        if target != "draft":
            assert transitions.next_state("done", target) is None


def test_a_refund_may_fail_after_it_was_done():
    assert transitions.next_refund_state("done", "error") == "error"
    assert transitions.next_refund_state("done", "pending") is None


def test_applying_a_state_twice_changes_nothing():
    for current, target in product(STATES, transitions.ALLOWED_FROM):
        reached = transitions.next_state(current, target)
        if reached:
            assert transitions.next_state(reached, target) is None
