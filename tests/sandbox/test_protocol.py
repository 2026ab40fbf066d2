"""Keys, versions, idempotency, paging, expansion: the API's manners."""

import threading

import pytest
import stripe
from sandbox_support import client


@pytest.mark.parametrize("key", ["", "sk_test_wrong"])
def test_a_wrong_key_is_a_401(sandbox, key):
    answer = sandbox.api("GET", "/v1/balance", key=key)
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    if key:
        with pytest.raises(stripe.AuthenticationError):
            client(key, sandbox.url).balance.retrieve()


def test_restricted_keys_do_what_they_may(sandbox, paid):
    charge = paid(10000)
    reader = client("rk_test_sandbox_read", sandbox.url)
    refunder = client("rk_test_sandbox_refunds", sandbox.url)
    assert reader.charges.retrieve(charge.id).id == charge.id
    with pytest.raises(stripe.PermissionError):
        reader.refunds.create({"charge": charge.id})
    assert refunder.refunds.create({"charge": charge.id}).status == "succeeded"
    with pytest.raises(stripe.PermissionError):
        refunder.payouts.create({"amount": 1, "currency": "usd"})


def test_unknown_places_and_versions(sandbox):
    assert sandbox.api("GET", "/v1/unicorns").status_code == 404
    answer = sandbox.api("GET", "/v1/balance", Stripe_Version="yesterday")
    assert answer.status_code == 400
    assert sandbox.api("GET", "/v1/balance").headers["Request-Id"].startswith("req_")


# === IDEMPOTENCY === #

INTENT = {"amount": 1000, "currency": "usd"}


def test_the_same_key_gives_the_same_answer(sandbox):
    first = sandbox.api("POST", "/v1/payment_intents", INTENT, Idempotency_Key="a")
    again = sandbox.api("POST", "/v1/payment_intents", INTENT, Idempotency_Key="a")
    assert first.json() == again.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    other = sandbox.api("POST", "/v1/payment_intents", INTENT, Idempotency_Key="b")
    assert other.json()["id"] != first.json()["id"]


def test_a_key_is_bound_to_its_parameters(sandbox):
    sandbox.api("POST", "/v1/payment_intents", INTENT, Idempotency_Key="a")
    changed = {**INTENT, "amount": 1001}
    answer = sandbox.api("POST", "/v1/payment_intents", changed, Idempotency_Key="a")
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "idempotency_error"


def test_a_refusal_is_replayed_but_a_wrong_request_is_not_kept(sandbox):
    declined = {**INTENT, "confirm": "true", "payment_method": "pm_card_chargeDeclined"}
    path = "/v1/payment_intents"
    first = sandbox.api("POST", path, declined, Idempotency_Key="a")
    again = sandbox.api("POST", path, declined, Idempotency_Key="a")
    assert (first.status_code, first.json()) == (again.status_code, again.json())
    assert first.status_code == 402
    assert sandbox.state()["counts"]["charge"] == 1
    wrong = sandbox.api("POST", path, {"amount": 1000}, Idempotency_Key="b")
    assert wrong.status_code == 400
    right = sandbox.api("POST", path, INTENT, Idempotency_Key="b")
    assert right.status_code == 200


def test_a_500_is_replayed_and_a_503_is_not(sandbox):
    path = "/v1/payment_intents"
    for status, again in ((500, 500), (503, 200), (429, 200)):
        sandbox.fault(path=path, status=status)
        key = f"k{status}"
        first = sandbox.api("POST", path, INTENT, Idempotency_Key=key)
        second = sandbox.api("POST", path, INTENT, Idempotency_Key=key)
        assert (first.status_code, second.status_code) == (status, again)


def test_a_key_is_forgotten_after_a_day(sandbox):
    first = sandbox.api("POST", "/v1/payment_intents", INTENT, Idempotency_Key="a")
    sandbox.advance(hours=25)
    again = sandbox.api("POST", "/v1/payment_intents", INTENT, Idempotency_Key="a")
    assert first.json()["id"] != again.json()["id"]


def test_a_key_in_use_is_a_409(sandbox):
    sandbox.fault(path="/v1/payment_intents", delay=1)
    answers = []

    def ask():
        path = "/v1/payment_intents"
        answers.append(sandbox.api("POST", path, INTENT, Idempotency_Key="a"))

    threads = [threading.Thread(target=ask) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert sandbox.state()["counts"]["payment_intent"] == 1


def test_a_key_too_long_is_refused(sandbox):
    key = "k" * 256
    answer = sandbox.api("POST", "/v1/payment_intents", INTENT, Idempotency_Key=key)
    assert answer.status_code == 400


# === PAGING, FILTERS, EXPANSION === #


def test_pages_forwards_and_backwards(api, paid):
    made = [paid(1000 + number).id for number in range(7)][::-1]
    first = api.charges.list({"limit": 3})
    assert ([c.id for c in first.data], first.has_more) == (made[:3], True)
    second = api.charges.list({"limit": 3, "starting_after": made[2]})
    assert ([c.id for c in second.data], second.has_more) == (made[3:6], True)
    last = api.charges.list({"limit": 3, "starting_after": made[5]})
    assert ([c.id for c in last.data], last.has_more) == (made[6:], False)
    back = api.charges.list({"limit": 3, "ending_before": made[4]})
    assert ([c.id for c in back.data], back.has_more) == (made[1:4], True)
    walked = api.charges.list({"limit": 2}).auto_paging_iter()
    assert [charge.id for charge in walked] == made


@pytest.mark.parametrize(
    "params", [{"limit": 0}, {"limit": 101}, {"starting_after": "ch_none"}]
)
def test_wrong_pages_are_refused(api, paid, params):
    paid(1000)
    with pytest.raises(stripe.InvalidRequestError):
        api.charges.list(params)


def test_lists_filter_on_time_type_and_source(api, sandbox, paid):
    early = paid(1000)
    sandbox.advance(hours=1)
    late = paid(2000)
    found = api.balance_transactions.list({"created": {"gte": late.created}}).data
    assert [t.source for t in found] == [late.id]
    found = api.balance_transactions.list({"created": {"lt": late.created}}).data
    assert [t.source for t in found] == [early.id]
    found = api.balance_transactions.list({"source": early.id, "type": "charge"}).data
    assert [t.source for t in found] == [early.id]
    assert api.balance_transactions.list({"type": "refund"}).data == []


def test_expansion_goes_deep_and_only_where_it_may(api, paid):
    charge = paid(1000)
    intent = api.payment_intents.retrieve(
        charge.payment_intent,
        {"expand": ["latest_charge.balance_transaction", "payment_method"]},
    )
    assert intent.latest_charge.balance_transaction.source == charge.id
    assert intent.payment_method.card.last4 == "4242"
    listed = api.charges.list({"expand": ["data.balance_transaction"]})
    assert listed.data[0].balance_transaction.net == 941
    api.refunds.create({"charge": charge.id, "amount": 100})
    whole = api.charges.retrieve(charge.id, {"expand": ["refunds"]})
    assert whole.refunds.data[0].amount == 100
    for wrong in ("currency", "nothing", "latest_charge.nothing"):
        with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
            api.payment_intents.retrieve(intent.id, {"expand": [wrong]})


def test_customers_are_kept_changed_and_deleted(api):
    customer = api.customers.create({"name": "Ann", "metadata": {"a": "1", "b": "2"}})
    changed = api.customers.update(
        customer.id, {"email": "ann@example.com", "metadata": {"a": ""}}
    )
    assert (changed.name, changed.email) == ("Ann", "ann@example.com")
    assert changed.metadata.to_dict() == {"b": "2"}
    assert api.customers.delete(customer.id).deleted is True
    assert api.customers.retrieve(customer.id).deleted is True
    with pytest.raises(stripe.InvalidRequestError):
        api.payment_intents.create({**INTENT, "customer": customer.id})


# === AN OLD VERSION, AS ODOO'S OWN MODULE SPEAKS IT === #

OLD = {"Stripe_Version": "2019-05-16"}


def old_call(sandbox, method, path, data=None):
    answer = sandbox.api(method, f"/v1/{path}", data, **OLD)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_odoos_own_way_of_paying(sandbox):
    customer = old_call(
        sandbox,
        "POST",
        "customers",
        {
            "address[city]": "Gent",
            "address[country]": "BE",
            "description": "Odoo Partner: Ann (id: 7)",
            "email": "ann@example.com",
            "name": "Ann",
        },
    )
    intent = old_call(
        sandbox,
        "POST",
        "payment_intents",
        {
            "amount": 2000,
            "currency": "eur",
            "description": "S00042",
            "capture_method": "automatic",
            "payment_method_types[]": "card",
            "expand[]": "payment_method",
            "customer": customer["id"],
            "setup_future_usage": "off_session",
            "shipping[address][city]": "Gent",
            "shipping[address][line1]": "",
            "shipping[address][line2]": "",
            "shipping[name]": "Ann",
        },
    )
    assert intent["payment_method_types"] == ["card"]
    assert intent["charges"]["data"] == []
    sandbox.pay(intent["id"])
    # Core sends the parameters of a GET in its body.
    found = old_call(
        sandbox,
        "GET",
        f"payment_intents/{intent['id']}",
        {"expand[]": "payment_method"},
    )
    assert found["payment_method"]["card"]["brand"] == "visa"
    charge = found["charges"]["data"][0]
    assert charge["payment_method_details"]["card"]["last4"] == "4242"
    listed = old_call(sandbox, "GET", f"customers/{customer['id']}/payment_methods")
    assert listed["data"][0]["id"] == found["payment_method"]["id"]
    again = old_call(
        sandbox,
        "POST",
        "payment_intents",
        {
            "amount": 2000,
            "currency": "eur",
            "description": "S00043",
            "confirm": True,
            "off_session": True,
            "customer": customer["id"],
            "payment_method": found["payment_method"]["id"],
            "payment_method_types[]": "card",
        },
    )
    assert again["status"] == "succeeded"
    refund = old_call(
        sandbox, "POST", "refunds", {"payment_intent": intent["id"], "amount": 500}
    )
    assert refund["status"] == "succeeded"
    charge = old_call(sandbox, "GET", f"charges/{charge['id']}")
    assert charge["refunds"]["data"][0]["id"] == refund["id"]


def test_odoos_own_way_of_keeping_a_card(sandbox):
    customer = old_call(sandbox, "POST", "customers", {"name": "Ann"})
    intent = old_call(
        sandbox,
        "POST",
        "setup_intents",
        {
            "customer": customer["id"],
            "description": "V-7",
            "payment_method_types[]": "card",
        },
    )
    sandbox.setup(intent=intent["id"])
    found = old_call(
        sandbox,
        "GET",
        f"setup_intents/{intent['id']}",
        {"expand[]": "payment_method"},
    )
    assert (found["status"], found["payment_method"]["type"]) == ("succeeded", "card")


def test_the_current_version_has_no_embedded_lists(sandbox, paid):
    charge = paid(1000)
    intent = sandbox.api("GET", f"/v1/payment_intents/{charge.payment_intent}").json()
    assert "charges" not in intent
    assert "refunds" not in sandbox.api("GET", f"/v1/charges/{charge.id}").json()
