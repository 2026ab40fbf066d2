"""Links, Checkout, terminals and Stripe's own invoices: told, listed, and read back."""

import pytest
import stripe
from integrated_payments.gateway.stripe_client import StripeGateway
from integrated_payments.gateway.types import OutsideItem, Payer

from dev.stripe_sandbox.client import KEY


@pytest.fixture
def lamp(sandbox):
    """A price of 79.00 eur whose product names its Internal Reference."""
    return sandbox.product(
        name="Desk lamp", amount=7900, currency="eur", metadata={"sku": "LAMP"}
    )


@pytest.fixture
def gateway(sandbox):
    """The suite's own reader."""
    return StripeGateway(KEY, sandbox.url)


def test_a_payment_link_with_items(api, sandbox, gateway, lamp, event_types):
    session = sandbox.pay_link(
        items=[{"price": lamp["id"], "quantity": 2, "discount": 800}],
        email="ann@example.com",
        name="Ann",
        phone="+32470123456",
        shipping=500,
        client_reference_id="S00042",
    )
    assert event_types()[-1] == "checkout.session.completed"
    [found] = api.checkout.sessions.list(
        {"payment_intent": session["payment_intent"]}
    ).data
    assert (found.id, found.amount_total) == (session["id"], 15500)
    origin = gateway.origin_of(session["payment_intent"])
    assert (origin.kind, origin.ref) == ("link", "plink_1Sandbox")
    assert origin.texts == ("S00042",)
    assert origin.payer.phone == "+32470123456"
    assert origin.items == (
        OutsideItem("Desk lamp", 2, 15000, 0, lamp["id"], lamp["product"], sku="LAMP"),
        OutsideItem("Shipping", 1, 500, 0, "shipping"),
    )
    assert gateway.intents_of("checkout", session["id"]) == [session["payment_intent"]]


def test_tax_of_checkout_is_within_the_total(sandbox, gateway, lamp):
    items = [{"price": lamp["id"]}]
    session = sandbox.pay_link(items=items, link=None, tax_percent=21)
    origin = gateway.origin_of(session["payment_intent"])
    assert origin.kind == "checkout"
    assert [(item.total, item.tax) for item in origin.items] == [(9559, 1659)]


def test_a_debit_by_link_is_answered_days_later(sandbox, lamp, event_types):
    sandbox.account(settlement_currency="eur")
    items = [{"price": lamp["id"]}]
    session = sandbox.pay_link(items=items, card="sepa")
    assert (session["status"], session["payment_status"]) == ("complete", "unpaid")
    sandbox.advance(days=3, hours=1)
    assert "checkout.session.async_payment_succeeded" in event_types()
    sandbox.pay_link(items=items, card="sepa_fails")
    sandbox.advance(days=3, hours=1)
    assert "checkout.session.async_payment_failed" in event_types()


def test_a_refused_card_leaves_the_session_open(sandbox, lamp):
    session = sandbox.pay_link(items=[{"price": lamp["id"]}], card="declined")
    assert (session["status"], session["payment_status"]) == ("open", "unpaid")


def test_a_stripe_invoice_and_a_subscription(api, sandbox, gateway, lamp, event_types):
    who = sandbox.customer(
        name="Ann", email="ann@example.com", phone="+32 470 12 34 56"
    )
    items = [{"price": lamp["id"], "quantity": 1}]
    invoice = sandbox.stripe_invoice_paid(
        items=items, customer=who["id"], tax_percent=21, description="For S00042"
    )
    assert event_types()[-2:] == ["invoice.paid", "invoice_payment.paid"]
    [intent] = gateway.intents_of("invoice", invoice["id"])
    origin = gateway.origin_of(intent)
    assert (origin.kind, origin.number) == ("invoice", invoice["number"])
    assert origin.texts == ("For S00042", invoice["number"])
    [item] = origin.items
    assert (item.total, item.tax, item.sku) == (9559, 1659, "LAMP")
    assert gateway.fetch("customer", who["id"]) == Payer(
        who["id"], "Ann", "ann@example.com", "+32 470 12 34 56"
    )
    renewal = sandbox.subscription_renews(items=items, customer=who["id"])
    [intent] = gateway.intents_of("invoice", renewal["id"])
    assert gateway.origin_of(intent).kind == "subscription"
    assert api.invoices.retrieve(renewal["id"]).status == "paid"


def test_a_terminal_payment_knows_nobody(sandbox, gateway):
    charge = sandbox.terminal_payment(amount=4500, currency="usd")
    fact = gateway.fetch("charge", charge["id"])
    assert (fact.method, fact.brand, fact.last4) == ("card_present", "visa", "4242")
    assert fact.payer == Payer()
    assert gateway.origin_of(fact.intent_ref) is None


def test_a_deleted_customer_is_only_an_id(api, sandbox, gateway):
    who = sandbox.customer(name="Ann", email="ann@example.com")
    api.customers.delete(who["id"])
    assert gateway.fetch("customer", who["id"]) == Payer(ref=who["id"])


def test_sessions_are_not_made_through_the_api(api):
    with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
        api.checkout.sessions.create({"mode": "payment"})
