"""Imports: the gateway client's pages against the sandbox, and what they cost."""

from collections import Counter
from datetime import datetime, timedelta, timezone

import pytest
from integrated_payments.gateway.errors import RetryLater
from integrated_payments.gateway.pages import LISTED, Prefetched
from integrated_payments.gateway.stripe_client import StripeGateway

from dev.stripe_sandbox.client import KEY

LONG_AGO = datetime(2000, 1, 1, tzinfo=timezone.utc)


@pytest.fixture
def gateway(sandbox):
    """The product's own client of the sandbox."""
    return StripeGateway(KEY, sandbox.url)


def calls(sandbox):
    """Return how often each operation was called so far."""
    return Counter(sandbox.state()["calls"])


def every_page(gateway, kind, **limits):
    """Return all pages of a kind, newest first."""
    pages = [gateway.page(kind, limits.pop("since", LONG_AGO), **limits)]
    while pages[-1].next_after:
        after = pages[-1].next_after
        pages.append(gateway.page(kind, LONG_AGO, after=after, **limits))
    return pages


def test_page_brings_along_what_it_refers_to(gateway, paid, api, sandbox):
    """Intent and movement of a charge, charge of a refund, source of a movement."""
    charge = paid(10000)
    refund = api.refunds.create({"charge": charge.id, "amount": 2500})
    before = calls(sandbox)
    page = gateway.page("charge", LONG_AGO)
    assert [fact.ref for fact in page.facts] == [charge.id]
    assert ("intent", charge.payment_intent) in page.carried
    movement = page.carried["balance_transaction", charge.balance_transaction]
    assert (movement.net, movement.source_ref) == (9680, charge.id)
    page = gateway.page("refund", LONG_AGO)
    assert page.carried["charge", charge.id].refunded == 2500
    page = gateway.page("balance_transaction", LONG_AGO)
    assert {("charge", charge.id), ("refund", refund.id)} < page.carried.keys()
    assert (calls(sandbox) - before).total() == 3


def test_every_kind_is_listed_with_what_it_expands(gateway, paid, api, sandbox):
    """Also refunds that failed, disputes, and payouts that failed or are by hand."""
    for card in ("pm_card_visa", "pm_card_refundFail"):
        api.refunds.create({"charge": paid(5000, card=card).id})
    sandbox.dispute(charge=paid(7000).id)
    sandbox.advance(days=10)
    sandbox.movement(
        type="adjustment", reporting_category="other_adjustment", amount=-100
    )
    sandbox.run_payouts(release=True)
    sandbox.advance(days=5)
    pages = {kind: gateway.page(kind, LONG_AGO) for kind in LISTED}
    assert all(page.facts and not page.unreadable for page in pages.values()), pages
    [dispute] = pages["dispute"].facts
    assert dispute.balance_transaction_refs
    for ref in dispute.balance_transaction_refs:
        assert ("balance_transaction", ref) in pages["dispute"].carried
    assert sandbox.state()["bugs"] == []


def test_cursor_stays_good_while_new_ones_arrive(gateway, paid, sandbox):
    """Pages of a closed range are the same however much arrives meanwhile."""
    for _payment in range(105):
        paid(1000)
    now = datetime.fromtimestamp(sandbox.clock()["now"], timezone.utc)
    until = now + timedelta(seconds=1)
    sandbox.advance(hours=1)
    first = gateway.page("charge", LONG_AGO, until)
    assert (len(first.facts), bool(first.next_after)) == (100, True)
    paid(2000)
    second = gateway.page("charge", LONG_AGO, until, first.next_after)
    assert (len(second.facts), second.next_after) == (5, None)
    refs = {fact.ref for page in (first, second) for fact in page.facts}
    assert len(refs) == 105


def test_a_hundred_payments_cost_a_call_per_list(gateway, paid, sandbox, capsys):
    """What an import needs for 100 payments: one page of each kind."""
    for _payment in range(100):
        paid(1000)
    before = calls(sandbox)
    for kind in LISTED:
        page = gateway.page(kind, LONG_AGO)
        at_hand = Prefetched(gateway, page)
        for fact in page.facts if kind == "charge" else ():
            assert at_hand.fetch("intent", fact.intent_ref).ref == fact.intent_ref
            assert at_hand.charges_of(fact.intent_ref) == [fact]
            movement = fact.balance_transaction_ref
            assert at_hand.fetch("balance_transaction", movement).source_ref == fact.ref
    needed = calls(sandbox) - before
    with capsys.disabled():
        print(f"\nimport: {needed.total()} calls for 100 payments")
    assert needed.total() == len(LISTED)


def test_what_is_not_at_hand_is_asked_for_once(gateway, paid, sandbox):
    """A page of movements carries no intents."""
    charge = paid(1000)
    at_hand = Prefetched(gateway, gateway.page("balance_transaction", LONG_AGO))
    before = calls(sandbox)
    for _time in range(3):
        assert at_hand.fetch("intent", charge.payment_intent).status == "succeeded"
        assert at_hand.fetch("charge", charge.id).ref == charge.id
    assert (calls(sandbox) - before).total() == 1


def test_balance_at_a_moment(gateway, paid, sandbox):
    """The present balance less what moved since."""
    paid(10000)
    sandbox.advance(days=1)
    between = datetime.fromtimestamp(sandbox.clock()["now"], timezone.utc)
    sandbox.advance(days=1)
    paid(5000)
    assert gateway.newest_movement().amount == 5000
    assert gateway.balance_at(between) == {"USD": 9680}
    assert gateway.balance_at(LONG_AGO).get("USD", 0) == 0
    assert gateway.livemode() is False


def test_rate_limit_is_a_reason_to_come_later(gateway, paid, sandbox):
    """A 429 is never hammered: the import waits."""
    paid(1000)
    sandbox.fault(path="/v1/charges*", status=429)
    before = calls(sandbox)
    with pytest.raises(RetryLater):
        gateway.page("charge", LONG_AGO)
    assert (calls(sandbox) - before).total() == 1
    assert gateway.page("charge", LONG_AGO).facts
