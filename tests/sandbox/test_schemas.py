"""The sandbox is held to the SDK's annotations, and the annotations bite."""

import copy

import pytest
import stripe
from jsonschema import Draft202012Validator

from dev.stripe_sandbox import catalogue
from dev.stripe_sandbox import schemas as derivation
from dev.stripe_sandbox.errors import SandboxBug
from dev.stripe_sandbox.keywords import Validator


def _attempt(either):
    """Pay 20.00 by card and return (intent, charge, balance transaction) as dicts."""
    intent = either.payment_intents.create(
        {
            "amount": 2000,
            "currency": "usd",
            "payment_method": "pm_card_visa",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "capture_method": "automatic",
        }
    )
    intent = either.payment_intents.confirm(intent.id)
    charge = either.charges.retrieve(intent.latest_charge)
    posted = either.balance_transactions.retrieve(charge.balance_transaction)
    return intent.to_dict(), charge.to_dict(), posted.to_dict()


def test_real_objects_meet_the_derived_schemas(either, schemas):
    for value in _attempt(either):
        assert schemas.errors(value["object"], value) is None


def test_a_payment_is_the_same_story_at_both(either):
    intent, charge, posted = _attempt(either)
    assert (intent["status"], charge["paid"], charge["captured"]) == (
        "succeeded",
        True,
        True,
    )
    assert charge["payment_method_details"]["card"]["last4"] == "4242"
    assert (posted["type"], posted["reporting_category"]) == ("charge", "charge")
    assert posted["source"] == charge["id"]
    assert posted["net"] == posted["amount"] - posted["fee"]
    assert posted["fee"] == sum(part["amount"] for part in posted["fee_details"])


def test_an_unknown_id_is_refused_alike_by_both(either):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        either.charges.retrieve("ch_doesnotexist")
    assert (caught.value.http_status, caught.value.code) == (404, "resource_missing")


def test_an_unknown_parameter_is_refused_alike_by_both(either):
    with pytest.raises(stripe.InvalidRequestError) as caught:
        either.refunds.create({"charge": "ch_1", "amuont": 5})
    assert caught.value.code == "parameter_unknown"
    assert caught.value.param == "amuont"


WRONG = {
    "a string for a number": lambda c: c.update(amount="2000"),
    "a fraction": lambda c: c.update(amount=20.5),
    "a number for a flag": lambda c: c.update(paid=1),
    "a required field away": lambda c: c.pop("currency"),
    "a field that Stripe does not have": lambda c: c.update(total=2000),
    "null where never null": lambda c: c.update(status=None),
    "another object's name": lambda c: c.update(object="refund"),
    "a wrong field inside": lambda c: c["billing_details"].update(mail="a@b.c"),
    "a wrong type inside": lambda c: c["outcome"].update(risk_score="high"),
    "a list for an object": lambda c: c.update(payment_method_details=[]),
    "an object for an id": lambda c: c.update(balance_transaction={"id": "txn_1"}),
    "metadata that is no text": lambda c: c.update(metadata={"order": 7}),
}


@pytest.mark.parametrize("damage", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_field_fails(api, paid, schemas, damage):
    charge = paid(2000).to_dict()
    assert schemas.errors("charge", charge) is None
    broken = copy.deepcopy(charge)
    damage(broken)
    name = broken["object"] if broken["object"] != "charge" else "charge"
    assert schemas.errors(name, broken)
    with pytest.raises(SandboxBug, match="violates Stripe's schema"):
        schemas.check(broken)


@pytest.mark.parametrize("damage", WRONG.values(), ids=WRONG.keys())
def test_the_short_cuts_judge_as_the_library_does(api, paid, damage):
    """``keywords.py`` only saves time: verdicts are those of plain ``jsonschema``."""
    document = catalogue.document()
    schema = {**document["objects"]["charge"], "$defs": document["$defs"]}
    library = Draft202012Validator(schema)
    quick = Validator(schema)
    charge = paid(2000).to_dict()
    assert library.is_valid(charge) and quick.is_valid(charge)
    damage(charge)
    assert not library.is_valid(charge) and not quick.is_valid(charge)


def test_an_expanded_object_is_checked_inside(api, paid, schemas):
    charge = api.charges.retrieve(
        paid(2000).id, {"expand": ["balance_transaction", "payment_intent"]}
    ).to_dict()
    assert schemas.errors("charge", charge) is None
    charge["balance_transaction"]["net"] = "much"
    assert "balance_transaction.net" in schemas.errors("charge", charge)


def test_a_corrupted_object_is_a_500_that_says_so(running, api, paid):
    """The object is damaged inside the sandbox, by a setting that no check guards."""
    running.account(statement_descriptor=["not", "text"])
    with pytest.raises(stripe.APIError, match="violates Stripe's schema"):
        paid(2000)
    bugs = running.state()["bugs"]
    assert any("statement_descriptor" in bug for bug in bugs)
    running.reset(seed=1)


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"currency": "usd"}, "parameter_missing", "amount"),
        (
            {"amount": "ten", "currency": "usd"},
            "parameter_invalid_integer",
            "amount",
        ),
        (
            {"amount": 1000, "currency": "usd", "colour": "red"},
            "parameter_unknown",
            "colour",
        ),
        (
            {"amount": 1000, "currency": "usd", "shipping[adress][city]": "Gent"},
            "parameter_unknown",
            "shipping[adress]",
        ),
        (
            {"amount": 1000, "currency": "usd", "confirm": "perhaps"},
            "parameter_invalid_boolean",
            "confirm",
        ),
        ({"amount": 10, "currency": "usd"}, "amount_too_small", "amount"),
        ({"amount": 1001, "currency": "kwd"}, "invalid_charge_amount", "amount"),
        ({"amount": 1000, "currency": "usd", "payment_method_types[]": "card"},)
        + ("parameter_unknown", "payment_method_types"),
    ],
)
def test_a_wrong_request_is_a_400(sandbox, fields, code, param):
    answer = sandbox.api("POST", "/v1/payment_intents", fields)
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (400, "invalid_request_error")
    assert (error["code"], error["param"]) == (code, param)


def test_what_is_not_modelled_is_refused_rather_than_ignored(sandbox):
    fields = {"amount": 1000, "currency": "usd", "on_behalf_of": "acct_1"}
    answer = sandbox.api("POST", "/v1/payment_intents", fields)
    assert answer.status_code == 400
    assert "does not model on_behalf_of" in answer.json()["error"]["message"]


def test_every_event_is_an_sdk_event_of_a_known_type(api, paid, schemas):
    paid(2000)
    for event in api.events.list({"limit": 100}).data:
        value = event.to_dict()
        assert schemas.errors("event", value) is None
        assert (
            schemas.errors(value["data"]["object"]["object"], value["data"]["object"])
            is None
        )
    assert schemas.errors("event", {**value, "type": "charge.exploded"})


def test_the_derivation_refuses_what_it_does_not_know():
    with pytest.raises(derivation.SchemaError):
        derivation.Deriver().add("stripe._charge", "NoSuchClass")


def test_open_enums_are_open_and_closed_ones_closed(schemas):
    posted = {
        "id": "txn_1",
        "object": "balance_transaction",
        "amount": 1,
        "available_on": 1,
        "balance_type": "payments",
        "created": 1,
        "currency": "usd",
        "fee": 0,
        "fee_details": [],
        "net": 1,
        "reporting_category": "brand_new",
        "status": "available",
        "type": "brand_new_type",
    }
    assert schemas.errors("balance_transaction", posted) is None
    assert schemas.errors("balance_transaction", {**posted, "object": "transaction"})
