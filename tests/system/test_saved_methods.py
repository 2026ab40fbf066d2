"""Saved cards charged for invoices: by a salesperson, and again after a refusal."""

from datetime import date, timedelta

import pytest
from system_stage import until

SHORT_OF_MONEY = "pm_card_visa_chargeDeclinedInsufficientFunds"
STOLEN = "pm_card_visa_chargeDeclinedLostCard"


@pytest.fixture(scope="module")
def seller(running_stage):
    """A salesperson with no other right."""
    running_stage.user("selma", ["sales_team.group_sale_salesman"])
    return running_stage.as_user("selma", "selma-password")


def saved_card(stage, method):
    """Let a new customer have a card; return (customer, saved method)."""
    odoo = stage.odoo
    partner = odoo.create(
        "res.partner", {"name": f"Saved {method}", "email": "saved@example.com"}
    )
    card = odoo.one("payment.method", [("code", "=", "card")])["id"]
    token = odoo.create(
        "payment.token",
        {
            "provider_id": stage.company.provider,
            "payment_method_id": card,
            "payment_details": "4242",
            "partner_id": partner,
            "provider_ref": stage.sandbox.customer(name="Saved")["id"],
            "stripe_payment_method": method,
        },
    )
    return partner, token


def invoice(stage, partner, amount=80.0):
    """Post an invoice of Selma's that is due today; return its id."""
    seller = stage.odoo.one("res.users", [("login", "=", "selma")])["id"]
    today = date.today().isoformat()
    move = stage.odoo.create(
        "account.move",
        {
            "move_type": "out_invoice",
            "partner_id": partner,
            "invoice_user_id": seller,
            "invoice_date": today,
            "invoice_date_due": today,
            "invoice_line_ids": [
                (0, 0, {"name": "Service", "price_unit": amount, "tax_ids": []})
            ],
        },
    )
    stage.odoo.press("account.move", "action_post", move)
    return move


def charge(person, move, **values):
    """Press Charge Saved Method and confirm; return the notice."""
    wizard = person.create(
        "payment.charge.wizard", {"move_id": move, "how": "email", **values}
    )
    return person.press("payment.charge.wizard", "action_confirm", wizard)["params"]


def run_job(stage):
    cron = stage.odoo.ref("integrated_payments.cron_auto_charge")
    stage.odoo.press("ir.cron", "method_direct_trigger", cron)


def state(stage, move):
    fields = ["auto_charge_state", "auto_charge_on", "payment_state", "auto_charge_ids"]
    return stage.odoo.find("account.move", [("id", "=", move)], fields)[0]


def test_a_salesperson_charges_and_the_books_follow(stage, seller):
    partner, token = saved_card(stage, "pm_card_visa")
    move = invoice(stage, partner)
    notice = charge(seller, move, token_id=token)
    assert notice["type"] == "success", notice
    assert state(stage, move)["payment_state"] == "paid"
    with pytest.raises(Exception, match="Nothing is open"):
        charge(seller, move, token_id=token)
    payment = stage.odoo.one("payment.transaction", [("invoice_ids", "in", [move])])
    stage.await_trails([payment["id"]])


def test_declined_today_paid_tomorrow(stage, seller):
    partner, token = saved_card(stage, SHORT_OF_MONEY)
    move = invoice(stage, partner)
    charge(seller, move, token_id=token, moment="due")
    run_job(stage)
    found = state(stage, move)
    assert found["auto_charge_state"] == "retry"
    assert found["auto_charge_on"] == (date.today() + timedelta(days=1)).isoformat()
    attempt = stage.odoo.find(
        "payment.auto.charge", [("move_id", "=", move)], ["decline_code", "state"]
    )[0]
    assert (attempt["state"], attempt["decline_code"]) == (
        "declined",
        "insufficient_funds",
    )
    run_job(stage)
    assert state(stage, move)["auto_charge_ids"] == [attempt["id"]], "not before"
    # Tomorrow comes, and with it the customer's pay.
    stage.odoo.write("payment.token", token, {"stripe_payment_method": "pm_card_visa"})
    stage.odoo.write("account.move", move, {"auto_charge_on": date.today().isoformat()})
    run_job(stage)
    until("it is paid", lambda: state(stage, move)["payment_state"] == "paid")


def test_a_lost_card_is_never_tried_again(stage, seller):
    partner, token = saved_card(stage, STOLEN)
    move = invoice(stage, partner)
    charge(seller, move, token_id=token, moment="due")
    run_job(stage)
    assert state(stage, move)["auto_charge_state"] == "stopped"
    activity = stage.odoo.one(
        "mail.activity", [("res_model", "=", "account.move"), ("res_id", "=", move)]
    )
    assert activity
    run_job(stage)
    assert len(state(stage, move)["auto_charge_ids"]) == 1


def test_an_answer_that_never_came_takes_the_money_once(stage, seller):
    """The gateway fails after it took the money; asked again, it says so."""
    partner, token = saved_card(stage, "pm_card_visa")
    move = invoice(stage, partner, 64.0)
    stage.sandbox.fault(
        path="/v1/payment_intents", method="POST", status=500, when="after"
    )
    notice = charge(seller, move, token_id=token)
    assert "did not answer" in notice["message"], notice
    stage.sandbox.faults(clear=True)
    run_job(stage)
    until("it is paid", lambda: state(stage, move)["payment_state"] == "paid")
    payments = stage.odoo.find("payment.transaction", [("invoice_ids", "in", [move])])
    assert len(payments) == 1
