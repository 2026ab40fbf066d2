"""Random lives of payments, played in the sandbox's world, and books that hear of them.

The world is Stripe's stand-in without its HTTP (``dev.stripe_sandbox``), so payloads
have Stripe's shape and come through the product's own translation.
"""

from collections import defaultdict
from types import SimpleNamespace

from integrated_payments.domain.postings import posting_of
from integrated_payments.gateway import stripe as translator

from dev.stripe_sandbox import balance, control, lifecycle, payouts, play, refunds
from dev.stripe_sandbox import payment_intents as intents
from dev.stripe_sandbox.errors import ApiError
from dev.stripe_sandbox.rendering import rendered
from dev.stripe_sandbox.world import World

START = 1_770_000_000
CURRENCIES = ("usd", "eur", "gbp", "jpy", "kwd")
CARDS = (
    "visa",
    "declined",
    "disputed",
    "refund_fails",
    "refund_pending",
    "instantly_available",
    "sepa",
    "sepa_fails",
)
CAPTURES = ("automatic", "automatic_async", "manual")
# Movements that no object of ours causes: type, category, sign.
LOOSE = (
    ("stripe_fee", "fee", -1),
    ("tax_fee", "tax", -1),
    ("topup", "topup", 1),
    ("advance", "financing_payout", 1),
    ("adjustment", "other_adjustment", 1),
    ("moon_landing", "moon_landing", -1),
)
KINDS = {
    "intent": "payment_intent"
}  # the product's word: the gateway's, where it differs


class Life:
    """A merchant's account, moved by steps that anyone may take in any order.

    A step that the gateway refuses (a refund of nothing) leaves all as it is.
    """

    def __init__(self, settles=(), tax_percent="0", partial_capture="net"):
        self.world = World(seed=1)
        self.world.clock.freeze(START)
        self.app = SimpleNamespace(world=self.world)
        control.account(
            self.app,
            settles=list(settles),
            fee_tax_percent=tax_percent,
            partial_capture=partial_capture,
        )

    def take(self, step, *numbers):
        """Take the step of a name; ``numbers`` choose what and how much."""
        try:
            getattr(self, step)(*numbers)
        except ApiError:
            pass

    def _one(self, kind, number):
        found = self.world.all(kind)
        if not found:
            raise ApiError(404, "invalid_request_error", f"no {kind} yet")
        return found[number % len(found)]["id"]

    # === STEPS === #

    def pay(self, which, much):
        """A customer pays, by one of several methods and currencies."""
        card = CARDS[which % len(CARDS)]
        currency = CURRENCIES[much % len(CURRENCIES)]
        intent = intents.create(
            self.world,
            {
                "amount": 50 + much * 10,
                "currency": "eur" if card.startswith("sepa") else currency,
                "capture_method": CAPTURES[which % len(CAPTURES)],
            },
        )
        play.pay(self.app, intent["id"], card=card)

    def capture(self, which, much):
        """Capture a part, or all, of what is authorised."""
        intent = self.world.get("payment_intent", self._one("payment_intent", which))
        part = 1 + much * 10 % max(intent["amount_capturable"], 1)
        lifecycle.capture(self.world, intent, part)

    def cancel(self, which, much):
        """Give an authorisation up."""
        intent = self.world.get("payment_intent", self._one("payment_intent", which))
        lifecycle.cancel(self.world, intent)

    def refund(self, which, much):
        """Refund a part, or what is left."""
        params = {"charge": self._one("charge", which)}
        refunds.create(self.world, params | ({"amount": much} if much % 3 else {}))

    def refund_fails(self, which, much):
        """A refund comes back."""
        refunds.fail(self.world, self._one("refund", which))

    def dispute(self, which, much):
        """The customer's bank takes back, or only asks."""
        play.dispute(self.app, self._one("charge", which), inquiry=much % 4 == 0)

    def escalate(self, which, much):
        """An inquiry becomes a dispute."""
        play.escalate_dispute(self.app, self._one("dispute", which))

    def close(self, which, much):
        """A dispute ends."""
        outcome = ("won", "lost", "warning_closed")[much % 3]
        play.close_dispute(self.app, self._one("dispute", which), outcome)

    def debit_fails(self, which, much):
        """The bank takes a debit back, even a paid one."""
        charge = self.world.get("charge", self._one("charge", which))
        if charge["id"].startswith("py_") and not charge["disputed"]:
            play.fail_payment(self.app, charge["id"])

    def wait(self, which, much):
        """Time passes, and with it whatever is due."""
        control.advance(self.app, hours=1 + much % 200)

    def payout(self, which, much):
        """Pay out all that there is, or by hand."""
        if much % 2:
            play.run_payouts(self.app, release=True)
            return
        ledgers = sorted(self.world.ledgers)
        currency = ledgers[which % len(ledgers)] if ledgers else "usd"
        method = "instant" if much % 4 else "standard"
        params = {"amount": 1 + much, "currency": currency, "method": method}
        payouts.create(self.world, params)

    def payout_reconciles(self, which, much):
        """The gateway says which movements a payout carries."""
        play.payout_reconciles(self.app, self._one("payout", which))

    def payout_fails(self, which, much):
        """The bank sends a payout back."""
        play.payout_fails(self.app, self._one("payout", which))

    def payout_canceled(self, which, much):
        """A payout is called off."""
        payouts.cancel(self.world, {}, self._one("payout", which))

    def reserve(self, which, much):
        """The gateway holds money back, or releases it."""
        play.reserve(self.app, much if which % 2 else -much)

    def loose(self, which, much):
        """Fees, top-ups, loans, things that nobody knows yet."""
        kind, category, sign = LOOSE[which % len(LOOSE)]
        play.movement(self.app, kind, category, sign * much)

    # === WHAT THE GATEWAY SAYS === #

    @property
    def events(self):
        """All that the gateway told, oldest first."""
        return self.world.all("event")

    def balance(self):
        """Return {currency: available + pending}, as its balance object says."""
        totals = defaultdict(int)
        found = balance.current(self.world)
        for entry in found["available"] + found["pending"]:
            totals[entry["currency"].upper()] += entry["amount"]
        return {currency: total for currency, total in totals.items() if total}


STEPS = tuple(
    name
    for name, value in vars(Life).items()
    if callable(value) and not name.startswith("_") and name not in ("take", "balance")
)


class Books:
    """Facts by gateway id, and the ledger that the posting rules make of them.

    An event is a hint: what it names is asked for as it is now, and so are the
    movements that belong to it (as ``models/payment_refresh.py`` does).
    """

    def __init__(self, life):
        self.world = life.world
        self.movements = {}
        self.payouts = {}

    def hear(self, event):
        """Bring the facts up to date with what an event is about."""
        subject = translator.subject_of(
            event["type"], event["data"]["object"].get("id")
        )
        if subject and subject.kind != "balance":
            getattr(self, f"_on_{subject.kind}")(self._fetch(*subject))

    def poll(self):
        """Ask for every movement, as the nightly safety net does."""
        for movement in self.world.all("balance_transaction"):
            self._store(movement["id"])

    def _fetch(self, kind, ref):
        found = rendered(self.world.get(KINDS.get(kind, kind), ref))
        return translator.translate(kind, found)

    def _store(self, *refs):
        for ref in filter(None, refs):
            self.movements[ref] = self._fetch("balance_transaction", ref)

    def _all(self, kind, **fields):
        return [
            self._fetch(kind, found["id"])
            for found in self.world.all(kind)
            if fields.items() <= found.items()
        ]

    def _on_intent(self, intent):
        for charge in self._all("charge", payment_intent=intent.ref):
            self._store_charge(charge)

    def _store_charge(self, charge):
        self._store(
            charge.balance_transaction_ref, charge.failure_balance_transaction_ref
        )

    def _on_charge(self, charge):
        self._store_charge(charge)
        for refund in self._all("refund", charge=charge.ref):
            self._on_refund(refund)

    def _on_refund(self, refund):
        self._store(
            refund.balance_transaction_ref, refund.failure_balance_transaction_ref
        )

    def _on_dispute(self, dispute):
        self._store(*dispute.balance_transaction_refs)

    def _on_payout(self, payout):
        self.payouts[payout.ref] = payout
        self._store(
            payout.balance_transaction_ref, payout.failure_balance_transaction_ref
        )
        if payout.reconciliation == "completed":
            self._store(*self.carried_by(payout))

    def carried_by(self, payout):
        """Return the ids of the movements that an automatic payout carries."""
        return [
            each["id"]
            for each in self.world.all("balance_transaction")
            if each.get("_payout") == payout.ref
        ]

    def ledger(self):
        """Return {(currency, role): balance}, in minor units, zeros left out."""
        totals = defaultdict(int)
        for fact in self.movements.values():
            lines = posting_of(fact).lines
            assert sum(line.minor for line in lines) == 0
            for line in lines:
                totals[fact.currency, line.role] += line.minor
        return {key: total for key, total in totals.items() if total}
