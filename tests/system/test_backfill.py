"""Notifications that never come: the nightly check heals, an import survives a kill."""

from collections import Counter
from datetime import date, timedelta

from system_books import paid_once, settled
from system_stage import until

LOST = 5  # payments whose every notification is dropped


def imports(stage, run):
    """Return what an import says about itself."""
    fields = ["state", "message", "page_count", "found_count", "parked_count"]
    fields += ["missed_count", "problem_count", "problems", "progress"]
    return stage.odoo.one("payment.backfill", [("id", "=", run)], fields)


def await_done(stage, run):
    """Wait until an import is done and return what it says."""
    until(
        lambda: f"import {run} done: {imports(stage, run)}",
        lambda: imports(stage, run)["state"] == "done",
    )
    return imports(stage, run)


def check_now(stage):
    """Press Check Now on the provider's form; return the finished check."""
    provider = stage.company.provider
    action = stage.odoo.press("payment.provider", "action_poll", provider)
    return await_done(stage, action["res_id"])


def calls(stage):
    """Return how often the gateway was asked so far, by operation."""
    return Counter(stage.sandbox.state()["calls"])


def test_check_fills_what_the_webhook_missed(stage, capsys):
    """All notifications of five payments are lost: orders, invoices, books follow."""
    heard = stage.buy(("Desk lamp", 1))
    stage.await_trails([heard])
    stage.sandbox.drain(timeout=20)
    check_now(stage)  # what came without notification before is no matter of this test
    stage.sandbox.fault(deliveries="drop", times=10_000)
    lost = [stage.buy(("Desk lamp", 1)) for _time in range(LOST)]
    stage.sandbox.advance(hours=2)
    stage.sandbox.drain(timeout=20)
    stage.sandbox.faults(clear=True)
    assert {stage.read(payment, "state") for payment in lost} == {"draft"}
    before = calls(stage)
    found = check_now(stage)
    needed = calls(stage) - before
    with capsys.disabled():
        print(f"\ncheck: {needed.total()} calls, {LOST} lost payments: {dict(needed)}")
    assert found["missed_count"] == LOST, found
    assert (found["parked_count"], found["problem_count"]) == (0, 0), found
    stage.await_trails(lost)
    paid_once(stage, lost)
    provider = stage.odoo.one(
        "payment.provider",
        [("id", "=", stage.company.provider)],
        ["last_poll_missing", "last_poll_at"],
    )
    assert provider["last_poll_missing"] == LOST and provider["last_poll_at"]
    settled(stage)
    again = check_now(stage)
    assert (again["found_count"], again["missed_count"]) == (0, 0), again


def test_import_goes_on_after_a_kill(stage):
    """The server dies in the middle; nothing is lost, nothing posted twice."""
    payments = [stage.buy(("Desk lamp", 1)) for _time in range(3)]
    stage.await_trails(payments)
    settled(stage)
    run = stage.odoo.create(
        "payment.backfill",
        {
            "provider_id": stage.company.provider,
            "date_start": str(date.today() - timedelta(days=90)),
        },
    )
    stage.odoo.press("payment.backfill", "action_start", run)
    until("a page was imported", lambda: imports(stage, run)["page_count"])
    reached = imports(stage, run)
    stage.kill_and_restart()
    done = await_done(stage, run)
    assert done["page_count"] >= reached["page_count"]
    assert (done["found_count"], done["problem_count"]) == (0, 0), done
    paid_once(stage, payments)
    settled(stage)
