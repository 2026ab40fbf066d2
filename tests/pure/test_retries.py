"""Which refusals are tried again, and when."""

from datetime import date, timedelta

import pytest
from integrated_payments.domain.retries import SOFT, is_soft, next_attempt

DAY = date(2026, 3, 9)


def days(code, attempts):
    found = next_attempt(code, attempts, DAY)
    return found and (found - DAY).days


@pytest.mark.parametrize(
    "code", ["insufficient_funds", "try_again_later", "processing_error"]
)
def test_what_passes_is_tried_after_one_three_and_seven_days(code):
    assert [days(code, number) for number in (1, 2, 3, 4)] == [1, 3, 7, None]


@pytest.mark.parametrize(
    "code",
    [
        "stolen_card",
        "lost_card",
        "pickup_card",
        "expired_card",
        "authentication_required",
        "revocation_of_authorization",
        "do_not_try_again",
        "fraudulent",
        "incorrect_number",
        "transaction_not_allowed",
    ],
)
def test_what_stays_is_never_tried_again(code):
    assert days(code, 1) is None
    assert not is_soft(code)


@pytest.mark.parametrize("code", [None, "", "a_code_of_next_year"])
def test_what_is_not_known_is_left_to_a_person(code):
    assert days(code, 1) is None


def test_a_refusal_without_reason_is_tried_once_more():
    assert [days("generic_decline", number) for number in (1, 2)] == [3, None]


def test_every_row_ends_and_stays_within_the_networks_limits():
    """Visa and Mastercard allow 15 tries in 30 days; we stay far below."""
    for code in SOFT:
        day, tries = DAY, 0
        while day:
            tries += 1
            assert tries < 10
            last, day = day, next_attempt(code, tries, day)
        assert tries <= 4
        assert last - DAY <= timedelta(days=30)


def test_a_refusal_must_be_counted():
    with pytest.raises(ValueError, match="counted"):
        next_attempt("insufficient_funds", 0, DAY)
