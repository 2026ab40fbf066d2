"""Killed in the middle, cut off from the gateway or the database: nothing lost."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from system_books import paid_once, settled
from system_stage import until

from dev.provision.postgres import query

SEED = 4711
BURST = 30
KILLS = 3


@pytest.fixture
def checked_out(stage):
    """Thirty customers who are about to pay: [(payment, intent)]."""
    stage.stock(stage.company.products["Desk lamp"], 500)
    people = list(stage.company.customers) * (BURST // len(stage.company.customers))
    with ThreadPoolExecutor(2) as pool:  # as many as the server has workers
        stages = [stage.beside(), stage.beside()]
        halves = pool.map(check_out, stages, [people[::2], people[1::2]])
        return sum(halves, [])


def check_out(stage, customers):
    """Each customer checks out a lamp."""
    return [
        stage.check_out(stage.order(("Desk lamp", 1), customer=customer))
        for customer in customers
    ]


def test_killed_in_the_middle_of_a_burst(stage, checked_out):
    """Every process dies at once, several times, while payments are worked off."""
    dice = random.Random(SEED)
    rounds = [checked_out[start :: KILLS + 1] for start in range(KILLS + 1)]
    undone = []
    for customers in rounds[:-1]:
        pay(stage, customers)
        await_work(stage, customers, dice.randrange(1, len(customers)))
        time.sleep(dice.uniform(0, 0.5))
        stage.kill_and_restart()
        undone.append(unfinished(stage, customers))
    pay(stage, rounds[-1])
    stage.sandbox.retry()
    assert all(undone), f"killed when all was done, which proves nothing: {undone}"
    payments = [payment for payment, _intent in checked_out]
    stage.await_trails(payments, 150)
    settled(stage)
    paid_once(stage, payments)


def pay(stage, customers):
    """Customers pay at the same time."""
    for _payment, intent in customers:
        stage.sandbox.pay(intent)


def await_work(stage, customers, count):
    """Wait until ``count`` of the customers' payments are done with all effects."""
    until(
        f"{count} payments are done",
        lambda: len(customers) - unfinished(stage, customers) >= count,
    )


def unfinished(stage, customers):
    """Return how many payments are not done with all effects."""
    found = stage.odoo.find(
        "payment.transaction",
        [("id", "in", [payment for payment, _intent in customers])],
        ["is_post_processed"],
    )
    return sum(not each["is_post_processed"] for each in found)


@pytest.mark.parametrize("status", [429, 500])
def test_gateway_fails_for_a_while(stage, status):
    """Events wait while the gateway's API fails, and are done when it is back."""
    prepared = [stage.check_out(stage.order()) for _number in range(3)]
    stage.sandbox.fault(path="/v1/*", status=status, times=500)
    for _payment, intent in prepared:
        stage.sandbox.pay(intent)
    assert stage.sandbox.drain(timeout=30)["idle"], "the door does not need the API"
    payments = [payment for payment, _intent in prepared]
    until("events wait for the gateway", lambda: waiting(stage))
    assert {stage.read(payment, "state") for payment in payments} == {"draft"}
    stage.sandbox.faults(clear=True)
    stage.await_trails(payments, 120)
    paid_once(stage, payments)
    tried = [("attempts", ">", 0), ("transaction_id", "in", payments)]
    assert stage.odoo.find("payment.event", [*tried, ("state", "=", "done")])


def waiting(stage):
    """Return the events that were tried and wait for a later attempt, and why."""
    found = stage.odoo.find(
        "payment.event",
        [("state", "=", "pending"), ("attempts", ">", 0)],
        ["attempts", "reason", "next_attempt_at"],
    )
    assert all("Stripe" in each["reason"] for each in found), found
    return found


def test_database_connections_lost(stage):
    """PostgreSQL drops every connection in the middle of the work."""
    prepared = [stage.check_out(stage.order()) for _number in range(4)]
    for number, (_payment, intent) in enumerate(prepared):
        stage.sandbox.pay(intent)
        if number in (1, 2):
            time.sleep(0.7)
            drop_connections(stage)
            time.sleep(5)  # Odoo's processes start anew
            # Its first one ends if it was just reading: a supervisor starts it again.
            stage.ensure_up()
    payments = [payment for payment, _intent in prepared]
    stage.await_trails(payments, 120)
    paid_once(stage, payments)


def drop_connections(stage):
    """End all sessions of the database, as a restart of PostgreSQL would.

    Odoo may hold none at that moment (it has just lost them all): it is waited for.
    """
    until("Odoo has sessions to lose", lambda: end_sessions(stage) > 0)


def end_sessions(stage):
    """End the sessions that there are; return how many."""
    ended = query(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        f" WHERE datname = '{stage.server.database}'",
        stage.server.run.pg_env,
    )
    return int(ended)
