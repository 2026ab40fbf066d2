"""What the balance proof asks the gateway: the balance's parts, and new movements."""

from datetime import datetime, timedelta, timezone

import pytest
from integrated_payments.gateway.stripe_client import StripeGateway
from integrated_payments.gateway.types import Balance

from dev.stripe_sandbox.client import KEY

LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def gateway(sandbox):
    """The product's own client of the sandbox."""
    return StripeGateway(KEY, sandbox.url)


def test_parts_of_the_balance_are_kept_apart(gateway, paid, sandbox):
    paid(10000)
    assert gateway.balance() == {"USD": Balance(available=0, pending=9680)}
    sandbox.advance(days=3)
    found = gateway.balance()["USD"]
    assert found.total == found.available + found.pending


def test_the_total_is_the_sum_of_the_movements(gateway, paid, sandbox):
    """With a reserve, whose mirror is another balance's."""
    paid(10000)
    paid(500, "eur")
    sandbox.reserve(amount=3000)
    sums = {}
    for movement in gateway.movements_since(LONG_AGO):
        if movement.balance_type == "payments":
            sums[movement.currency] = sums.get(movement.currency, 0) + movement.net
    totals = {code: held.total for code, held in gateway.balance().items()}
    assert {code: total for code, total in totals.items() if total} == sums


def test_only_newer_movements_and_no_more_than_asked(gateway, paid, sandbox):
    first = paid(1000).balance_transaction
    sandbox.advance(hours=5)
    newer = [paid(2000).balance_transaction for _time in range(3)]
    now = datetime.fromtimestamp(sandbox.clock()["now"], timezone.utc)
    found = gateway.movements_since(now - timedelta(hours=1))
    assert {movement.ref for movement in found} == set(newer)
    assert len(gateway.movements_since(LONG_AGO, limit=2)) == 2
    assert first in {movement.ref for movement in gateway.movements_since(LONG_AGO)}
