import inspect

import pytest
import stripe.params._webhook_endpoint_create_params as webhook_params
from integrated_payments.gateway import stripe as translator
from integrated_payments.gateway.errors import NeedsPerson
from integrated_payments.gateway.stripe import Subject, subject_of, translate

CHARGE = {
    "id": "ch_1",
    "status": "succeeded",
    "amount": 10000,
    "amount_captured": 10000,
    "amount_refunded": 0,
    "currency": "usd",
    "created": 1760000000,
    "livemode": False,
    "description": "S00042",
    "payment_intent": "pi_1",
    "balance_transaction": None,
    "billing_details": {"email": "ada@example.com"},
    "payment_method_details": {
        "type": "card",
        "card": {
            "brand": "visa",
            "last4": "4242",
            "country": "US",
            "funding": "credit",
        },
    },
}


@pytest.mark.parametrize(
    ("event_type", "kind"),
    [
        ("payment_intent.succeeded", "intent"),
        ("charge.updated", "charge"),
        ("charge.refunded", "charge"),
        ("charge.refund.updated", "refund"),
        ("charge.dispute.created", "dispute"),
        ("balance.available", "balance"),
        ("refund.failed", "refund"),
        ("payout.reconciliation_completed", "payout"),
    ],
)
def test_the_longest_prefix_names_the_object(event_type, kind):
    assert subject_of(event_type, "x_1") == Subject(kind, "x_1")


def test_known_without_effect_and_unknown_are_told_apart():
    assert subject_of("customer.created", "cus_1") is None
    with pytest.raises(NeedsPerson, match="teleport"):
        subject_of("teleport.completed", "tel_1")


def test_subscribed_events_are_real_and_handled():
    """Each event is one of the SDK's own list and has an effect or a known absence."""
    source = inspect.getsource(webhook_params)
    assert all(f'"{event}"' in source for event in translator.WEBHOOK_EVENTS)
    for event_type in translator.WEBHOOK_EVENTS:
        subject_of(event_type, "x_1")


def test_a_charge_is_read_whole():
    charge = translate("charge", CHARGE)
    assert (charge.amount, charge.currency, charge.brand) == (10000, "USD", "visa")
    assert charge.balance_transaction_ref is None
    assert charge.reference == "S00042"
    expanded = {**CHARGE, "balance_transaction": {"id": "txn_1"}}
    assert translate("charge", expanded).balance_transaction_ref == "txn_1"


def test_metadata_outweighs_the_description():
    payload = {**CHARGE, "metadata": {"odoo_reference": "INV-1"}}
    assert translate("charge", payload).reference == "INV-1"


def test_the_tax_within_the_fee():
    fact = translate(
        "balance_transaction",
        {
            "id": "txn_1",
            "reporting_category": "charge",
            "type": "charge",
            "amount": 10000,
            "fee": 387,
            "net": 9613,
            "currency": "usd",
            "created": 1760000000,
            "source": "ch_1",
            "fee_details": [
                {"type": "stripe_fee", "amount": 320},
                {"type": "tax", "amount": 67},
            ],
        },
    )
    assert (fact.fee, fact.tax, fact.net) == (387, 67, 9613)


@pytest.mark.parametrize("kind", sorted(translator.TRANSLATORS))
def test_an_unreadable_object_says_what_is_wrong(kind):
    with pytest.raises(NeedsPerson, match="cannot be read"):
        translate(kind, {"id": "x_1"})
