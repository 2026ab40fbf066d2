"""How much of a charge a movement stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from integrated_payments.domain import captures
from integrated_payments.gateway.stripe import translate


@pytest.mark.parametrize(
    ("movement", "captured", "authorized", "rate", "expected"),
    [
        (10800, 6000, 10000, 1.08, 10000),  # booked as a whole, the rest reversed
        (6480, 6000, 10000, 1.08, 6000),  # booked net
        (67, 10000, 20000, 0.0067, 10000),  # yen, settled in cents
        (325, 1000, 1010, 0.325, 1000),  # dinar in thousandths
    ],
)
def test_a_charge_is_booked_net_or_gross(
    movement, captured, authorized, rate, expected
):
    found = captures.booked_gross(movement, captured, authorized, rate)
    assert found == expected


@given(amount=st.integers(1, 10**12), part=st.integers(0, 10**9), whole=st.integers(1))
def test_a_share_of_all_is_all_and_parts_stay_within(amount, part, whole):
    assert captures.share_of(-whole, whole, amount) == amount
    share = captures.share_of(min(part, whole), whole, amount)
    assert 0 <= share <= amount


def test_only_the_released_rest_is_no_refund():
    assert captures.is_release(10000, 10000, 0)  # a void
    assert captures.is_release(4000, 10000, 6000)
    assert not captures.is_release(2000, 10000, 6000)
    assert not captures.is_release(10000, 10000, 10000)


def test_charge_tells_until_when_it_can_be_captured():
    charge = translate(
        "charge",
        {
            "id": "ch_1",
            "status": "succeeded",
            "amount": 100,
            "currency": "usd",
            "created": 1760000000,
            "livemode": False,
            "payment_method_details": {
                "type": "card",
                "card": {"capture_before": 1760604800},
            },
            "failure_balance_transaction": "txn_1",
        },
    )
    assert (charge.capture_before - charge.created).days == 7
    assert charge.failure_balance_transaction_ref == "txn_1"
