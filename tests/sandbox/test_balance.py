"""The balance equals the balance transactions, whatever lives the payments live."""

import random

import pytest
import stripe

from dev.stripe_sandbox.client import SandboxRefusal


def totals(api):
    """Return {currency: available + pending} as the API says."""
    balance, found = api.balance.retrieve(), {}
    for part in (balance.available, balance.pending):
        for entry in part:
            found[entry.currency] = found.get(entry.currency, 0) + entry.amount
    return found


def sums(api):
    """Return {currency: sum of nets} of every movement of the payments balance."""
    found = {}
    for posted in api.balance_transactions.list({"limit": 100}).auto_paging_iter():
        assert posted.net == posted.amount - posted.fee
        assert posted.fee == sum(part.amount for part in posted.fee_details)
        if posted.balance_type == "payments":
            found[posted.currency] = found.get(posted.currency, 0) + posted.net
    return found


class Lives:
    """Random steps in the lives of payments, repeatable by seed."""

    def __init__(self, api, sandbox, seed):
        self.api, self.sandbox, self.random = api, sandbox, random.Random(seed)

    def pick(self, listed):
        listed = listed.data
        return self.random.choice(listed).id if listed else None

    def pay(self):
        currency = self.random.choice(["usd", "eur", "gbp", "jpy"])
        cards = ["visa", "amex", "declined", "disputed", "refund_fails", "3ds"]
        cards += ["sepa", "sepa_fails"] if currency == "eur" else []
        intent = self.api.payment_intents.create(
            {
                "amount": self.random.randint(50, 500000),
                "currency": currency,
                "capture_method": self.random.choice(
                    ["automatic", "automatic_async", "manual"]
                ),
            }
        )
        state = self.sandbox.pay(intent.id, card=self.random.choice(cards))["status"]
        if state == "requires_action":
            state = self.sandbox.authenticate(intent=intent.id)["status"]
        if state == "requires_capture":
            part = self.random.randint(1, intent.amount)
            self.api.payment_intents.capture(intent.id, {"amount_to_capture": part})

    def refund(self):
        charge = self.pick(self.api.charges.list({"limit": 20}))
        if charge:
            amount = self.random.randint(1, 100000)
            self.api.refunds.create({"charge": charge, "amount": amount})

    def refund_fails(self):
        refund = self.pick(self.api.refunds.list())
        if refund:
            self.sandbox.refund_fails(refund=refund)

    def dispute(self):
        charge = self.pick(self.api.charges.list())
        if charge:
            self.sandbox.dispute(charge=charge, inquiry=self.random.random() < 0.3)

    def decide(self):
        dispute = self.pick(self.api.disputes.list())
        if dispute:
            outcome = self.random.choice(["won", "lost", "warning_closed"])
            self.sandbox.close_dispute(dispute=dispute, outcome=outcome)

    def debit_fails(self):
        charge = self.pick(self.api.charges.list())
        if charge and charge.startswith("py_"):
            self.sandbox.fail_payment(charge=charge)

    def payout(self):
        currency = self.random.choice(["usd", "eur"])
        self.api.payouts.create(
            {"amount": self.random.randint(1, 10000), "currency": currency}
        )

    def payout_fails(self):
        payout = self.pick(self.api.payouts.list())
        if payout:
            self.sandbox.payout_fails(payout=payout)

    def wait(self):
        self.sandbox.advance(hours=self.random.randint(1, 72))

    def movement(self):
        self.sandbox.movement(
            type="stripe_fee",
            reporting_category="fee",
            amount=-self.random.randint(1, 500),
        )

    def reserve(self):
        self.sandbox.reserve(amount=self.random.randint(-500, 500))

    def step(self):
        """Take a random step; a refusal is an answer like another."""
        steps = [self.pay] * 4 + [self.refund, self.wait] * 2
        steps += [self.refund_fails, self.dispute, self.decide, self.debit_fails]
        steps += [self.payout, self.payout_fails, self.movement, self.reserve]
        try:
            self.random.choice(steps)()
        except stripe.InvalidRequestError:
            return
        except SandboxRefusal as refusal:
            assert refusal.status == 400


@pytest.mark.parametrize("seed", range(5))
def test_after_random_lives_balance_and_payouts_are_proved(api, sandbox, seed):
    sandbox.account(settles=["eur"] if seed % 2 else [], fee_tax_percent="21")
    lives = Lives(api, sandbox, seed)
    for number in range(60):
        lives.step()
        if number % 10 == 0:
            assert _without_zero(totals(api)) == _without_zero(sums(api))
    sandbox.advance(days=20)
    assert _without_zero(totals(api)) == _without_zero(sums(api))
    proved = 0
    for payout in api.payouts.list({"limit": 100}).auto_paging_iter():
        if payout.automatic:
            assert payout.reconciliation_status == "completed"
            params = {"payout": payout.id, "limit": 100}
            movements = list(api.balance_transactions.list(params).auto_paging_iter())
            nets = [m.net for m in movements if m.id != payout.balance_transaction]
            assert sum(nets) == payout.amount
            proved += 1
    assert proved


def _without_zero(amounts):
    return {currency: amount for currency, amount in amounts.items() if amount}


def test_reserves_leave_the_balance_and_come_back(api, sandbox, paid):
    paid(10000)
    sandbox.reserve(amount=3000)
    assert totals(api) == {"usd": 6680}
    assert sandbox.state()["totals"]["usd"]["reserved"] == 3000
    sandbox.reserve(amount=-3000)
    assert totals(api) == {"usd": 9680}


def test_a_movement_of_an_unknown_type(api, sandbox):
    sandbox.movement(type="moon_tax", reporting_category="lunar", amount=-77)
    (posted,) = api.balance_transactions.list({"type": "moon_tax"}).data
    assert (posted.reporting_category, posted.net) == ("lunar", -77)
    assert totals(api) == {"usd": -77}
