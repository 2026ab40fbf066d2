"""Refunds from Odoo and from the gateway: done, failed after all, made again."""

import random

import pytest
from system_books import settled
from system_browser import Person, chromium
from system_stage import until
from test_delivery import every_event_again, refund_at_gateway, spoil_deliveries

from dev.provision.paths import RUN

SEED = 77


@pytest.fixture
def crediting(stage):
    """The company posts credit notes of refunds and proposes returns."""
    wanted = {
        "payment_refund_credit_policy": "posted",
        "payment_refund_return_policy": "return",
    }
    stage.odoo.write("res.company", 1, wanted)
    yield stage
    usual = {
        "payment_refund_credit_policy": "draft",
        "payment_refund_return_policy": "none",
    }
    stage.odoo.write("res.company", 1, usual)
    stage.sandbox.account(refunds="succeed", refund_days=5)


def bought(stage, card="visa"):
    """Sell a chair (178.00 and tax, or so); return (payment, its amount)."""
    payment = stage.buy(("Task chair, graphite", 1), card=card)
    stage.await_state(payment, "done")
    stage.await_trails([payment])
    return payment, stage.read(payment, "amount")


def refunds_of(stage, payment):
    """Return the refunds of a payment, oldest first."""
    return stage.odoo.find(
        "payment.transaction",
        [("source_transaction_id", "=", payment), ("operation", "=", "refund")],
        ["state", "amount", "provider_reference", "refund_owed", "reference"],
        order="id",
    )


def await_refunds(stage, payment, states):
    """Wait until the refunds of a payment are in ``states``; return them."""
    until(
        lambda: f"refunds {states}: {refunds_of(stage, payment)}",
        lambda: [each["state"] for each in refunds_of(stage, payment)] == states,
    )
    return refunds_of(stage, payment)


def credited(stage, payment):
    """Return the totals of the posted credit notes of a payment's refunds."""
    found = stage.odoo.find(
        "account.move",
        [
            ("refund_transaction_id.source_transaction_id", "=", payment),
            ("state", "=", "posted"),
            ("payment_state", "=", "paid"),
        ],
        ["amount_total"],
    )
    return sorted(each["amount_total"] for each in found)


def open_on_customer(stage, payments):
    """Return what is open on the receivable of the documents of ``payments``."""
    found = stage.odoo.find(
        "account.payment",
        [
            "|",
            ("payment_transaction_id", "in", payments),
            ("payment_transaction_id.source_transaction_id", "in", payments),
        ],
        ["is_reconciled", "is_matched", "amount"],
    )
    return [
        each for each in found if not (each["is_reconciled"] and each["is_matched"])
    ]


def test_refunds_of_all_kinds_end_even(crediting):
    """While events go astray: one credit note for each cent that went back."""
    stage, dice = crediting, random.Random(SEED)
    parts, total = bought(stage)
    dashboard, _ = bought(stage, "mastercard")
    failing, _ = bought(stage)
    called_off, _ = bought(stage)
    spoil_deliveries(stage.sandbox, dice, 40)
    stage.refund_from_odoo(parts, 33.33)
    refund_at_gateway(stage, parts, 1001)
    refund_at_gateway(stage, dashboard, 1234)
    refund_at_gateway(stage, failing, 5000)
    all_arrives(stage)
    done = await_refunds(stage, failing, ["done"])
    spoil_deliveries(stage.sandbox, dice, 20)
    stage.sandbox.refund_fails(refund=done[0]["provider_reference"])
    stage.sandbox.account(refunds="requires_action")
    refund_at_gateway(stage, called_off, 2000)
    all_arrives(stage)
    waiting = await_refunds(stage, called_off, ["pending"])[0]["provider_reference"]
    answer = stage.sandbox.api("POST", f"/v1/refunds/{waiting}/cancel")
    assert answer.status_code == 200, answer.text
    stage.sandbox.account(refunds="succeed")
    every_event_again(stage.sandbox, dice)
    all_arrives(stage)
    owed = await_refunds(stage, failing, ["error"])[0]
    settled(stage)
    until(
        lambda: f"50.00 are owed: {refunds_of(stage, failing)}",
        lambda: refunds_of(stage, failing)[0]["refund_owed"] == 50.0,
    )
    until("the trail says it", lambda: stage.trail(owed["id"]).get("books") == "held")
    seen_by_an_accountant(stage, owed)
    again(stage, failing, owed)
    await_refunds(stage, called_off, ["cancel"])
    settled(stage)
    for payment, expected in (
        (parts, [10.01, 33.33]),
        (dashboard, [12.34]),
        (failing, [50.0]),
        (called_off, []),
    ):
        until(
            lambda payment=payment: f"credited: {credited(stage, payment)}",
            lambda payment=payment, expected=expected: (
                credited(stage, payment) == expected
            ),
        )
    assert open_on_customer(stage, [parts, dashboard, failing, called_off]) == []
    assert paid_of_order(stage, parts) == pytest.approx(total - 43.34)


def all_arrives(stage):
    """Let every event arrive at last that went astray."""
    stage.sandbox.faults(clear=True)
    stage.sandbox.release()
    stage.sandbox.retry()


def seen_by_an_accountant(stage, owed):
    """The refund's form says what failed, what is owed, and what can be done.

    Pictures of the screens are kept below ``.run/log``.
    """
    with chromium() as browser:
        person = Person(browser, stage.server.url).log_in("admin", "admin")
        person.open(f"/odoo/gateway-refunds/{owed['id']}", "[name=effect_ids] tr")
        person.sees("Refund Again", "The Sale Stands", "Owed to Customer")
        person.sees("are owed to the customer", "lost or stolen")
        keep(person, "refund_failed")
        person.open("/odoo/gateway-refunds", ".o_list_view .o_data_row")
        person.sees(owed["reference"], "Still Owed")
        keep(person, "refunds")
        payment = stage.read(owed["id"], "source_transaction_id")[0]
        person.open(f"/odoo/gateway-payments/{payment}", "[name=effect_ids] tr")
        person.page.get_by_role("tab", name="Refunds").click()
        person.sees(owed["reference"])
        keep(person, "refunds_of_payment")
        action = "/odoo/settings#account"
        person.open(action, "#payment_refund_credit_policy")
        person.page.locator(
            "#payment_refund_credit_policy"
        ).scroll_into_view_if_needed()
        person.sees("Credit Note on Refund", "When a Refund Fails", "Return on Refund")
        keep(person, "refund_settings")
        person.sees_no_error()


def keep(person, name):
    """Keep a picture of what a person sees."""
    person.page.screenshot(path=RUN / "log" / "screens" / f"{name}.png")


def again(stage, payment, owed):
    """Press Refund Again on a failed refund, as its activity says."""
    action = stage.odoo.press("payment.transaction", "action_refund_again", owed["id"])
    context = action["context"]
    assert context["default_amount_to_refund"] == 50.0
    stage.refund_from_odoo(payment, context["default_amount_to_refund"])
    await_refunds(stage, payment, ["error", "done"])
    until(
        lambda: f"nothing is owed: {refunds_of(stage, payment)}",
        lambda: not any(each["refund_owed"] for each in refunds_of(stage, payment)),
    )


def paid_of_order(stage, payment):
    """Return the paid amount of the order of a payment; it must be confirmed."""
    order = stage.odoo.one(
        "sale.order",
        [("id", "in", stage.read(payment, "sale_order_ids"))],
        ["state", "amount_paid"],
    )
    assert order["state"] == "sale"
    return order["amount_paid"]


def test_a_full_refund_brings_invoice_and_goods_back(crediting):
    """Nothing is owed on either side, and a draft return waits for the goods."""
    stage = crediting
    payment, total = bought(stage)
    stage.refund_from_odoo(payment, total)
    refund = await_refunds(stage, payment, ["done"])[0]
    stage.await_trails([refund["id"]])
    assert credited(stage, payment) == [total]
    assert open_on_customer(stage, [payment]) == []
    assert paid_of_order(stage, payment) == 0.0
    returns = stage.odoo.find(
        "stock.picking",
        [("return_id.sale_id", "in", stage.read(payment, "sale_order_ids"))],
        ["state"],
    )
    assert [each["state"] for each in returns] == ["draft"]
    try:
        stage.odoo.press("payment.transaction", "action_refund", payment)
    except Exception as error:  # noqa: BLE001 - the message is the point
        assert "cannot be refunded" in str(error)
    else:
        raise AssertionError("A payment was refunded twice.")
    await_refunds(stage, payment, ["done"])
