"""Whatever lives payments live, however their events come: one ledger, the true one.

Entries balance, the final ledger does not depend on order or repetition of the events,
and it equals the gateway's own balance to the cent.
"""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st
from lives import LOOSE, STEPS, Books, Life

# Payments come first and most often: without them nothing else can happen.
LIVES = st.lists(
    st.sampled_from(("pay",) * 5 + ("refund", "dispute", "close", "payout") + STEPS),
    min_size=10,
    max_size=30,
)
SEEDS = st.integers(0, 2**32)  # what the steps choose: evenly, not the simplest
ACCOUNTS = st.fixed_dictionaries(
    {
        "settles": st.sampled_from([(), ("eur",), ("jpy", "kwd"), ("eur", "gbp")]),
        "tax_percent": st.sampled_from(["0", "19"]),
        "partial_capture": st.sampled_from(["net", "reversal"]),
    }
)
# What no event of ours announces; the nightly poll and the payouts bring it.
POLLED = {category for _type, category, _sign in LOOSE} | {
    "risk_reserved_funds",
    "partial_capture_reversal",
}


def live(account, steps, seed):
    """Play a life; return it with books that heard some events on the way."""
    life, chance = Life(**account), Random(seed)
    books = Books(life)
    for step in ("pay", "pay", *steps):
        life.take(step, chance.randrange(1000), chance.randrange(30000))
        for _time in range(chance.randrange(4) if life.events else 0):
            books.hear(chance.choice(life.events))
    return life, books


def heard_in(life, events, books=None):
    """Return books that heard ``events``, one after the other."""
    books = books or Books(life)
    for event in events:
        books.hear(event)
    return books


def shuffled(events, seed):
    """Return all events in any order, some of them twice."""
    chance = Random(seed)
    events = [*events, *chance.choices(events, k=5)]
    chance.shuffle(events)
    return events


@given(ACCOUNTS, LIVES, SEEDS)
@settings(max_examples=80)
def test_one_ledger_for_every_order_and_it_is_the_gateways(account, steps, seed):
    """Heard once and in order, or early, late, shuffled and again: the same books."""
    life, early = live(account, steps, seed)
    in_order = heard_in(life, life.events)
    any_order = heard_in(life, shuffled(life.events, seed), early)
    assert any_order.ledger() == in_order.ledger()
    _events_bring_what_belongs_to_payments(life, in_order)
    for books in (in_order, any_order):
        books.poll()
    ledger = in_order.ledger()
    assert any_order.ledger() == ledger
    assert _held(ledger) == life.balance()
    _payouts_are_proven(in_order)
    _undone_is_undone(life, ledger)


def _held(ledger):
    """Return {currency: balance} of the gateway's account."""
    return {
        currency: total
        for (currency, role), total in ledger.items()
        if role == "gateway"
    }


def _events_bring_what_belongs_to_payments(life, books):
    """Without any poll, no movement of a payment, refund, dispute or payout lacks."""
    known = Books(life)
    known.poll()
    missing = set(known.movements) - set(books.movements)
    assert {known.movements[ref].category for ref in missing} <= POLLED


def _payouts_are_proven(books):
    """An automatic payout is the sum of the nets of what it carries."""
    for payout in books.payouts.values():
        if payout.reconciliation != "completed":
            continue
        carried = [books.movements[ref] for ref in books.carried_by(payout)]
        others = [
            fact for fact in carried if fact.ref != payout.balance_transaction_ref
        ]
        assert payout.amount == sum(fact.net for fact in others)


def _undone_is_undone(life, ledger):
    """What came back leaves nothing behind on its account."""
    states = {
        kind: {each["status"] for each in life.world.all(kind)}
        for kind in ("payout", "dispute")
    }
    transit = {key: total for key, total in ledger.items() if key[1] == "transit"}
    loose = {each["type"] for each in life.world.all("balance_transaction")}
    if states["payout"] <= {"failed", "canceled"} and "topup" not in loose:
        assert transit == {}
    if states["dispute"] <= {"won", "warning_closed"}:
        assert not [key for key in ledger if key[1] in ("dispute", "dispute_fee")]


# which and much choose as the steps of Life say; each line takes effect.
STORY = (
    ("pay", 0, 11),  # visa, automatic, eur
    ("pay", 1, 10),  # declined
    ("pay", 2, 20),  # disputed, manual
    ("capture", 2, 60),
    ("pay", 8, 30),  # visa, authorised
    ("cancel", 3, 0),
    ("pay", 6, 41),  # a bank debit
    ("wait", 0, 80),
    ("refund", 0, 40),
    ("refund_fails", 0, 0),
    ("debit_fails", 4, 0),
    ("pay", 0, 500),
    ("dispute", 5, 4),  # an inquiry
    ("escalate", 1, 0),
    ("close", 1, 0),  # won
    ("payout", 0, 1),
    ("payout_reconciles", 0, 0),
    ("payout_fails", 0, 0),
    ("pay", 21, 5001),  # instantly available
    ("payout", 0, 100),
    ("payout_canceled", -1, 0),
    ("reserve", 1, 300),
    ("loose", 0, 100),
)


def test_each_step_takes_effect():
    """None of the steps that random lives consist of is dead wood."""
    assert {name for name, *_rest in STORY} == set(STEPS)
    life = Life(settles=("eur",))
    for step, which, much in STORY:
        before = len(life.events), len(life.world.all("balance_transaction"))
        getattr(life, step)(which, much)
        after = len(life.events), len(life.world.all("balance_transaction"))
        assert after != before, step
    books = heard_in(life, life.events)
    books.poll()
    assert _held(books.ledger()) == life.balance()
    assert {fact.category for fact in books.movements.values()} >= {
        "charge",
        "charge_failure",
        "dispute",
        "dispute_reversal",
        "fee",
        "payout",
        "payout_reversal",
        "refund",
        "refund_failure",
        "risk_reserved_funds",
    }
