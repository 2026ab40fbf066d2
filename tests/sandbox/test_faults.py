"""Bad luck on demand, on the way to the API."""

import time

import pytest
import stripe


def test_a_rate_limit_reaches_the_caller(api, sandbox):
    sandbox.fault(path="/v1/balance", status=429)
    with pytest.raises(stripe.RateLimitError):
        api.balance.retrieve()
    assert api.balance.retrieve().object == "balance"


@pytest.mark.parametrize("status", [409, 500, 503])
def test_the_sdk_retries_what_may_pass(api, sandbox, status):
    sandbox.fault(path="/v1/balance", status=status, times=2)
    assert api.balance.retrieve().object == "balance"
    assert sandbox.faults()["faults"] == []


def test_an_answer_lost_after_the_effect_is_found_by_its_key(api, sandbox, paid):
    """The SDK's retry carries the same key, and so makes no second refund."""
    charge = paid(10000)
    sandbox.fault(path="/v1/refunds", status=503, when="after")
    refund = api.refunds.create({"charge": charge.id, "amount": 100})
    assert refund.status == "succeeded"
    sandbox.fault(path="/v1/refunds", status=500, when="after")
    with pytest.raises(stripe.APIError):
        api.refunds.create({"charge": charge.id, "amount": 200})
    made = api.refunds.list({"charge": charge.id}).data
    assert [refund.amount for refund in made] == [200, 100]
    with pytest.raises(stripe.InvalidRequestError):
        api.refunds.create({"charge": charge.id, "amount": 9701})
    assert len(api.refunds.list({"charge": charge.id}).data) == 2


def test_a_delay_is_suffered(sandbox):
    sandbox.fault(path="/v1/balance", delay=0.5)
    started = time.monotonic()
    assert sandbox.api("GET", "/v1/balance").status_code == 200
    assert time.monotonic() - started >= 0.5


def test_faults_choose_method_path_and_turn(sandbox):
    sandbox.fault(path="/v1/charges*", method="GET", status=500, skip=1)
    assert sandbox.api("GET", "/v1/balance").status_code == 200
    assert sandbox.api("GET", "/v1/charges").status_code == 200
    assert sandbox.api("GET", "/v1/charges/ch_1").status_code == 500
    assert sandbox.api("GET", "/v1/charges/ch_1").status_code == 404


def test_an_unknown_fault_is_refused(sandbox):
    from dev.stripe_sandbox.client import SandboxRefusal

    with pytest.raises(SandboxRefusal, match="Unknown fault"):
        sandbox.fault(path="/v1/balance", colour="red")
