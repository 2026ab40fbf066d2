"""Stripe's real test mode in the sandbox's place: account, customer, bank and time.

Used when ``STRIPE_SECRET_KEY`` is set. Only Stripe's public API is spoken. What cannot
be had there is left out and said (:attr:`RealStripe.left_out`); time passes by itself,
and events reach Odoo through :mod:`relay`.

**The balance proof.** A test account has a history that a fresh Odoo database does not
know, so gateway and ledger differ by what the account held before the story
(:attr:`RealStripe.opening`). In this mode the proof is that both *changed* by the same
amount since then, and ``--exit`` judges that. It can be disturbed by events about money
that had moved before, such as the refund or dispute of an earlier payment.
"""

import secrets
import time
from functools import cached_property

import requests
import stripe

from .relay import EventRelay

API = "https://api.stripe.com"
CORE_VERSION = "2019-05-16"  # the API version that Odoo's payment_stripe asks for

# The names of the sandbox's wallet that the scenes use: https://docs.stripe.com/testing
TEST_METHODS = {
    "visa": "pm_card_bypassPending",  # available at once, so that it can be paid out
    "mastercard": "pm_card_mastercard",
    "insufficient_funds": "pm_card_visa_chargeDeclinedInsufficientFunds",
    "visa_debit": "pm_card_createDispute",  # the scene's bank disputes this card
}
# Settles after three minutes: https://docs.stripe.com/payments/sepa-debit, "Test"
TEST_IBAN = "AT321904300235473204"
MANDATE = {
    "customer_acceptance": {
        "type": "online",
        "online": {"ip_address": "127.0.0.1", "user_agent": "bin/demo"},
    }
}


class RealStripe:
    """One account in test mode, with the methods of the sandbox that scenes use.

    :param str secret_key: ``sk_test_...`` or ``rk_test_...``
    :param str base_url: another base than Stripe's own (tests)
    :param patience: seconds until a debit must have settled, a dispute be there
    :raise RuntimeError: no test key, or Stripe cannot be asked with it
    """

    # A manual payout does not say which payments it carries: their trails end at the
    # gateway. https://docs.stripe.com/payouts#manual-payouts
    untold_effects = ("bank",)

    def __init__(self, secret_key, base_url=None, patience=600, poll=1.0):
        if not secret_key.startswith(("sk_test_", "rk_test_")):
            raise RuntimeError(
                "STRIPE_SECRET_KEY is no test key (sk_test_... or rk_test_...)."
                " The demo never talks to a live account."
            )
        self.secret_key = secret_key
        self.webhook_secret = f"whsec_{secrets.token_hex(16)}"
        self._base, self._patience, self._poll = base_url or API, patience, poll
        self._client = stripe.StripeClient(
            secret_key,
            max_network_retries=2,
            http_client=stripe.RequestsClient(timeout=(5, 30)),
            base_addresses={"api": self._base},
        ).v1
        self._debits = []  # ids of the intents whose debit is under way
        try:
            self.left_out = self._left_out()
            self._relay = EventRelay(self._client, self.webhook_secret, poll)
            self.opening = self.balance()  # what the account holds before the story
        except stripe.StripeError as error:
            raise RuntimeError(f"Stripe cannot be asked: {error}") from error

    # === The account === #

    @cached_property
    def currency(self):
        """The account's settlement currency, ISO 4217."""
        try:
            found = self._client.accounts.retrieve_current().default_currency
        except stripe.PermissionError:  # a restricted key may read the balance only
            found = self._client.balance.retrieve().available[0].currency
        return found.upper()

    def balance(self):
        """Return {currency: available + pending}, minor units."""
        found = self._client.balance.retrieve().to_dict()
        totals = {}
        for part in ("available", "pending"):
            for entry in found.get(part) or ():
                name = entry["currency"].upper()
                totals[name] = totals.get(name, 0) + entry["amount"]
        return totals

    def _left_out(self):
        """Return {scene: why it cannot be played with this account}."""
        if self.currency != "EUR":
            why = f"the account settles in {self.currency}, not in EUR"
            return {"invoice_by_link": why, "sample_statement": why}
        if not self._takes_debits():
            return {"invoice_by_link": "the account takes no SEPA debits"}
        return {}

    def _takes_debits(self):
        """Ask for a debit as Odoo will, and take it back: the account's own answer."""
        asked = {
            "amount": 100,
            "currency": "eur",
            "payment_method_types[]": "sepa_debit",
        }
        version = {"Stripe_Version": CORE_VERSION}
        answer = self.api("POST", "/v1/payment_intents", asked, **version)
        if answer.ok:
            self._client.payment_intents.cancel(answer.json()["id"])
        return answer.ok

    def api(self, method, path, data=None, **headers):
        """Call the API itself, as the sandbox's client does.

        :param dict data: flat form fields
        :param headers: with underscores, e.g. ``Idempotency_Key="a"``
        :return: the response of ``requests``
        :raise RuntimeError: Stripe cannot be reached
        """
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent["Authorization"] = f"Bearer {self.secret_key}"
        try:
            return requests.request(
                method, self._base + path, data=data, headers=sent, timeout=30
            )
        except requests.RequestException as error:
            raise RuntimeError(f"Stripe cannot be reached: {error}") from error

    # === The customer === #

    def pay(self, intent, card="visa"):
        """Pay an intent with a test card, or by the test debit ``sepa``.

        :return: the intent as it is then; a refusal is no error here
        """
        params = {"payment_method": TEST_METHODS.get(card)}
        if card == "sepa":
            params = {"payment_method": self._debit().id, "mandate_data": MANDATE}
            self._debits.append(intent)
        try:
            return self._client.payment_intents.confirm(intent, params).to_dict()
        except stripe.CardError:
            return self._client.payment_intents.retrieve(intent).to_dict()

    def _debit(self):
        person = {"name": "Studio Delft", "email": "accounts@example.com"}
        return self._client.payment_methods.create(
            {
                "type": "sepa_debit",
                "sepa_debit": {"iban": TEST_IBAN},
                "billing_details": person,
            }
        )

    # === The bank, and time === #

    def dispute(self, charge):
        """Wait for the dispute that the card of the scene brings by itself.

        :param str charge: id of its intent
        """
        found = {"payment_intent": charge}
        self._until("the dispute", lambda: self._client.disputes.list(found).data)

    def clock(self):
        """Tell the time: the real one."""
        return {"now": int(time.time())}

    def advance(self, **_span):
        """Wait until the debits under way have settled: time passes by itself here."""
        self._until("the debit's money", self._settled)
        self._debits.clear()

    def _settled(self):
        found = map(self._client.payment_intents.retrieve, self._debits)
        return all(intent.status != "processing" for intent in found)

    def run_payouts(self, release=False):
        """Pay out by hand what the story earned, as far as it is available.

        What the account held before stays there: it is not ours.

        :return: {"payouts": ids}; with ``left_out``, why there is none
        """
        amount = min(self._available(), self._earned())
        if amount <= 0:
            return {"payouts": [], "left_out": "none of the test funds is available"}
        asked = {"amount": amount, "currency": self.currency.lower()}
        try:
            return {"payouts": [self._client.payouts.create(asked).id]}
        except stripe.InvalidRequestError as refusal:  # e.g. no bank account
            return {"payouts": [], "left_out": refusal.user_message or str(refusal)}

    def _available(self):
        home = self.currency.lower()
        found = self._client.balance.retrieve().available
        return sum(entry.amount for entry in found if entry.currency == home)

    def _earned(self):
        before = self.opening.get(self.currency, 0)
        return self.balance().get(self.currency, 0) - before

    def _until(self, what, condition):
        deadline = time.monotonic() + self._patience
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(f"{what} did not come within {self._patience} s")
            time.sleep(self._poll)

    # === The relay === #

    def relay(self, url):
        """Post new events to ``url`` until :meth:`close`, in a thread."""
        self._relay.start(url)

    def close(self):
        """Stop the relay."""
        self._relay.stop()
