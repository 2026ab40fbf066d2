"""Lives of payments: what the API says, what is told, what reaches the balance."""

import pytest
import stripe

DAY = 86400


def create(api, amount=10000, currency="usd", **more):
    return api.payment_intents.create({"amount": amount, "currency": currency, **more})


def booked(api, charge_id):
    """Return the balance transaction of a charge, or None."""
    found = api.charges.retrieve(charge_id, {"expand": ["balance_transaction"]})
    return found.balance_transaction


def test_the_balance_transaction_comes_late_as_charge_updated(
    api, sandbox, event_types
):
    sandbox.account(async_capture_delay=60)
    intent = create(api, description="S00042")
    assert intent.status == "requires_payment_method"
    assert intent.capture_method == "automatic_async"
    paid = sandbox.pay(intent.id, card="mastercard", email="ann@example.com")
    assert paid["status"] == "succeeded"
    charge = api.charges.retrieve(paid["latest_charge"])
    assert charge.balance_transaction is None
    assert charge.payment_method_details.card.brand == "mastercard"
    assert charge.billing_details.email == "ann@example.com"
    assert charge.description == "S00042"
    sandbox.advance(seconds=61)
    posted = booked(api, charge.id)
    assert (posted.amount, posted.fee, posted.net) == (10000, 320, 9680)
    assert event_types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "charge.updated",
    ]
    events = api.events.list({"type": "charge.updated"}).data
    assert events[0].data.previous_attributes.to_dict() == {"balance_transaction": None}


@pytest.mark.parametrize(
    ("setting", "method", "late"),
    [
        ("as_stripe", "automatic", False),
        ("as_stripe", "automatic_async", True),
        ("always", "automatic", True),
        ("never", "automatic_async", False),
    ],
)
def test_lateness_is_a_setting(api, sandbox, setting, method, late):
    sandbox.account(async_capture=setting, async_capture_delay=None)
    intent = create(api, capture_method=method)
    charge = sandbox.pay(intent.id)["latest_charge"]
    assert (booked(api, charge) is None) is late
    sandbox.attach(charge=charge)
    assert booked(api, charge).net == 9680


def test_fees_have_a_price_list_and_a_tax(api, sandbox, paid):
    sandbox.account(
        fees={"card": {"percent": "1.5", "fixed": 25}}, fee_tax_percent="21"
    )
    posted = booked(api, paid(9999).id)
    parts = {part.type: part.amount for part in posted.fee_details}
    assert parts == {"stripe_fee": 175, "tax": 37}  # 149.985 -> 150 + 25; 36.75 -> 37
    assert (posted.fee, posted.net) == (212, 9787)


def test_another_currency_is_exchanged(api, sandbox, paid):
    posted = booked(api, paid(10000, "eur").id)
    assert (posted.currency, posted.amount, posted.exchange_rate) == (
        "usd",
        10800,
        1.08,
    )
    posted = booked(api, paid(10000, "jpy").id)  # 10,000 yen = 67.00 dollars
    assert (posted.amount, posted.exchange_rate) == (6700, 0.67)
    sandbox.account(settles=["eur"])
    posted = booked(api, paid(10000, "eur").id)
    assert (posted.currency, posted.amount, posted.exchange_rate) == (
        "eur",
        10000,
        None,
    )


def test_a_declined_card_leaves_a_failed_charge_and_can_be_tried_again(
    api, sandbox, event_types
):
    intent = create(api)
    refused = sandbox.pay(intent.id, card="insufficient_funds")
    assert refused["status"] == "requires_payment_method"
    error = refused["last_payment_error"]
    assert (error["code"], error["decline_code"]) == (
        "card_declined",
        "insufficient_funds",
    )
    assert sandbox.pay(intent.id)["status"] == "succeeded"
    second, first = api.charges.list({"payment_intent": intent.id}).data
    assert (first.status, first.paid, first.outcome.type) == (
        "failed",
        False,
        "issuer_declined",
    )
    assert first.failure_code == "card_declined"
    assert (second.status, second.id) == (
        "succeeded",
        api.payment_intents.retrieve(intent.id).latest_charge,
    )
    assert event_types()[1:3] == ["charge.failed", "payment_intent.payment_failed"]


def test_the_api_answers_402_with_the_intent(api):
    with pytest.raises(stripe.CardError) as caught:
        create(api, confirm=True, payment_method="pm_card_chargeDeclined")
    error = caught.value
    assert (error.http_status, error.code) == (402, "card_declined")
    assert error.json_body["error"]["decline_code"] == "generic_decline"
    assert error.json_body["error"]["payment_intent"]["status"] == (
        "requires_payment_method"
    )


def test_strong_authentication_passed_and_failed(api, sandbox):
    intent = create(api)
    asked = sandbox.pay(intent.id, card="3ds")
    assert (asked["status"], asked["next_action"]["type"]) == (
        "requires_action",
        "use_stripe_sdk",
    )
    failed = sandbox.authenticate(intent=intent.id, success=False)
    assert failed["status"] == "requires_payment_method"
    assert (
        failed["last_payment_error"]["code"] == "payment_intent_authentication_failure"
    )
    sandbox.pay(intent.id, card="3ds")
    passed = sandbox.authenticate(intent=intent.id)
    assert passed["status"] == "succeeded"
    charge = api.charges.retrieve(passed["latest_charge"])
    secure = charge.payment_method_details.card.three_d_secure
    assert secure.result == "authenticated"


def test_off_session_authentication_is_refused(api):
    with pytest.raises(stripe.CardError) as caught:
        create(
            api,
            confirm=True,
            off_session=True,
            payment_method="pm_card_authenticationRequired",
        )
    assert caught.value.code == "authentication_required"


def test_manual_capture_in_full(api, sandbox, event_types):
    intent = create(api, capture_method="manual")
    held = sandbox.pay(intent.id)
    assert (held["status"], held["amount_capturable"]) == ("requires_capture", 10000)
    charge = api.charges.retrieve(held["latest_charge"])
    assert (charge.captured, charge.amount_captured) == (False, 0)
    assert charge.balance_transaction is None
    captured = api.payment_intents.capture(intent.id)
    assert (captured.status, captured.amount_received) == ("succeeded", 10000)
    assert booked(api, charge.id).net == 9680
    assert event_types() == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.amount_capturable_updated",
        "charge.captured",
        "payment_intent.succeeded",
    ]


def test_partial_capture_books_what_was_captured(api, sandbox):
    intent = create(api, capture_method="manual")
    charge = sandbox.pay(intent.id)["latest_charge"]
    with pytest.raises(stripe.InvalidRequestError, match="greater than the capturable"):
        api.payment_intents.capture(intent.id, {"amount_to_capture": 10001})
    captured = api.payment_intents.capture(intent.id, {"amount_to_capture": 4000})
    assert (captured.amount_received, captured.amount_capturable) == (4000, 0)
    assert booked(api, charge).amount == 4000
    found = api.charges.retrieve(charge)
    assert (found.amount, found.amount_captured) == (10000, 4000)
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded"):
        api.refunds.create({"charge": charge, "amount": 4001})


def test_partial_capture_as_before_basil_is_two_balance_transactions(api, sandbox):
    sandbox.account(partial_capture="reversal")
    intent = create(api, capture_method="manual")
    charge = sandbox.pay(intent.id)["latest_charge"]
    api.payment_intents.capture(intent.id, {"amount_to_capture": 4000})
    reversal, gross = api.balance_transactions.list({"source": charge}).data
    assert (gross.reporting_category, gross.amount) == ("charge", 10000)
    assert (reversal.reporting_category, reversal.net) == (
        "partial_capture_reversal",
        -6000,
    )
    assert gross.fee == 146  # of the 40.00 kept


@pytest.mark.parametrize("card", [None, "visa"])
def test_cancel_before_capture(api, sandbox, event_types, card):
    intent = create(api, capture_method="manual")
    if card:
        sandbox.pay(intent.id, card=card)
    canceled = api.payment_intents.cancel(
        intent.id, {"cancellation_reason": "requested_by_customer"}
    )
    assert (canceled.status, canceled.cancellation_reason) == (
        "canceled",
        "requested_by_customer",
    )
    assert event_types()[-1] == "payment_intent.canceled"
    assert api.balance_transactions.list().data == []
    with pytest.raises(stripe.InvalidRequestError) as caught:
        api.payment_intents.cancel(intent.id)
    assert caught.value.code == "payment_intent_unexpected_state"


def test_an_authorisation_lapses_after_a_week(api, sandbox, event_types):
    intent = create(api, capture_method="manual")
    sandbox.pay(intent.id)
    sandbox.advance(days=7, seconds=1)
    assert api.payment_intents.retrieve(intent.id).cancellation_reason == "expired"
    assert event_types()[-2:] == ["charge.expired", "payment_intent.canceled"]


def test_a_bank_debit_settles_days_later(api, sandbox, event_types):
    intent = create(api, currency="eur")
    waiting = sandbox.pay(intent.id, card="sepa")
    assert waiting["status"] == "processing"
    charge = api.charges.retrieve(waiting["latest_charge"])
    assert (charge.status, charge.paid, charge.id[:3]) == ("pending", False, "py_")
    mandate = charge.payment_method_details.sepa_debit.mandate
    assert api.mandates.retrieve(mandate).status == "active"
    sandbox.advance(days=3, seconds=5)
    assert api.payment_intents.retrieve(intent.id).status == "succeeded"
    posted = booked(api, charge.id)
    assert (posted.type, posted.reporting_category) == ("payment", "charge")
    assert "payment_intent.processing" in event_types()


def test_a_bank_debit_that_fails(api, sandbox, event_types):
    intent = create(api, currency="eur")
    charge = sandbox.pay(intent.id, card="sepa_fails")["latest_charge"]
    sandbox.advance(days=4)
    found = api.payment_intents.retrieve(intent.id)
    assert found.status == "requires_payment_method"
    assert api.charges.retrieve(charge).failure_code == "insufficient_funds"
    assert api.balance_transactions.list().data == []
    assert event_types()[-2:] == ["charge.failed", "payment_intent.payment_failed"]


def test_a_bank_debit_taken_back_after_success(api, sandbox):
    intent = create(api, currency="eur")
    charge = sandbox.pay(intent.id, card="sepa")["latest_charge"]
    sandbox.settle(charge=intent.id)
    sandbox.fail_payment(charge=charge, code="debit_not_authorized")
    found = api.charges.retrieve(charge, {"expand": ["failure_balance_transaction"]})
    taken = found.failure_balance_transaction
    assert (taken.type, taken.reporting_category) == (
        "payment_failure_refund",
        "charge_failure",
    )
    assert taken.amount == -booked(api, charge).amount == -10800


def test_a_payment_method_of_the_wrong_type_is_refused(api, sandbox):
    intent = create(api, currency="usd")
    from dev.stripe_sandbox.client import SandboxRefusal

    with pytest.raises(SandboxRefusal, match="is not allowed for this"):
        sandbox.pay(intent.id, card="sepa")


def test_a_payment_from_outside_has_an_email_and_no_order(api, sandbox):
    charge = sandbox.outside_payment(
        amount=4200, currency="usd", email="bob@example.com", name="Bob"
    )
    found = api.charges.retrieve(charge["id"])
    assert (found.description, found.billing_details.email) == (None, "bob@example.com")
    assert found.payment_intent.startswith("pi_")
    bare = sandbox.outside_payment(amount=4200, currency="usd", without_intent=True)
    assert api.charges.retrieve(bare["id"]).payment_intent is None
    assert len(api.payment_intents.list().data) == 1


def test_a_saved_card_pays_again_without_the_customer(api, sandbox):
    customer = api.customers.create({"name": "Ann", "email": "ann@example.com"})
    intent = create(api, customer=customer.id, setup_future_usage="off_session")
    sandbox.pay(intent.id)
    (method,) = api.customers.payment_methods.list(customer.id).data
    again = create(
        api,
        customer=customer.id,
        payment_method=method.id,
        confirm=True,
        off_session=True,
    )
    assert again.status == "succeeded"
    with pytest.raises(stripe.InvalidRequestError, match="belongs to a Customer"):
        create(api, payment_method=method.id, confirm=True)
    api.payment_methods.detach(method.id)
    assert api.customers.payment_methods.list(customer.id).data == []


def test_setup_intents_keep_a_method(api, sandbox, event_types):
    customer = api.customers.create({"name": "Ann"})
    intent = api.setup_intents.create({"customer": customer.id})
    assert sandbox.setup(intent=intent.id, card="declined")["status"] == (
        "requires_payment_method"
    )
    done = sandbox.setup(intent=intent.id, card="sepa")
    assert done["status"] == "succeeded"
    assert done["mandate"].startswith("mandate_")
    found = api.payment_methods.retrieve(done["payment_method"])
    assert (found.customer, found.type) == (customer.id, "sepa_debit")
    sandbox.revoke_mandate(mandate=done["mandate"])
    assert event_types()[-1] == "mandate.updated"
