"""Which account bears a fee: the same one that the postings book it on."""

from datetime import datetime, timezone

import pytest
from integrated_payments.domain import fees
from integrated_payments.domain.categories import RULES
from integrated_payments.domain.postings import posting_of
from integrated_payments.gateway.types import BalanceTransaction


def booked(category, amount, details):
    """Return {role: minor units} of the fee roles of a movement's entry."""
    fee = sum(minor for _kind, minor in details)
    movement = BalanceTransaction(
        ref="txn_1",
        category=category,
        type="any",
        amount=amount,
        fee=fee,
        tax=sum(minor for kind, minor in details if "tax" in kind),
        net=amount - fee,
        currency="EUR",
        created=datetime(2026, 3, 9, tzinfo=timezone.utc),
    )
    found = {}
    for line in posting_of(movement).lines:
        if line.role in ("fee", "fee_tax", "dispute_fee") and line.minor:
            found[line.role] = found.get(line.role, 0) + line.minor
    return found


def stated(category, amount, details):
    """Return the same as a fee statement sums it."""
    parts = list(details)
    if category in fees.OWN_CATEGORIES:
        parts.append((category, -amount))
    found = {}
    for kind, minor in parts:
        role = fees.role_of(category, kind)
        found[role] = found.get(role, 0) + minor
    return found


@pytest.mark.parametrize("category", sorted(RULES))
@pytest.mark.parametrize(
    "details",
    [
        [("stripe_fee", 300)],
        [("stripe_fee", 300), ("tax", 57)],
        [("stripe_fee", 300), ("application_fee", 40), ("withheld_tax", 9)],
    ],
)
def test_what_is_stated_is_what_is_booked(category, details):
    amount = -1000
    assert stated(category, amount, details) == booked(category, amount, details)


def test_what_is_taken_for_others_is_not_on_the_gateways_invoice():
    assert fees.is_invoiced("stripe_fee")
    assert fees.is_invoiced("network_cost")
    assert not fees.is_invoiced("application_fee")
    assert not fees.is_invoiced("withheld_tax")


def test_labels_are_an_accountants_and_unknown_types_stay_readable():
    assert fees.label_of("fee", "stripe_fee") == "Processing fees"
    assert fees.label_of("dispute_fee", "stripe_fee").startswith("Dispute fees")
    assert fees.label_of("fee", "moon_levy") == "Moon levy"
