"""Events twice, late, lost and in any order: one ledger, each movement posted once."""

import random

import pytest
from system_books import paid_once, settled

SEED = 1907
KINDS = (
    {"deliveries": "duplicate"},
    {"deliveries": "reorder", "window": 4},
    {"deliveries": "delay", "seconds": 1.5},
    {"deliveries": "corrupt_signature"},
    {"deliveries": "drop"},
)
WEIGHTS = (6, 3, 3, 1, 1)


def spoil_deliveries(sandbox, dice, count):
    """Let the next ``count`` or more events go astray in some way each."""
    for kind in dice.choices(KINDS, WEIGHTS, k=count):
        sandbox.fault(**kind)


def every_event_again(sandbox, dice):
    """Deliver every event once more, in an order that means nothing."""
    events = [each["id"] for each in sandbox.objects(type="event")["data"]]
    dice.shuffle(events)
    for event in events:
        sandbox.resend(event=event)


@pytest.fixture
def mix(stage):
    """Fifteen payments of all kinds, while deliveries go astray.

    :return: {"orders": [payment], "debits": [(payment, invoice)],
        "refunds": {payment: amount}}
    """
    dice = random.Random(SEED)
    spoil_deliveries(stage.sandbox, dice, 60)
    paid = [stage.buy(("Desk lamp", 1), card=card) for card in ("visa", "amex") * 3]
    again = [declined_then_paid(stage) for _time in range(2)]
    disputed = stage.buy(("Desk lamp", 1), card="visa_debit")
    partly = stage.buy(("Task chair, graphite", 1))
    dashboard = stage.buy(("Acoustic panel, set of four", 1), card="mastercard")
    debits = [debit(stage) for _time in range(2)]
    for payment in (partly, dashboard, disputed):
        stage.await_state(payment, "done")
    stage.await_trails([partly, dashboard, disputed])
    stage.refund_from_odoo(partly, 89.0)
    refund_at_gateway(stage, dashboard, 1800)
    stage.sandbox.dispute(charge=stage.read(disputed, "provider_reference"))
    for payment, _invoice in debits:
        stage.await_state(payment, "pending")
    stage.sandbox.advance(days=3, hours=1)
    stage.sandbox.run_payouts(release=True)
    stage.sandbox.advance(days=4)
    stage.sandbox.release()
    every_event_again(stage.sandbox, dice)
    stage.sandbox.faults(clear=True)
    stage.sandbox.retry()
    return {
        "orders": [*paid, *again, disputed, partly, dashboard],
        "debits": debits,
        "refunds": {partly: -89.0, dashboard: -18.0},
    }


def declined_then_paid(stage):
    """A card is declined, the next one is not; return the payment."""
    payment, intent = stage.check_out(stage.order(("Desk lamp", 1)))
    stage.sandbox.pay(intent, card="declined")
    stage.sandbox.pay(intent, card="visa")
    return payment


def debit(stage):
    """An invoice is paid by a bank debit; return (payment, invoice)."""
    invoice = stage.invoice(("Desk lamp", 3))
    payment, intent = stage.follow_link(invoice)
    stage.sandbox.pay(intent, card="sepa")
    return payment, invoice


def refund_at_gateway(stage, payment, cents):
    """Refund from the gateway's dashboard, not from Odoo."""
    answer = stage.sandbox.api(
        "POST",
        "/v1/refunds",
        data={
            "payment_intent": stage.read(payment, "provider_reference"),
            "amount": cents,
        },
    )
    assert answer.status_code == 200, answer.text


def test_ledger_is_the_same_whatever_happens_on_the_way(stage, mix):
    """Orders, debits, refunds, a dispute and payouts, though each event came twice."""
    settled(stage)
    stage.await_trails(mix["orders"])
    paid_once(stage, mix["orders"])
    invoices = [invoice for _payment, invoice in mix["debits"]]
    for invoice in stage.odoo.find(
        "account.move", [("id", "in", invoices)], ["payment_state", "amount_residual"]
    ):
        assert (invoice["payment_state"], invoice["amount_residual"]) == ("paid", 0)
    for payment, amount in mix["refunds"].items():
        assert refunds_of(stage, payment) == [("done", amount)]
    payouts_proven(stage)
    sent = stage.sandbox.deliveries()["deliveries"]
    assert min(delivery["attempts"] for delivery in sent) >= 2


def payouts_proven(stage):
    """Each payout of the gateway is here, and is the sum of what it pays out."""
    payouts = stage.odoo.find("payment.payout", [], ["gateway_ref", "proof"])
    theirs = stage.sandbox.objects(type="payout")["data"]
    assert {each["gateway_ref"] for each in payouts} == {each["id"] for each in theirs}
    assert payouts and {each["proof"] for each in payouts} == {"proven"}, payouts


def refunds_of(stage, payment):
    """Return [(state, amount)] of a payment's refunds."""
    found = stage.odoo.find(
        "payment.transaction",
        [("source_transaction_id", "=", payment)],
        ["state", "amount"],
    )
    return [(each["state"], each["amount"]) for each in found]


def test_two_addresses_at_the_gateway_store_an_event_once(stage):
    """A running installation keeps core's webhook and gets ours beside it."""
    provider = stage.company.provider
    stage.odoo.press("payment.provider", "action_stripe_create_webhook", provider)
    payments = [stage.buy(("Desk lamp", 1)) for _time in range(2)]
    stage.await_trails(payments)
    assert stage.sandbox.drain(timeout=30)["idle"]
    sent = stage.sandbox.deliveries()["deliveries"]
    by_event = {}
    for delivery in sent:
        by_event.setdefault(delivery["event"], []).append(delivery["state"])
    doubly = {event for event, states in by_event.items() if len(states) == 2}
    assert doubly, "the second address got nothing"
    assert {state for event in doubly for state in by_event[event]} == {"delivered"}
    stored = stage.odoo.find(
        "payment.event", [("gateway_ref", "in", list(doubly))], ["gateway_ref"]
    )
    assert sorted(each["gateway_ref"] for each in stored) == sorted(doubly)
    paid_once(stage, payments)
    forget_second_address(stage)


def forget_second_address(stage):
    """Leave the company as it was."""
    for endpoint in stage.sandbox.objects(type="webhook_endpoint")["data"]:
        if endpoint["url"].endswith("/payment/stripe/webhook"):
            stage.sandbox.api("DELETE", f"/v1/webhook_endpoints/{endpoint['id']}")
    stage.odoo.write(
        "payment.provider", stage.company.provider, {"stripe_webhook_secret": False}
    )
