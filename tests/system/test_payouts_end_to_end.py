"""Manual payouts through the real server: allocated, sent back, paid out again."""

import pytest
from system_stage import until

PAYOUT = "payment.payout"
FIELDS = ["state", "proof", "amount", "brought", "paid_out", "carried", "return_text"]


@pytest.fixture
def by_hand(stage):
    """The gateway pays out only on order; nothing is available at first."""
    stage.sandbox.account(payout_schedule={"interval": "manual", "delay_days": 2})
    stage.sandbox.run_payouts(release=True)
    yield stage
    stage.sandbox.account(payout_schedule={"interval": "daily", "delay_days": 2})


def order_payout(stage, cents, **more):
    """Order a payout at the gateway's dashboard; return its id there and here."""
    answer = stage.sandbox.api(
        "POST", "/v1/payouts", data={"amount": cents, "currency": "eur", **more}
    )
    assert answer.status_code == 200, answer.text
    ref = answer.json()["id"]
    domain = [("gateway_ref", "=", ref)]
    stage.sandbox.payout_arrives(payout=ref)
    until("payout heard of", lambda: state_of(stage, domain) == ["paid"])
    return ref, stage.odoo.one(PAYOUT, domain)["id"]


def state_of(stage, domain):
    return [each["state"] for each in stage.odoo.find(PAYOUT, domain, ["state"])]


def read(stage, payout):
    return stage.odoo.one(PAYOUT, [("id", "=", payout)], FIELDS)


def allocate(stage, payout):
    """Press Allocate and Confirm; return what was proposed."""
    action = stage.odoo.press(PAYOUT, "action_allocate", payout)
    wizard = action["res_id"]
    proposed = stage.odoo.one(
        action["res_model"],
        [("id", "=", wizard)],
        ["brought", "needed", "taken", "carried", "missing"],
    )
    stage.odoo.press(action["res_model"], "action_confirm", wizard)
    return proposed


def activities(stage, payout):
    domain = [("res_model", "=", PAYOUT), ("res_id", "=", payout)]
    return stage.odoo.find("mail.activity", domain, ["summary", "note"])


def in_transit(stage):
    """Return how many items on transfers in transit of payouts sent back are open."""
    account = stage.odoo.one(
        "payment.gateway.account",
        [("provider_id", "=", stage.company.provider), ("role", "=", "transit")],
        ["account_id"],
    )["account_id"][0]
    items = stage.odoo.find(
        "account.move.line",
        [
            ("account_id", "=", account),
            ("reconciled", "=", False),
            ("parent_state", "=", "posted"),
        ],
        ["balance"],
    )
    return [item["balance"] for item in items]


def test_a_manual_payout_is_allocated_sent_back_and_paid_again(by_hand):
    """The row of payouts stays provable; what came back goes into the next one."""
    stage = by_hand
    payments = [
        stage.buy(("Desk lamp", 1), card="pm_card_bypassPending") for _time in range(2)
    ]
    stage.await_trails(payments)
    before = in_transit(stage)

    ref, first = order_payout(stage, 2000)
    assert read(stage, first)["proof"] == "open"
    proposed = allocate(stage, first)
    assert (proposed["missing"], proposed["needed"]) == (0, 20.0)
    assert proposed["carried"] == round(proposed["taken"] - 20.0, 2)
    assert read(stage, first)["proof"] == "allocated"
    assert in_transit(stage) != before

    stage.sandbox.payout_fails(payout=ref, code="account_closed")
    until("it is failed", lambda: read(stage, first)["state"] == "failed")
    until("nothing is in transit", lambda: in_transit(stage) == before)
    told = read(stage, first)
    assert "bank account has been closed" in told["return_text"]
    (activity,) = activities(stage, first)
    assert "came back" in activity["summary"]

    _ref, second = order_payout(stage, 2500)
    proposed = allocate(stage, second)
    assert proposed["brought"] == told["carried"]
    found = read(stage, second)
    left = round(found["brought"] + found["paid_out"] - found["carried"], 2)
    assert (found["proof"], left) == ("allocated", 25.0)
    assert activities(stage, first) == []


def test_an_instant_payout_and_its_fee(by_hand):
    """What left the balance is the payout and its fee: both are covered."""
    stage = by_hand
    stage.await_trails([stage.buy(("Desk lamp", 1), card="pm_card_bypassPending")])
    _ref, payout = order_payout(stage, 1000, method="instant")
    proposed = allocate(stage, payout)
    assert (proposed["needed"], proposed["missing"]) == (
        10.12,
        0,
    )  # 1% and 21% tax on it
    assert read(stage, payout)["proof"] == "allocated"
