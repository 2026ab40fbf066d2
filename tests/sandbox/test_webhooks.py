"""Deliveries: signed, retried, and going astray when told to."""

import time

import pytest
import stripe


@pytest.fixture
def endpoint(api, receiver):
    """A webhook endpoint for all events, with its secret."""
    return api.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})


def customers(api, count):
    """Make ``count`` events ``customer.created`` and return the customers' ids."""
    return [api.customers.create({"name": f"C{n}"}).id for n in range(count)]


def verify(delivery, secret):
    body, signature = delivery
    return stripe.Webhook.construct_event(body, signature, secret, tolerance=300)


def test_a_delivery_verifies_and_parses(api, sandbox, receiver, endpoint, schemas):
    assert endpoint.secret.startswith("whsec_")
    sandbox.advance(days=30)  # the signature's time stays real
    charge = sandbox.outside_payment(amount=1000, currency="usd")
    events = receiver.wait(4)
    for delivery in receiver.received:
        assert verify(delivery, endpoint.secret).id
        with pytest.raises(stripe.SignatureVerificationError):
            verify(delivery, "whsec_other")
    for event in events:
        assert schemas.errors("event", event) is None
    by_type = {event["type"]: event for event in events}
    assert by_type["charge.succeeded"]["data"]["object"]["id"] == charge["id"]
    assert by_type["charge.succeeded"]["pending_webhooks"] == 1
    assert sandbox.drain()["idle"]
    assert api.events.retrieve(events[0]["id"]).pending_webhooks == 0


def test_the_secret_is_shown_once(api, endpoint):
    assert "secret" not in api.webhook_endpoints.retrieve(endpoint.id).to_dict()
    assert "secret" not in api.webhook_endpoints.list().data[0].to_dict()


def test_only_the_events_asked_for(api, sandbox, receiver):
    found = api.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["customer.deleted"]}
    )
    (made,) = customers(api, 1)
    api.customers.delete(made)
    assert [event["type"] for event in receiver.wait(1)] == ["customer.deleted"]
    api.webhook_endpoints.update(found.id, {"disabled": True})
    api.customers.delete(customers(api, 1)[0])
    assert receiver.stays_at(1)


def test_a_deleted_endpoint_hears_no_more(api, receiver, endpoint):
    assert api.webhook_endpoints.delete(endpoint.id).deleted is True
    customers(api, 1)
    assert receiver.stays_at(0)
    assert api.webhook_endpoints.list().data == []


def test_while_a_secret_rotates_both_verify(api, sandbox, receiver, endpoint):
    new = sandbox.rotate_secret(endpoint=endpoint.id)["secret"]
    customers(api, 1)
    receiver.wait(1)
    assert receiver.received[0][1].count("v1=") == 2
    assert verify(receiver.received[0], endpoint.secret)
    assert verify(receiver.received[0], new)
    sandbox.rotate_secret(endpoint=endpoint.id, keep_old=False)
    customers(api, 1)
    receiver.wait(2)
    with pytest.raises(stripe.SignatureVerificationError):
        verify(receiver.received[1], new)


def test_what_is_not_acknowledged_comes_again(api, sandbox, receiver, endpoint):
    receiver.answers = [500, 302]
    customers(api, 1)
    events = receiver.wait(3)
    assert len({event["id"] for event in events}) == 1
    assert sandbox.drain()["idle"]
    (delivery,) = sandbox.deliveries()["deliveries"]
    assert (delivery["state"], delivery["attempts"]) == ("delivered", 3)


def test_duplicates(api, sandbox, receiver, endpoint):
    sandbox.fault(deliveries="duplicate", types="customer.*")
    customers(api, 2)
    events = receiver.wait(3)
    assert len({event["id"] for event in events}) == 2
    assert receiver.stays_at(3)


def test_reordering_turns_a_window_round(api, sandbox, receiver, endpoint):
    sandbox.fault(deliveries="reorder", window=3)
    made = customers(api, 3)
    events = receiver.wait(3)
    assert [event["data"]["object"]["id"] for event in events] == made[::-1]


def test_a_delayed_delivery_is_overtaken(api, sandbox, receiver, endpoint):
    sandbox.fault(deliveries="delay", seconds=0.8)
    started = time.monotonic()
    first, second = customers(api, 2)
    events = receiver.wait(2)
    assert [event["data"]["object"]["id"] for event in events] == [second, first]
    assert time.monotonic() - started >= 0.8


def test_a_dropped_event_is_listed_as_undelivered(api, sandbox, receiver, endpoint):
    sandbox.fault(deliveries="drop")
    lost, arrived = customers(api, 2)
    receiver.wait(1)
    assert sandbox.drain()["idle"]
    (event,) = api.events.list({"delivery_success": False}).data
    assert event.data.object.id == lost
    (event,) = api.events.list({"delivery_success": True}).data
    assert event.data.object.id == arrived
    assert sandbox.retry()["queued"] == 1
    receiver.wait(2)
    assert sandbox.drain()["idle"]
    assert api.events.list({"delivery_success": False}).data == []


def test_a_spoiled_signature(api, sandbox, receiver, endpoint):
    sandbox.fault(deliveries="corrupt_signature")
    customers(api, 1)
    receiver.wait(1)
    with pytest.raises(stripe.SignatureVerificationError):
        verify(receiver.received[0], endpoint.secret)


def test_an_event_sent_again_by_hand(api, sandbox, receiver, endpoint):
    customers(api, 1)
    (event,) = receiver.wait(1)
    sandbox.resend(event=event["id"])
    assert [found["id"] for found in receiver.wait(2)] == [event["id"]] * 2


def test_an_endpoint_of_an_old_version_gets_its_old_shape(api, sandbox, receiver, paid):
    """As Odoo's own module registers: 2019-05-16, with ``refunds`` inside charges."""
    api.webhook_endpoints.create(
        {
            "url": receiver.url,
            "enabled_events": ["charge.refunded", "payment_intent.succeeded"],
            "api_version": "2019-05-16",
        }
    )
    charge = paid(1000, description="S00042")
    refund = api.refunds.create({"charge": charge.id, "amount": 400})
    events = {event["type"]: event for event in receiver.wait(2)}
    intent = events["payment_intent.succeeded"]["data"]["object"]
    assert intent["charges"]["data"][0]["id"] == charge.id
    refunded = events["charge.refunded"]
    assert refunded["api_version"] == "2019-05-16"
    assert [r["id"] for r in refunded["data"]["object"]["refunds"]["data"]] == [
        refund.id
    ]
    listed = api.events.list({"type": "charge.refunded"}).data[0].to_dict()
    assert "refunds" not in listed["data"]["object"]


def test_an_event_says_which_request_made_it(api, sandbox):
    options = {"idempotency_key": "made-by-7"}
    api.customers.create({"name": "Ann"}, options)
    (event,) = api.events.list().data
    assert event.request.idempotency_key == "made-by-7"
    sandbox.outside_payment(amount=1000, currency="usd")
    assert api.events.list().data[0].request.id is None
